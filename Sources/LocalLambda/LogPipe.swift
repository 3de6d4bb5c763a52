import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage

/// The log of an execution environment: all that its processes write to standard output and standard error.
///
/// It goes on to our standard error, and the last of each invocation is kept. While nobody reads our standard error, only
/// the processes wait for that, once the pipe is full.
final class LogPipe: Sendable {
  /// The most bytes that are kept of an invocation's log.
  static let maximumTailBytes = 1 << 16

  /// Where a process writes, blocking like any standard error.
  let writeEnd: FileDescriptor
  private let readEnd: CInt
  /// On which alone the pipe is read, and whose thread waits where our standard error takes no more.
  private let queue = DispatchQueue(label: "LogPipe")
  // Dispatch lets sources be used by any thread, and does not say so to the compiler.
  nonisolated(unsafe) private let source: any DispatchSourceRead
  private let tail = Mutex<[UInt8]>([])

  /// Makes a pipe; nil where the system has no descriptors left.
  init?() {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    // A child that is started just now may inherit them even so, which does no harm: nobody waits for the pipe's end.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readEnd = ends[0]
    // Of this end alone: a process that writes has to wait when the pipe is full.
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    self.readEnd = readEnd
    writeEnd = FileDescriptor(rawValue: ends[1])
    source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: queue)
    source.setCancelHandler { close(readEnd) }
    source.setEventHandler { [weak self] in self?.forward() }
    source.resume()
  }

  deinit {
    source.cancel()
    close(writeEnd.rawValue)
  }

  /// Begins the log of an invocation.
  func begin() async {
    await drain(within: Self.drainLimit)
    tail.withLock { $0 = [] }
  }

  /// The last of what was written since ``begin()``: all that a process wrote before it answered is in it. With a request
  /// id, it is only the lines that name that.
  func end(of requestID: String?) async -> [UInt8] {
    await drain(within: Self.drainLimit)
    let tail = tail.withLock { $0 }
    return requestID.map { Self.lines(of: tail, naming: $0) } ?? tail
  }

  /// The lines that have a request id in them.
  private static func lines(of log: [UInt8], naming requestID: String) -> [UInt8] {
    let (lineFeed, id) = (UInt8(ascii: "\n"), Data(requestID.utf8))
    var lines: [UInt8] = []
    var rest = Data(log)
    while let found = rest.range(of: id) {
      let start = rest[..<found.lowerBound].lastIndex(of: lineFeed).map { $0 + 1 } ?? rest.startIndex
      let end = rest[found.upperBound...].firstIndex(of: lineFeed) ?? rest.endIndex
      lines += rest[start..<end] + [lineFeed]
      rest = rest[end...]
    }
    return lines
  }

  /// Waits until all that was written has been passed on, but not for long once the task is cancelled.
  func drain() async {
    await drain(within: nil)
  }

  /// How long a response waits for the log that comes before it.
  private static let drainLimit = DispatchTimeInterval.milliseconds(200)

  private func drain(within limit: DispatchTimeInterval?) async {
    let gate = Gate()
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        gate.await(waiter)
        if let limit { gate.open(after: limit) }
        queue.async {
          self.forward()
          gate.open()
        }
      }
    } onCancel: {
      gate.open(after: .milliseconds(500))
    }
  }

  /// Lets one task go on, once.
  private final class Gate: Sendable {
    private enum State {
      case closed(CheckedContinuation<Void, Never>?)
      case open
    }

    private let state = Mutex(State.closed(nil))

    func await(_ waiter: CheckedContinuation<Void, Never>) {
      let isOpen = state.withLock { state in
        if case .open = state { return true }
        state = .closed(waiter)
        return false
      }
      if isOpen { waiter.resume() }
    }

    func open() {
      let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
        defer { state = .open }
        return if case .closed(let waiter) = state { waiter } else { nil }
      }
      waiter?.resume()
    }

    func open(after time: DispatchTimeInterval) {
      DispatchQueue.global().asyncAfter(deadline: .now() + time) { self.open() }
    }
  }

  /// Passes on what there is, but no more than a few times what a pipe holds: a process may write without end.
  private func forward() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    for _ in 1...4 {
      let count = read(readEnd, &chunk, chunk.count)
      guard count > 0 else { return }
      Self.write(chunk[..<count])
      tail.withLock {
        $0 += chunk[..<count]
        if $0.count > Self.maximumTailBytes { $0.removeFirst($0.count - Self.maximumTailBytes) }
      }
    }
  }

  private static func write(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EAGAIN {
        // Whoever made our standard error may have made it non-blocking, and may be slow to read.
        var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        _ = poll(&descriptor, 1, -1)
      } else if count < 0 && errno != EINTR {
        return  // Nobody reads it any more.
      }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
