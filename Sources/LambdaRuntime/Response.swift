import Synchronization

/// What a handler answers an event with: bytes, or a stream of them, and work that is to be done afterwards.
public struct Response: Sendable {
  /// Writes a stream's bytes, piece by piece.
  public typealias Stream = @Sendable (ResponseWriter) async throws -> Void

  /// The most bytes that a stream may have: 200 MB.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
  public static let maximumStreamLength = 200 << 20

  enum Body: Sendable {
    case bytes([UInt8])
    case stream(contentType: String, Stream)
  }

  let body: Body
  private(set) var afterwards: (@Sendable () async throws -> Void)?

  private init(_ body: Body) {
    self.body = body
  }

  /// A response of bytes, at most ``Invocation/maximumLength`` of them: JSON, unless whoever invokes the function expects
  /// something else.
  public static func bytes(_ bytes: [UInt8]) -> Response {
    Response(.bytes(bytes))
  }

  /// A response whose bytes reach whoever invoked the function as they are written, 200 MB at the most.
  ///
  /// The function has to be invoked with `InvokeWithResponseStream`, or by a function URL whose invoke mode is
  /// `RESPONSE_STREAM`; otherwise Lambda collects the bytes. If `stream` throws, whoever reads is told the error behind what
  /// was written before. Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
  ///
  /// - Parameters:
  ///   - contentType: What the bytes are.
  ///   - stream: Writes them. It runs within the invocation's deadline, and is cancelled if whoever reads has gone away.
  /// - Returns: The response.
  public static func stream(
    contentType: String = "application/octet-stream", _ stream: @escaping Stream
  ) -> Response {
    Response(.stream(contentType: contentType, stream))
  }

  /// The same response, and work that is done once it has been sent: whoever invoked the function does not wait for it.
  ///
  /// The next event comes when the work is over. The invocation's deadline holds for it; an error that it throws is logged.
  public func then(_ work: @escaping @Sendable () async throws -> Void) -> Response {
    var response = self
    response.afterwards = work
    return response
  }

  /// The bytes of the response, for a test of a handler: those of a stream are collected.
  ///
  /// - Throws: What the stream throws.
  public func collect() async throws -> [UInt8] {
    switch body {
    case .bytes(let bytes): return bytes
    case .stream(_, let stream):
      let collected = Collected()
      try await stream(ResponseWriter { bytes in collected.bytes.withLock { $0 += bytes } })
      return collected.bytes.withLock { $0 }
    }
  }
}

/// Takes the bytes of a response that is a stream.
public struct ResponseWriter: Sendable {
  private let send: @Sendable ([UInt8]) async throws -> Void

  init(send: @escaping @Sendable ([UInt8]) async throws -> Void) {
    self.send = send
  }

  /// Sends bytes on, and returns once they are on their way: a reader who is slow slows the handler down.
  ///
  /// - Throws: ``StreamError`` where nobody reads any more or there have been too many; `CancellationError` once the
  ///   invocation is cancelled: whoever reads is told so, even if the stream makes nothing of it, where bytes are missing.
  public func write(_ bytes: [UInt8]) async throws {
    try await send(bytes)
  }

  /// Sends text on, as UTF-8.
  public func write(_ text: String) async throws {
    try await send(Array(text.utf8))
  }
}

private final class Collected: Sendable {
  let bytes = Mutex<[UInt8]>([])
}

/// Why a stream ends before its time.
public enum StreamError: LambdaError, Equatable {
  /// Whoever read the stream has gone away, or Lambda takes no more of it.
  case closed
  /// More than ``Response/maximumStreamLength`` bytes.
  case tooLong
  /// The content type has something in it that cannot stand in a header.
  case contentType

  /// `Function.StreamClosed`, `Function.ResponseTooLarge` or `Function.InvalidResponse`.
  public var errorType: ErrorType {
    switch self {
    case .closed: .function("StreamClosed")
    case .tooLong: .function("ResponseTooLarge")
    case .contentType: .function("InvalidResponse")
    }
  }

  /// What happened.
  public var errorMessage: String {
    switch self {
    case .closed: "Nobody reads the response any more."
    case .tooLong: "The response has more than the \(Response.maximumStreamLength) bytes that Lambda streams."
    case .contentType: "The response's content type is not printable ASCII."
    }
  }
}
