import Foundation
import Glibc
import LocalLambda
import Synchronization

/// One run of `cruddur bench`, whose inputs have all been checked.
struct BenchSession: Sendable {
  let functions: [BenchedFunction]
  let plan: BenchPlan
  let price: Price
  /// The connection URL; nil for a PostgreSQL that is thrown away.
  let url: String?
  /// The variable in which the function looks for it.
  let databaseVariable: String
  let json: String?
  let svg: String?

  /// What a task has come to.
  private enum End {
    case done(Int32), failed(any Error), signal(Int32)
  }

  /// Measures; however that ends, the processes of functions and a database that is thrown away end with it.
  ///
  /// - Returns: the exit status: 0 if every sign-up was answered and is a row, 1 if not, 128 and the signal's number if one
  ///   ended it.
  /// - Throws: what kept it from being begun.
  func run() async throws -> Int32 {
    let signals = EndSignals()
    return try await withThrowingTaskGroup(of: End.self) { group in
      group.addTask {
        do {
          return .done(try await measure())
        } catch {
          return .failed(error)
        }
      }
      group.addTask {
        for await signal in signals {
          // What cannot be interrupted is ended by the second.
          for number in [SIGINT, SIGTERM, SIGHUP] { Glibc.signal(number, SIG_DFL) }
          return .signal(signal)
        }
        return .signal(0)
      }
      var status: Int32?
      for try await end in group {
        group.cancelAll()
        switch end {
        case .done(let own): status = status ?? own
        case .failed(let error):
          guard status != nil else { throw error }
          // Whoever has ended it has to know all the same, of rows that are left above all.
          Console.log("\(error)")
        case .signal(let number): status = status ?? 128 + number
        }
      }
      return status ?? 2
    }
  }

  private func measure() async throws -> Int32 {
    let database = try await BenchDatabase.open(url, variables: functions[0].variables)
    let report = await outcome { try await measure(with: database) }
    await database.close()
    return try write(try report.get())
  }

  private func measure(with database: BenchDatabase) async throws -> BenchReport {
    let signUps = try SignUps()
    let functions = functions.map { function in
      var variables = function.variables
      variables[databaseVariable] = database.url
      return BenchedFunction(
        name: function.name, executable: function.executable, timeout: function.timeout, variables: variables,
        caller: function.caller)
    }
    let tallies = functions.map { _ in BenchTally() }
    var rounds = functions.map { _ in [BenchRound]() }
    let end = ContinuousClock.now + plan.timeLimit
    var isLate = false
    /// Whether nothing more is begun.
    func isOver() -> Bool {
      isLate = isLate || .now >= end
      return isLate || Task.isCancelled
    }
    let progress = BenchProgress(tallies)
    defer { progress.finish() }
    for number in 1...plan.rounds {
      guard !isOver() else { break }
      for index in functions.indices { rounds[index].append(BenchRound()) }
      for run in plan.runs {
        // Who comes first changes: a machine that drifts does so for both.
        for index in number.isMultiple(of: 2) ? functions.indices.reversed() : Array(functions.indices) {
          guard !isOver() else { break }
          progress.begin("round \(number) of \(plan.rounds), \(functions[index].name), \(run.rawValue)")
          let runner = BenchRunner(
            function: functions[index], plan: plan, signUps: signUps, tally: tallies[index], end: end)
          let measured = await outcome {
            if run == .cold {
              rounds[index][number - 1].starts = try await runner.cold()
            } else {
              rounds[index][number - 1].loads[run] = try await runner.load(run)
            }
          }
          // A run that the limit has cut short may be the last.
          _ = isOver()
          try await settle(signUps, tallies[index], in: database)
          try measured.get()
        }
      }
    }
    return BenchReport(
      functions: zip(functions, zip(rounds, tallies)).map { function, results in
        BenchReport.Function(
          name: function.name, path: function.executable.path, bytes: function.executable.bytes, rounds: results.0,
          counts: results.1.counts)
      }, price: price, plan: plan, machine: Machine.description, database: database.description,
      incompleteness: Task.isCancelled
        ? "Interrupted: these are the figures until then."
        : isLate ? "The time limit of \(plan.timeLimit) has passed: these are the figures until then." : nil)
  }

  /// Looks whether whoever was answered has a row, and makes room for the next.
  private func settle(_ signUps: SignUps, _ tally: BenchTally, in database: BenchDatabase) async throws {
    let missing = await outcome { try await database.missing(tally.takeAnswered(), prefix: signUps.prefix) }
    try await database.removeUsers(prefix: signUps.prefix)
    tally.lose(try missing.get())
  }

  /// Writes what was found out, and says what was wrong.
  private func write(_ report: BenchReport) throws -> Int32 {
    for function in report.functions {
      for sentence in function.counts.sentences { Console.log("\(function.name): \(sentence)") }
    }
    if json == "-" {
      try Console.printLine(report.json)
    } else {
      try Console.printLine(Array(report.text.utf8))
    }
    if let json, json != "-" { try write(report.json + [UInt8(ascii: "\n")], to: json) }
    if let svg { try write(Array(report.chart.svg.utf8), to: svg) }
    return report.isRight ? 0 : 1
  }

  private func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    do {
      try Data(bytes).write(to: URL(filePath: path))
    } catch {
      throw InputError("\(path) cannot be written.")
    }
  }
}

/// What something has come to, told to whoever has more to do before an error goes on.
private func outcome<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
  do {
    return .success(try await body())
  } catch {
    return .failure(error)
  }
}

/// What the figures are of.
enum Machine {
  /// The processor, how many there are, and the system.
  static var description: String {
    var system = utsname()
    uname(&system)
    let release = withUnsafeBytes(of: &system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let name = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "a processor without a name"
    return "\(name), \(count) processor\(count == 1 ? "" : "s"), Linux \(release)"
  }
}

/// On a terminal, a line that says how far it is.
final class BenchProgress: Sendable {
  private final class Label: Sendable {
    let text = Mutex("starting")
  }

  private let label = Label()
  private let ticker: Task<Void, Never>?

  init(_ tallies: [BenchTally]) {
    guard isatty(STDERR_FILENO) == 1 else {
      ticker = nil
      return
    }
    ticker = Task { [label] in
      while (try? await Task.sleep(for: .milliseconds(100))) != nil {
        let ended = tallies.map(\.ended).reduce(0, +)
        label.text.withLock { text in
          // Who has slept enough may still find that the line has been taken away.
          guard !Task.isCancelled else { return }
          Console.writeError("\r\u{1B}[Kcruddur: \(text), \(ended) sign-ups so far")
        }
      }
    }
  }

  /// Says what is done from now on.
  func begin(_ what: String) {
    label.text.withLock { $0 = what }
  }

  /// Takes the line away.
  func finish() {
    guard let ticker else { return }
    label.text.withLock { _ in
      ticker.cancel()
      Console.writeError("\r\u{1B}[K")
    }
  }
}
