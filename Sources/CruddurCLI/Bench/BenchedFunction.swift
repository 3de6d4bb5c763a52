import Foundation
import Glibc
import LocalLambda
import Synchronization
import SystemPackage

/// A function that is measured.
struct BenchedFunction: Sendable {
  /// What the table calls it.
  let name: String
  let executable: Executable
  let timeout: Duration
  /// The variables of its environment.
  let variables: [String: String]
  /// The shell's variables, of which Lambda's rules hand some on.
  let caller: [String: String]
}

/// A process of a function that is measured, with a Runtime API of its own, on which nobody else is served.
final class BenchProcess: Sendable {
  let api: RuntimeAPI
  let environment: ExecutionEnvironment
  private let log: BenchLog
  private let calls: CallLog

  /// Gives the process a Runtime API; it is started later. `workers` is how many invocations it is given at once, as on
  /// Managed Instances; nil on demand.
  ///
  /// - Throws: ``PortError``, or ``InputError`` where there is no file for what it writes.
  init(_ function: BenchedFunction, workers: Int? = nil) async throws {
    let calls = CallLog()
    var options = RuntimeAPI.Options()
    options.recordsExchanges = false
    options.handler = function.variables["_HANDLER"] ?? options.handler
    options.maximumConcurrency = workers
    options.onCall = { calls.add($0) }
    log = try BenchLog()
    api = try await RuntimeAPI.start(options: options)
    environment = ExecutionEnvironment(
      bootstrap: function.executable.path, runtimeAPI: api, caller: function.caller, configured: function.variables,
      output: log.file)
    self.calls = calls
  }

  /// Ends it, as Lambda does.
  func end() async {
    await environment.end()
    await api.stop()
  }

  /// The calls of the process so far, in the order of their responses.
  var callTimes: [CallTimes] { calls.all }

  /// How many there are.
  var callCount: Int { calls.count }

  /// The end of what the process has written, to be told with a failure; empty if that is nothing.
  var lastWords: String { log.lastWords }
}

/// The calls of a runtime, noted while it is measured, and read afterwards.
private final class CallLog: Sendable {
  private let calls = Mutex<[CallTimes]>([])

  var all: [CallTimes] { calls.withLock { $0 } }

  var count: Int { calls.withLock { $0.count } }

  func add(_ call: CallTimes) { calls.withLock { $0.append(call) } }
}

/// A file without a name for all that a function writes: nobody's time is taken by reading it, and it is gone with its
/// last descriptor.
private final class BenchLog: Sendable {
  let file: FileDescriptor

  init() throws(InputError) {
    var path = Array("\(NSTemporaryDirectory())/cruddur-bench.XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw InputError("There is no file for a log: \(InputError.lastSystemError).") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    file = FileDescriptor(rawValue: descriptor)
  }

  deinit {
    try? file.close()
  }

  var lastWords: String {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: Int(min(status.st_size, 2048)))
    let start = max(0, Int64(status.st_size) - 2048)
    let count = bytes.withUnsafeMutableBytes {
      (try? file.read(fromAbsoluteOffset: start, into: $0)) ?? 0
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
