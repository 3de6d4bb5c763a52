import Synchronization

/// The response of an invocation as it comes: its chunks, each with the time of its arrival, and then how it ended.
///
/// ```swift
/// let stream = api.invokeWithResponseStream(request)
/// for await chunk in stream { print(chunk.bytes.count, chunk.arrival) }
/// if let failure = await stream.failure { print(failure) }
/// ```
///
/// A response that is no stream comes as one chunk. Whoever reads slowly slows the runtime. Cancelling the task that
/// reads, ``cancel()``, and dropping the stream all hang up: the runtime's connection is broken off.
public final class InvocationStream: AsyncSequence, Sendable {
  /// A piece of the response, as the runtime's connection brought it.
  public struct Chunk: Sendable, Equatable {
    /// At least one byte.
    public let bytes: [UInt8]
    /// When it came.
    public let arrival: ContinuousClock.Instant
  }

  private let sink: ResponseSink
  private let invocation: Task<Void, Never>

  /// Begins an invocation, whose response goes into the sink as far as it is a stream; what it returns is how that ended.
  init(_ invoke: @escaping @Sendable (ResponseSink) async -> InvocationResult) {
    let sink = ResponseSink()
    self.sink = sink
    invocation = Task {
      let result = await invoke(sink)
      if case .response(let bytes) = result, !bytes.isEmpty { _ = await sink.write(bytes) }
      sink.chunks.finish(result)
    }
    sink.chunks.whenCancelled { [invocation] in invocation.cancel() }
  }

  deinit {
    cancel()
  }

  /// The stream's content type as the runtime said it; nil until the first chunk or the end has come, and of a response
  /// that is no stream.
  public var contentType: String? { sink.contentType }

  /// How the invocation ended, once all chunks are read or, if they are not, thrown away: nil if all went well.
  ///
  /// It is `.functionError` with the type and the body of the stream's trailers where it broke in the middle.
  public var failure: InvocationResult? {
    get async {
      while let item = await sink.chunks.next() {
        guard case .end(let result) = item else { continue }
        if case .response = result { return nil }
        return result
      }
      return .abandoned
    }
  }

  /// The last of what the function logged meanwhile, known at the end.
  var logTail: [UInt8] { sink.logTail }

  /// Hangs up.
  public func cancel() {
    sink.chunks.cancel()
  }

  /// Reads the chunks in their order; of one stream there is one reader.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(stream: self)
  }

  /// The chunks of a stream, which it keeps from being dropped.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let stream: InvocationStream

    /// The next chunk; nil at the end.
    public func next() async -> Chunk? {
      guard case .piece(let chunk) = await stream.sink.chunks.next() else { return nil }
      return chunk
    }
  }
}

/// Where a streamed response goes, and what becomes known of it on the way.
final class ResponseSink: Sendable {
  let chunks = PieceChannel<InvocationStream.Chunk, InvocationResult>()
  private let known = Mutex((contentType: String?.none, logTail: [UInt8]()))

  /// As the runtime said it.
  var contentType: String? {
    get { known.withLock { $0.contentType } }
    set { known.withLock { $0.contentType = newValue } }
  }

  var logTail: [UInt8] {
    get { known.withLock { $0.logTail } }
    set { known.withLock { $0.logTail = newValue } }
  }

  /// Whether somebody still reads.
  func write(_ bytes: [UInt8]) async -> Bool {
    await chunks.write(.init(bytes: bytes, arrival: .now))
  }
}
