import JSON
import Synchronization

/// A row of the console: an invocation, or something that was switched.
struct ConsoleEntry: Sendable {
  enum Content: Sendable {
    case running(InvocationStart)
    case ended(InvocationRecord)
    case action(OperatorAction)
  }

  /// Counted from 1 on.
  let number: Int
  let revision: Int
  let content: Content
  /// What the row shows, as a line of JSON: made once, when somebody first looks.
  let summary: Lazily<[UInt8]>

  init(number: Int, revision: Int, content: Content) {
    self.number = number
    self.revision = revision
    self.content = content
    summary = Lazily { Self.summary(number, content) }
  }

  var isRunning: Bool {
    switch content {
    case .running: true
    case .ended: false
    case .action(let action): action.isRunning
    }
  }

  var isAction: Bool {
    if case .action = content { true } else { false }
  }

  func isRunning(_ start: InvocationStart) -> Bool {
    guard case .running(let own) = content else { return false }
    return own.requestID == start.requestID && own.time == start.time
  }

  /// The bytes that are kept for it.
  var byteCount: Int {
    switch content {
    case .running(let start): start.payload.count
    case .ended(let record): record.start.payload.count + record.result.answer.count + record.log.count
    case .action: 0
    }
  }

  // MARK: JSON

  /// Of an invocation `number`, `time` (milliseconds since the epoch), `kind` (`http`, `cognito`, `event`), `name`,
  /// `requestId`, `state` (`running`, `succeeded`, `refused`: by an HTTP status of 4xx, `failed`), and once it has ended
  /// `outcome`, and, in milliseconds, `milliseconds` (all of it), `waited`, `init` (null: it was warm), `handler` (null:
  /// it was never handed out), `database`. Of an action `number`, `time`, `kind` (`action`), `name`, `state`, and once it
  /// has ended `outcome` and `milliseconds`; `databaseState` (`running`, `stopped`, `frozen`) where it is about that.
  private static func summary(_ number: Int, _ content: Content) -> [UInt8] {
    JSONWriter.object {
      $0.add("number", number)
      switch content {
      case .running(let start):
        add(start, EventLabel(start.payload), to: &$0)
        $0.add("state", "running")
      case .ended(let record):
        let label = EventLabel(record.start.payload)
        add(record.start, label, to: &$0)
        let outcome = InvocationOutcome(record.result, isHTTP: label.kind == .http)
        let timeline = Timeline(record)
        $0.add("state", outcome.state.rawValue)
        $0.add("outcome", outcome.words)
        $0.add("milliseconds", timeline.milliseconds)
        $0.add("waited", record.waited.shownMilliseconds)
        $0.add("init", record.initialization?.shownMilliseconds)
        $0.add("handler", record.duration?.shownMilliseconds)
        $0.add("database", timeline.databaseMilliseconds)
      case .action(let action): action.write(to: &$0)
      }
    }
  }

  private static func add(_ start: InvocationStart, _ label: EventLabel, to object: inout JSONObjectWriter) {
    object.add("time", Int(start.time))
    object.add("kind", label.kind.rawValue)
    object.add("name", label.name)
    object.add("requestId", start.requestID)
  }

  /// The most bytes of an event, an answer or a log that the details show; all of it is to be had by itself.
  static let shownBytes = 1 << 18

  /// The summary's members under `summary`, and what a click on the row opens: `event`, and once it has ended `answer`
  /// and `log`, each with its `text` and its size in `bytes`, of which the text may be the beginning, or of the log the
  /// end; `report`, Lambda's line, or null; and `timeline`, whose parts have a `kind` (`waiting`, `init`, `handler`,
  /// `database`), `name`, `start` and `milliseconds`, and where the database failed `error` and `tries`.
  ///
  /// Nil where it is no invocation.
  var details: [UInt8]? {
    let start: InvocationStart
    switch content {
    case .running(let own): start = own
    case .ended(let record): start = record.start
    case .action: return nil
    }
    return JSONWriter.object {
      $0.addRaw("summary", summary.value)
      $0.object("event") { Self.write(start.payload, start.payload.prefix(Self.shownBytes), to: &$0) }
      guard case .ended(let record) = content else { return }
      let answer = record.result.answer
      $0.object("answer") { Self.write(answer, answer.prefix(Self.shownBytes), to: &$0) }
      $0.object("log") { Self.write(record.log, record.log.suffix(Self.shownBytes), to: &$0) }
      $0.add("report", record.report)
      $0.array("timeline") { for part in Timeline(record).parts { $0.object { part.write(to: &$0) } } }
    }
  }

  private static func write(_ all: [UInt8], _ shown: ArraySlice<UInt8>, to object: inout JSONObjectWriter) {
    object.add("text", String(decoding: shown, as: UTF8.self))
    object.add("bytes", all.count)
  }

  /// The whole of a part of the details, by its name there; nil where there is none.
  func part(_ name: Substring) -> [UInt8]? {
    switch (content, name) {
    case (.running(let start), "event"): start.payload
    case (.ended(let record), "event"): record.start.payload
    case (.ended(let record), "answer"): record.result.answer
    case (.ended(let record), "log"): record.log
    default: nil
    }
  }
}

/// A value that is made once, when somebody first asks for it.
final class Lazily<Value: Sendable>: Sendable {
  private let known = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) {
    self.make = make
  }

  var value: Value {
    known.withLock { known in
      let value = known ?? make()
      known = value
      return value
    }
  }
}
