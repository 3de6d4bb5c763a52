import Synchronization

/// Pieces on their way from one who writes to one who reads, in their order, and then an end.
///
/// It holds one piece: whoever writes the next one waits until that was taken, so that a slow reader slows the writer.
final class PieceChannel<Piece: Sendable, End: Sendable>: Sendable {
  enum Item {
    case piece(Piece)
    /// There is nothing more, however often one asks.
    case end(End)
  }

  private struct State {
    /// One, and at the end also that of a writer who waited.
    var pieces: [Piece] = []
    var end: End?
    var isCancelled = false
    var reader: CheckedContinuation<Item?, Never>?
    /// Told when nobody reads any more.
    var onCancel: [@Sendable () -> Void] = []
    var writer: (piece: Piece, continuation: CheckedContinuation<Bool, Never>)?

    /// Puts a piece where it is read next, if there is room: whether it was taken, and the reader to be given it.
    mutating func put(_ piece: Piece) -> (isTaken: Bool?, reader: CheckedContinuation<Item?, Never>?) {
      if isCancelled || end != nil { return (false, nil) }
      if let waiting = reader {
        reader = nil
        return (true, waiting)
      }
      guard pieces.isEmpty else { return (nil, nil) }
      pieces = [piece]
      return (true, nil)
    }

    /// What is there to be read; nil where that is still to come.
    mutating func take() -> Item? {
      pieces.isEmpty ? end.map { .end($0) } : .piece(pieces.removeFirst())
    }
  }

  private let state = Mutex(State())

  /// Writes a piece without waiting: true if it was taken, false if nobody reads any more, nil if it would have to wait.
  func offer(_ piece: Piece) -> Bool? {
    let (isTaken, reader) = state.withLock { $0.put(piece) }
    reader?.resume(returning: .piece(piece))
    return isTaken
  }

  /// Writes a piece, once there is room for it; false if nobody reads any more. One writes at a time.
  func write(_ piece: Piece) async -> Bool {
    await withCheckedContinuation { continuation in
      let (isTaken, reader) = state.withLock { state in
        let (isTaken, reader) = state.put(piece)
        if isTaken == nil { state.writer = (piece, continuation) }
        return (isTaken, reader)
      }
      reader?.resume(returning: .piece(piece))
      if let isTaken { continuation.resume(returning: isTaken) }
    }
  }

  /// Says that there is nothing more; only the first end counts.
  func finish(_ end: End) {
    let (reader, writer) = state.withLock { state in
      if state.end == nil { state.end = end }
      defer { (state.reader, state.writer) = (nil, nil) }
      if let writer = state.writer { state.pieces.append(writer.piece) }
      return (state.reader, state.writer?.continuation)
    }
    writer?.resume(returning: true)
    reader?.resume(returning: .end(end))
  }

  /// The next piece, or the end; nil once the channel or the task was cancelled. One reads at a time.
  func next() async -> Item? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (item, writer) = state.withLock { state -> (Item??, CheckedContinuation<Bool, Never>?) in
          if state.isCancelled { return (.some(nil), nil) }
          guard let item = state.take() else {
            state.reader = continuation
            return (nil, nil)
          }
          guard let writer = state.writer else { return (item, nil) }
          state.pieces.append(writer.piece)
          state.writer = nil
          return (item, writer.continuation)
        }
        writer?.resume(returning: true)
        if let item { continuation.resume(returning: item) }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Says that nobody reads any more.
  func cancel() {
    let (reader, writer, onCancel) = state.withLock { state in
      state.isCancelled = true
      state.pieces = []
      defer { (state.reader, state.writer, state.onCancel) = (nil, nil, []) }
      return (state.reader, state.writer?.continuation, state.onCancel)
    }
    writer?.resume(returning: false)
    reader?.resume(returning: nil)
    for body in onCancel { body() }
  }

  /// Calls `body` once nobody reads any more, which may be at once.
  func whenCancelled(_ body: @escaping @Sendable () -> Void) {
    let isCancelled = state.withLock {
      if !$0.isCancelled { $0.onCancel.append(body) }
      return $0.isCancelled
    }
    if isCancelled { body() }
  }
}

extension PieceChannel: Equatable {
  /// Whether they are one and the same.
  static func == (one: PieceChannel, other: PieceChannel) -> Bool { one === other }
}
