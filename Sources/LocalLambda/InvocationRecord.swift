import JSON

/// What becomes known of an invocation while it goes on.
public enum InvocationProgress: Sendable {
  /// A function was asked for it.
  case began(InvocationStart)
  /// It has ended, well or not.
  case ended(InvocationRecord)
}

/// An invocation as it is asked for.
public struct InvocationStart: Sendable, Equatable {
  /// By which its lines are found in the log.
  public let requestID: String
  /// The event.
  public let payload: [UInt8]
  /// When it was asked for, in milliseconds since the Unix epoch.
  public let time: Int64

  /// An invocation that is asked for now, unless told otherwise.
  public init(requestID: String, payload: [UInt8], time: Int64? = nil) {
    self.requestID = requestID
    self.payload = payload
    self.time = time ?? millisecondsSinceEpoch()
  }
}

/// How an invocation went, as whoever watches the function sees it.
public struct InvocationRecord: Sendable, Equatable {
  /// What was asked for.
  public internal(set) var start: InvocationStart
  /// How it ended. Of a stream that was given on as it came, there are no bytes.
  public internal(set) var result: InvocationResult
  /// The last of what the function logged meanwhile, 64 KB at most; of several at once, the lines that name the request.
  public internal(set) var log: [UInt8] = []
  /// How long it took until there was an execution environment for it.
  public internal(set) var waited = Duration.zero
  /// Of a cold start, how long the new process took until it asked for its first event; nil where it had before.
  public internal(set) var initialization: Duration?
  /// From the moment the event was handed out until the response, or what there is instead, was there; nil where it was
  /// never handed out.
  public internal(set) var duration: Duration?
  /// The most bytes that the process has had in memory so far; nil where there is no process any more, or none of ours.
  public internal(set) var maximumMemoryUsed: Int?
  /// Lambda's own lines about it.
  var platformLog = PlatformLog()

  /// A record of an invocation that had this result.
  init(_ start: InvocationStart, _ result: InvocationResult) {
    self.start = start
    self.result = result
  }

  /// The line with which Lambda's log ends an invocation, without a line feed; nil where there was none, because it was
  /// throttled, or given up before it began:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html>.
  public var report: String? {
    switch result {
    case .throttled: nil
    case .cancelled where duration == nil: nil
    default: platformLog.report(self)
    }
  }

  /// The last of the log, 4 KB at most, as Lambda gives it to whoever asks for a log of the type `Tail`, with Lambda's
  /// own lines: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
  var logTail: [UInt8] {
    guard let report else { return [] }
    let isLineEnded = log.isEmpty || log.last == UInt8(ascii: "\n")
    let lines = (isLineEnded ? "" : "\n") + platformLog.end(self) + report + "\n"
    let tail = Array((platformLog.start(self) + "\n").utf8) + log + Array(lines.utf8)
    return Array(tail[max(0, tail.count - 4096)...])
  }
}

/// The lines that Lambda itself writes to a function's log.
struct PlatformLog: Equatable {
  /// What `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` says, in megabytes.
  var memorySize = 128
  /// Whether the log's format is JSON:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>.
  var isJSON = false

  func start(_ record: InvocationRecord) -> String {
    guard isJSON else { return "START RequestId: \(record.start.requestID) Version: \(InvokeCall.latest)" }
    return event("platform.start", at: record.start.time) {
      $0.add("requestId", record.start.requestID)
      $0.add("version", InvokeCall.latest)
    }
  }

  /// With a line feed; nothing in JSON, where the report is the end.
  func end(_ record: InvocationRecord) -> String {
    isJSON ? "" : "END RequestId: \(record.start.requestID)\n"
  }

  /// What is billed is the sum of both durations, in whole milliseconds.
  func report(_ record: InvocationRecord) -> String {
    let duration = record.duration ?? .zero
    let billed = Int(((duration + (record.initialization ?? .zero)) / .milliseconds(1)).rounded(.up))
    let memory = record.maximumMemoryUsed.map { ($0 + (1 << 20) - 1) >> 20 }
    guard !isJSON else {
      return event("platform.report", at: millisecondsSinceEpoch()) {
        $0.add("requestId", record.start.requestID)
        $0.object("metrics") {
          $0.add("durationMs", duration.hundredthsOfMilliseconds)
          $0.add("billedDurationMs", billed)
          $0.add("memorySizeMB", memorySize)
          if let memory { $0.add("maxMemoryUsedMB", memory) }
          if let initialization = record.initialization {
            $0.add("initDurationMs", initialization.hundredthsOfMilliseconds)
          }
        }
        $0.add("status", record.result.status?.name ?? "success")
        if let type = record.result.status?.errorType { $0.add("errorType", type) }
      }
    }
    var parts = [
      "REPORT RequestId: \(record.start.requestID)", "Duration: \(duration.millisecondsText) ms",
      "Billed Duration: \(billed) ms", "Memory Size: \(memorySize) MB",
    ]
    if let memory { parts.append("Max Memory Used: \(memory) MB") }
    if let initialization = record.initialization {
      parts.append("Init Duration: \(initialization.millisecondsText) ms")
    }
    if let status = record.result.status {
      parts.append("Status: \(status.name)")
      if let type = status.errorType { parts.append("Error Type: \(type)") }
    }
    return parts.joined(separator: "\t")
  }

  private func event(
    _ type: String, at milliseconds: Int64, _ record: (inout JSONObjectWriter) -> Void
  ) -> String {
    String(
      decoding: JSONWriter.object {
        $0.add("time", UTCTime.rfc3339(milliseconds: milliseconds))
        $0.add("type", type)
        $0.object("record", record)
      }, as: UTF8.self)
  }
}

extension InvocationResult {
  /// What a report says of an invocation that did not end well: a function's own error does, for Lambda.
  fileprivate var status: (name: String, errorType: String?)? {
    switch self {
    case .response, .functionError: nil
    case .initError(let type, _): ("error", type)
    case .exited: ("error", "Runtime.ExitError")
    case .timedOut, .initTimedOut: ("timeout", nil)
    case .abandoned, .cancelled, .throttled: ("failure", nil)
    }
  }
}

extension Duration {
  fileprivate var hundredthsOfMilliseconds: Double { (self / .microseconds(10)).rounded() / 100 }

  /// Milliseconds with two decimals.
  fileprivate var millisecondsText: String {
    let hundredths = Int((self / .microseconds(10)).rounded())
    return "\(hundredths / 100).\((hundredths % 100).twoDigits)"
  }
}
