import Glibc

/// A thread that nobody joins: the process may end while it runs.
package enum DetachedThread {
  /// Runs the body on a thread of its own; false if no thread could be made, and the body then never runs.
  @discardableResult
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let argument = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// Runs the body on a thread of its own, and waits for its end, but no longer than that.
  ///
  /// - Returns: Whether it came to its end.
  static func run(within limit: Duration, _ body: @escaping @Sendable () -> Void) -> Bool {
    let end = Alarm()
    let deadline = ContinuousClock.now + limit
    let isStarted = start {
      body()
      end.ring()
    }
    return isStarted && end.wait(until: deadline)
  }

  /// What C can carry to the thread.
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }
}
