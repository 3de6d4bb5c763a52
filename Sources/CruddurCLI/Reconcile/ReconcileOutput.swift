import ArgumentParser
import Cruddur
import Glibc
import JSON

/// How `cruddur reconcile` writes its lines.
enum ReconcileFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// A line about a user: nothing by which somebody who does not know them could tell who they are, unless that was asked for.
struct ReconcileEntry: Sendable {
  enum Result: String {
    case missing, added, failed, gone
  }

  let result: Result
  let sub: String?
  var status: String?
  /// When the account was made, as it was listed; of somebody who is gone, when the row was.
  var created: String?
  /// As a row has them.
  var user: User?
  /// Which of those that were listed it is, counted from 1, where that may be all that is known.
  var number: Int?
  var reason: String?

  init(_ result: Result, sub: String?, created: String?) {
    self.result = result
    self.sub = sub
    self.created = created
  }

  init(_ result: Result, _ listed: ListedUser, as user: User?) {
    self.result = result
    self.user = user
    sub = listed.cognitoUserID
    status = listed.status
    created = listed.created.flatMap { $0.kind == .string ? try? $0.string() : try? $0.numberText() }
  }

  fileprivate func json(showsNames: Bool) -> [UInt8] {
    JSONWriter.object { line in
      line.add("result", result.rawValue)
      line.add("sub", sub)
      if result != .gone { line.add("status", status) }
      line.add("created", created)
      if let number { line.add("number", number) }
      if let reason { line.add("reason", reason) }
      if showsNames, let user {
        line.add("handle", user.handle)
        line.add("display_name", user.displayName)
        line.add("email", user.email)
      }
    }
  }

  fileprivate func text(showsNames: Bool) -> [UInt8] {
    var line = "\(result) \(sub.word) \(status.word) \(created.word)"
    if showsNames, let user {
      line += " \(Optional(user.handle).word) \(Optional(user.displayName).word) \(user.email.word)"
    }
    if let number, let reason { line += ": user \(number) of the listing: \(reason)" }
    return Array(line.utf8)
  }
}

extension String? {
  /// As a word of a line: as it is, or as JSON where it could be taken for more than one, or steer a terminal.
  fileprivate var word: String {
    guard let text = self else { return "-" }
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
    if isPlain, !text.isEmpty, text != "-" { return text }
    let array = JSONWriter.array { $0.add(text) }
    return String(decoding: array.dropFirst().dropLast(), as: UTF8.self)
  }
}

/// What `cruddur reconcile` says: a line for each user on standard output, and on standard error how far it is, if that
/// is a terminal, and how it ended.
struct ReconcileOutput: Sendable {
  let format: ReconcileFormat
  let showsNames: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastProgress: ContinuousClock.Instant?

  init(format: ReconcileFormat, showsNames: Bool) {
    self.format = format
    self.showsNames = showsNames
  }

  /// Writes the lines of some users.
  mutating func write(_ entries: [ReconcileEntry]) throws(InputError) {
    guard !entries.isEmpty else { return }
    clearProgress()
    let lines = entries.map { format == .json ? $0.json(showsNames: showsNames) : $0.text(showsNames: showsNames) }
    try write(Array(lines.joined(separator: [UInt8(ascii: "\n")])))
  }

  /// Rewrites the line that says how far it is; ten times a second at most.
  mutating func showProgress(_ tally: ReconcileTally) {
    guard isTerminal, lastProgress.map({ .now - $0 > .milliseconds(100) }) ?? true else { return }
    lastProgress = .now
    Console.writeError("\r\u{1B}[Kcruddur: \(tally.sentence)")
  }

  /// Says how it ended.
  mutating func finish(_ tally: ReconcileTally, applies: Bool) throws(InputError) {
    clearProgress()
    if format == .json { try write(tally.json(isComplete: true, token: nil)) }
    var sentences = [tally.sentence]
    if tally.gone == nil {
      sentences.append("Who is gone cannot be told: not all users of the pool were read, or none.")
    }
    if tally.missing > 0, !applies { sentences.append("Nothing was changed; --apply adds who is missing.") }
    Console.log(sentences.joined(separator: " "))
  }

  /// Says why it ended too early, and how to go on.
  mutating func fail(_ error: any Error, _ tally: ReconcileTally, token: String?) {
    clearProgress()
    if format == .json { try? write(tally.json(isComplete: false, token: token)) }
    Console.log(error is CancellationError ? "Interrupted." : "\(error)")
    let way = token.map { ", with --starting-token \($0.quotedForShell)" } ?? "; who has a row is passed over"
    Console.log("\(tally.sentence) To go on, run the same again\(way).")
  }

  private func write(_ lines: [UInt8]) throws(InputError) {
    guard Console.printResponse(lines) else { throw InputError("Standard output cannot be written to.") }
  }

  private mutating func clearProgress() {
    guard lastProgress != nil else { return }
    lastProgress = nil
    Console.writeError("\r\u{1B}[K")
  }
}

extension ReconcileTally {
  fileprivate var sentence: String {
    let reasons = skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let all = skipped.values.reduce(0, +)
    let skipped = all == 0 ? "0 skipped" : "\(all) skipped (\(reasons))"
    let gone = self.gone.map { ", \($0) gone" } ?? ""
    return "\(read) read, \(present) present, \(missing) missing, \(added) added, \(skipped), \(failed) failed\(gone)."
  }

  fileprivate func json(isComplete: Bool, token: String?) -> [UInt8] {
    JSONWriter.object { line in
      line.add("result", "summary")
      line.add("read", read)
      line.add("present", present)
      line.add("missing", missing)
      line.add("added", added)
      line.object("skipped") {
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { $0.add(reason, count) }
      }
      line.add("failed", failed)
      line.add("gone", gone)
      line.add("complete", isComplete)
      line.add("starting_token", token)
    }
  }
}

extension String {
  /// As a shell takes it for one word.
  fileprivate var quotedForShell: String {
    let isPlain = utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "=+/._-:".utf8.contains(byte)
      }
    }
    return isPlain
      ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
