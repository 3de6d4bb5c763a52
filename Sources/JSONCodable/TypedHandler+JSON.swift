public import FoundationEssentials
import JSON
import LambdaEvents
public import LambdaRuntime

extension TypedHandler where Event: Decodable & SendableMetatype, Output: Encodable {
  /// Makes a handler of `Codable` events and responses: `TypedHandler(json: { (order: Order, context) in … })`.
  ///
  /// An event that cannot be decoded is `Function.InvalidEvent`, and one that is not JSON `Function.InvalidJSON`, with
  /// the path of what is wrong and nothing of its value. A `LambdaError` that a type's `init(from:)` throws stays what
  /// it is.
  ///
  /// - Parameters:
  ///   - body: Does the work.
  ///   - decoder: Its strategies are used for events.
  ///   - encoder: Its strategies are used for responses.
  public init(
    json body: @escaping @Sendable (Event, InvocationContext) async throws -> Output,
    decoder: JSONDecoder = JSONDecoder(), encoder: JSONEncoder = JSONEncoder()
  ) {
    self.init(
      decode: { invocation in
        let document = try JSONDocument(event: invocation.payload)
        do {
          return try decoder.decode(Event.self, from: document)
        } catch let error as any LambdaError {
          throw error
        } catch {
          throw EventError(undecodable: error)
        }
      },
      encode: encoder.encodeBytes,
      body: body)
  }
}

extension EventError {
  /// What Foundation or a type says of an event. Their descriptions may quote it: only the path and the types are told.
  fileprivate init(undecodable error: any Error) {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      self.init(.unusable(path: (context.codingPath + [key]).path, requirement: "is missing"))
    case .typeMismatch(let type, let context):
      self.init(.unusable(path: context.codingPath.path, requirement: "cannot be read as \(type)"))
    case .valueNotFound(let type, let context):
      self.init(.unusable(path: context.codingPath.path, requirement: "is null, and has to be \(type)"))
    case .dataCorrupted(let context):
      self.init(.unusable(path: context.codingPath.path, requirement: "has a value that cannot be used"))
    default:
      self.init(.unusable(path: "$", requirement: "cannot be read: \(Swift.type(of: error))"))
    }
  }
}

extension [any CodingKey] {
  /// As a JSONPath, with keys as the decoder's strategy has them.
  fileprivate var path: String {
    reduce("$") { path, key in
      path + (key.intValue.map { "[\($0)]" } ?? JSONError.selector(key.stringValue))
    }
  }
}
