import Glibc

/// The environment variable through which the X-Ray SDK learns of an invocation's trace.
///
/// glibc's setenv never frees a value that it was given: in a process that handles a million events it would keep a million of them.
/// So the variable is put into the environment once, as memory of ours in which each invocation's trace overwrites the last.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.
struct TraceEnvironment: ~Copyable {
  /// A trace header is at most some hundred bytes; what does not fit is not set.
  private static let capacity = 4_096

  private let name: String
  /// `name=value` and a zero.
  private let entry: UnsafeMutablePointer<CChar>
  private var isInEnvironment = false

  init(name: String = "_X_AMZN_TRACE_ID") {
    self.name = name
    entry = .allocate(capacity: TraceEnvironment.capacity)
    entry.initialize(repeating: 0, count: TraceEnvironment.capacity)
    _ = write("\(name)=", at: 0)
  }

  deinit {
    if isInEnvironment { unsetenv(name) }
    entry.deallocate()
  }

  /// Sets the variable for an invocation, or takes it away where the invocation has no trace.
  mutating func set(_ traceID: String?) {
    let start = name.utf8.count + 1
    guard let traceID, start + traceID.utf8.count < TraceEnvironment.capacity else {
      // Lambda itself may have set the variable before the first event.
      unsetenv(name)
      isInEnvironment = false
      return
    }
    entry[write(traceID, at: start)] = 0
    if !isInEnvironment { isInEnvironment = putenv(entry) == 0 }
  }

  /// Writes text into the entry, which has room for it.
  ///
  /// - Returns: Where the text ends.
  private func write(_ text: String, at start: Int) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      UnsafeMutableRawBufferPointer(start: entry + start, count: bytes.count).copyBytes(from: bytes)
      return start + bytes.count
    }
  }
}
