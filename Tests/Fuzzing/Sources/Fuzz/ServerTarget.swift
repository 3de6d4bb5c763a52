@testable import LambdaRuntime
@testable import Postgres
import Glibc

/// What a server says to a connection, from its first byte: see ``LyingServer``. Whatever it says, whoever asked gets rows
/// or an error before the deadline, and neither memory nor descriptors are lost.
final class ServerTarget {
  private let server = LyingServer()
  private let executor = WorkerExecutor()
  private let configuration: ConnectionConfiguration
  private var runs = 0
  private var descriptors: Int?

  /// The password, which no error may repeat.
  private static let password = "Zq7Secret"
  /// What a silent server is waited for; all others end.
  private static let patience: Duration = .milliseconds(100)
  /// What a busy machine may take longer.
  private static let delay: Duration = .seconds(5)

  init() {
    let conninfo = "host=\(server.folder) user=user password=\(ServerTarget.password) dbname=database"
    do {
      configuration = try ConnectionConfiguration(conninfo)
    } catch {
      check(false, "the configuration is valid: \(error)")
      abort()
    }
  }

  func run(_ bytes: [UInt8]) {
    server.script = bytes
    executor.run { [configuration] in
      do throws(PostgresError) {
        let deadline = ContinuousClock.now + ServerTarget.patience
        let connection = try await ServerTarget.inTime { () async throws(PostgresError) in
          try await Connection.connect(configuration, until: deadline)
        }
        let number = 7
        let statements: [Statement] = [
          "SELECT * FROM values WHERE number = \(number)", Statement("SELECT * FROM values").unprepared(),
          "SELECT * FROM values WHERE number = \(number)",
        ]
        for statement in statements {
          do throws(PostgresError) {
            let rows = try await ServerTarget.inTime { () async throws(PostgresError) in
              try await connection.execute(statement, until: deadline)
            }
            ServerTarget.read(rows)
          } catch {
            ServerTarget.checkError(error)
          }
        }
      } catch {
        ServerTarget.checkError(error)
      }
    }
    checkDescriptors()
  }

  /// Checks that a call keeps its deadline, whatever comes of it. What is made of its rows afterwards has none.
  private static func inTime<Value>(
    _ call: () async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    let start = ContinuousClock.now
    defer {
      let time = start.duration(to: .now)
      check(time < patience + delay, "a deadline is kept: \(time)")
    }
    return try await call()
  }

  /// Reads every value in every way, and such as there are none of.
  private static func read(_ rows: Rows) {
    _ = rows.affectedRowCount
    let result = rows.result
    let names = (0..<min(result.columnCount, 64)).map { result.name(ofColumn: $0) } + ["no column"]
    for row in rows.prefix(64) {
      for name in names {
        for type in ValuesTarget.types { read(row, name, as: type) }
      }
    }
  }

  private static func read<Value: ColumnDecodable>(_ row: Row, _ name: String, as type: Value.Type) {
    do throws(PostgresError) {
      _ = try row[name, as: Value.self]
    } catch {
      check(error.reason == .decoding, "what cannot be read is an error of that: \(error)")
    }
  }

  /// An error is a sentence of ours, and perhaps five characters of the server's.
  private static func checkError(_ error: PostgresError) {
    let text = error.description
    check(text.isOneLine && text.utf8.count < 300, "an error is one line: \(text)")
    check(!text.holds(password), "an error does not repeat the password: \(text)")
    if let state = error.sqlState?.rawValue {
      let isCode =
        state.utf8.count == 5
        && state.utf8.allSatisfy {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }
      check(isCode, "a SQLSTATE is five digits or capital letters: \(state)")
    }
    _ = (error.isTransient, error.debugMessage, error.debugDetail, error.schemaMessage, error.line)
  }

  /// Descriptors are counted now and then, for it takes a while. The threads that cancel may have a few.
  private func checkDescriptors() {
    runs += 1
    guard runs.isMultiple(of: 500), let folder = opendir("/proc/self/fd") else { return }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    let first = descriptors ?? count
    descriptors = first
    check(count <= first + 8, "no descriptor is lost: \(count), where there were \(first)")
  }
}
