/// What turns an invocation's event into a response.
///
/// A handler runs on its worker's thread and may block it: no other invocation waits for that thread. It may see an event
/// more than once: Lambda hands one out again whose response got lost, and whoever invoked the function may try again.
public protocol Handler: Sendable {
  /// Handles one invocation.
  ///
  /// - Parameter invocation: The event's bytes and what Lambda says of them.
  /// - Returns: What whoever invoked the function gets.
  /// - Throws: Any error. One that is a ``LambdaError`` decides what the caller is told; of others only the type's name is.
  func handle(_ invocation: Invocation) async throws -> Response
}

/// A handler of typed events and responses.
public struct TypedHandler<Event, Output>: Handler {
  private let decode: @Sendable (Invocation) throws -> Event
  private let encode: @Sendable (Output) throws -> [UInt8]
  private let body: @Sendable (Event, InvocationContext) async throws -> Output

  /// Makes a handler out of its three steps.
  ///
  /// - Parameters:
  ///   - decode: Reads the event out of an invocation's payload.
  ///   - encode: Writes the response's bytes.
  ///   - body: Does the work.
  public init(
    decode: @escaping @Sendable (Invocation) throws -> Event,
    encode: @escaping @Sendable (Output) throws -> [UInt8],
    body: @escaping @Sendable (Event, InvocationContext) async throws -> Output
  ) {
    self.decode = decode
    self.encode = encode
    self.body = body
  }

  /// Decodes, does the work, encodes.
  public func handle(_ invocation: Invocation) async throws -> Response {
    .bytes(try encode(await body(decode(invocation), invocation.context)))
  }
}
