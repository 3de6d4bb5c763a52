import Glibc
import Synchronization

/// Leaves a line in the log when the process dies of a signal: which one, and of which invocation.
///
/// What runs in a signal handler may neither allocate nor lock, so that all of it is laid out before: a slot for each
/// thread that handles invocations, a stack of its own for it, and a buffer for the line.
/// See <https://man7.org/linux/man-pages/man7/signal-safety.7.html>.
enum CrashReporter {
  /// Those that end a process because of a fault of its own.
  static let signals: [CInt] = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]
  /// A request id is 36 bytes long.
  private static let idCapacity = 128
  private static let stackSize = 1 << 16

  /// The request id that the thread is at: its length, and its bytes.
  private struct Slot {
    var length = 0
    let id = UnsafeMutablePointer<UInt8>.allocate(capacity: CrashReporter.idCapacity)
    let stack = UnsafeMutableRawPointer.allocate(byteCount: CrashReporter.stackSize, alignment: 16)
  }

  /// The slot of each thread, which ends with it. The one that crashed finds its own.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      guard let slot = pointer?.assumingMemoryBound(to: Slot.self) else { return }
      var none = stack_t()
      none.ss_flags = CInt(SS_DISABLE)
      sigaltstack(&none, nil)
      slot.pointee.id.deallocate()
      slot.pointee.stack.deallocate()
      slot.deallocate()
    }
    return key
  }()

  private static let isJSON = Atomic(false)
  nonisolated(unsafe) private static let line = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)

  /// Takes over the signals that end a process because of a fault of its own, and prepares the calling thread.
  static func install(_ format: LogConfiguration.Format) {
    isJSON.store(format == .json, ordering: .relaxed)
    _ = line
    prepareThread()
    for number in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { CrashReporter.report($0) }
      // On a stack of its own, because it may be the thread's that is used up; once, because the second time is the end.
      action.sa_flags = CInt(bitPattern: UInt32(SA_ONSTACK) | UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
  }

  /// Gives the calling thread what it takes.
  static func prepareThread() {
    let slot = UnsafeMutablePointer<Slot>.allocate(capacity: 1)
    slot.initialize(to: Slot())
    pthread_setspecific(key, slot)
    var stack = stack_t()
    stack.ss_sp = slot.pointee.stack
    stack.ss_size = stackSize
    sigaltstack(&stack, nil)
  }

  /// Notes which invocation the calling thread is at; nil for none.
  static func note(_ requestID: String?) {
    guard let slot = pthread_getspecific(key)?.assumingMemoryBound(to: Slot.self) else { return }
    slot.pointee.length = 0
    guard var requestID else { return }
    requestID.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return }
      let length = min(bytes.count, idCapacity)
      slot.pointee.id.update(from: start, count: length)
      slot.pointee.length = length
    }
  }

  private static func report(_ signal: CInt) {
    var length = 0
    func put(_ byte: UInt8) {
      line[length] = byte
      length += 1
    }
    func put(_ text: StaticString) {
      for index in 0..<text.utf8CodeUnitCount { put(text.utf8Start[index]) }
    }
    let slot = pthread_getspecific(key)?.assumingMemoryBound(to: Slot.self)
    func putID() {
      guard let slot else { return }
      for index in 0..<slot.pointee.length { put(slot.pointee.id[index]) }
    }
    let hasID = (slot?.pointee.length ?? 0) > 0
    let isJSON = isJSON.load(ordering: .relaxed)
    put(isJSON ? #"{"timestamp":""# : "")
    let time = Realtime.now.rfc3339
    for index in time.indices { put(time[index]) }
    put(isJSON ? #"","level":"FATAL","message":""# : " FATAL ")
    if hasID, !isJSON {
      putID()
      put(" ")
    }
    put("The process crashed: ")
    put(name(of: signal))
    if isJSON {
      put(hasID ? #"","requestId":""# : "")
      putID()
      put(#""}"#)
    }
    put("\n")
    _ = Glibc.write(STDERR_FILENO, line, length)
    // Its default, which SA_RESETHAND has brought back, ends the process, so that Lambda learns which one it was.
    raise(signal)
  }

  private static func name(of signal: CInt) -> StaticString {
    switch signal {
    case SIGSEGV: "SIGSEGV, memory that it may not use"
    case SIGBUS: "SIGBUS, memory that is not there"
    case SIGFPE: "SIGFPE, arithmetic without a result"
    case SIGABRT: "SIGABRT, it gave up by itself"
    default: "a trap, such as an index out of range or a nil that was unwrapped"
    }
  }
}
