import Dispatch
import Glibc

/// The signals that ask the program to end, SIGINT, SIGTERM and SIGHUP, by their numbers as they come.
///
/// From the first of these values on, none of them ends the program by itself.
struct EndSignals: AsyncSequence, Sendable {
  private let signals: AsyncStream<Int32>

  init() {
    let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
    // Dispatch lets sources be used by any thread, and does not say so to the compiler.
    nonisolated(unsafe) let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)  // Otherwise it would end the program, and no source would hear of it.
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
    continuation.onTermination = { _ in for source in sources { source.cancel() } }
    self.signals = signals
  }

  func makeAsyncIterator() -> AsyncStream<Int32>.AsyncIterator {
    signals.makeAsyncIterator()
  }
}
