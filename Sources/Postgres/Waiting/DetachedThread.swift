import Glibc

/// A thread for a call that may block without limit: nobody joins it, and the process may end while it runs.
enum DetachedThread {
  /// Runs the body on a thread of its own; false if no thread could be made, and the body then never runs.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let argument = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    guard pthread_create(&thread, nil, runBody, argument.toOpaque()) == 0 else {
      argument.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

/// What C can carry to the thread.
private final class Body: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals are for threads that the program knows. One of them, SIGPIPE, would end the process: PQcancel may write to
  // a connection that its other side has closed.
  var signals = sigset_t()
  sigfillset(&signals)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
  if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
  return nil
}
