import Glibc

/// Threads for calls that block without limit.
enum Thread {
  /// Runs `body` on a thread that nobody waits for.
  ///
  /// - Returns: Whether there was a thread to be had.
  static func detach(_ body: @escaping @Sendable () -> Void) -> Bool {
    let start = Unmanaged.passRetained(Start(body: body))
    var thread = pthread_t()
    let result = pthread_create(&thread, nil, Start.run, start.toOpaque())
    guard result == 0 else {
      start.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) {
      self.body = body
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { start in
      if let start { Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body() }
      return nil
    }
  }
}
