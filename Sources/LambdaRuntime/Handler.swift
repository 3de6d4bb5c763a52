/// What turns an invocation's event into an answer.
///
/// A handler runs on its worker's thread and may block it: no other invocation waits for that thread. It may see an event
/// more than once: Lambda hands one out again whose answer got lost, and who invoked the function may try again.
public protocol Handler: Sendable {
  /// Handles one invocation.
  ///
  /// - Parameter invocation: The event's bytes and what Lambda says of them.
  /// - Returns: The answer's bytes, at most ``Invocation/maximumLength`` of them; JSON, unless who invokes the function expects otherwise.
  /// - Throws: Any error. One that is a ``LambdaError`` decides what the caller is told; of others only the type's name is.
  func handle(_ invocation: Invocation) async throws -> [UInt8]
}

/// A handler of typed events and answers.
public struct TypedHandler<Event, Answer>: Handler {
  private let decode: @Sendable (Invocation) throws -> Event
  private let encode: @Sendable (Answer) throws -> [UInt8]
  private let body: @Sendable (Event, InvocationContext) async throws -> Answer

  /// Makes a handler out of its three steps.
  ///
  /// - Parameters:
  ///   - decode: Reads the event out of an invocation's payload.
  ///   - encode: Writes the answer's bytes.
  ///   - body: Does the work.
  public init(
    decode: @escaping @Sendable (Invocation) throws -> Event,
    encode: @escaping @Sendable (Answer) throws -> [UInt8],
    body: @escaping @Sendable (Event, InvocationContext) async throws -> Answer
  ) {
    self.decode = decode
    self.encode = encode
    self.body = body
  }

  /// Decodes, does the work, encodes.
  public func handle(_ invocation: Invocation) async throws -> [UInt8] {
    try await encode(body(decode(invocation), invocation.context))
  }
}
