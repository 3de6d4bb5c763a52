// README: begin
import JSONCodable
import LambdaRuntime

struct Order: Codable { var articles: [String: Int] }
struct Receipt: Codable { var total: Int }

let checkout = TypedHandler(json: { (order: Order, _) in Receipt(total: order.articles.values.reduce(0, +)) })
// README: end
import FoundationEssentials
import Logging
import TestSupport
import Testing

@Suite struct TypedHandlerTests {
  private func invocation(_ event: String) -> Invocation {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return Invocation(context: InvocationContext(requestID: "id", logger: logger), payload: Array(event.utf8))
  }

  private func response(_ handler: some Handler, _ event: String) async throws -> String {
    String(decoding: try await handler.handle(invocation(event)).collect(), as: UTF8.self)
  }

  private func failure(_ handler: some Handler, _ event: String) async -> (any LambdaError)? {
    await #expect(throws: (any Error).self) { try await response(handler, event) } as? any LambdaError
  }

  @Test func `The README's example does what it says`() async throws {
    #expect(try await response(checkout, #"{"articles":{"tea":2,"cup":1},"more":null}"#) == #"{"total":3}"#)
    #expect(try Repository.readmeHasExample())
  }

  @Test(arguments: [
    ("{}", "The event is not valid: $.articles is missing."),
    (#"{"articles":null}"#, "The event is not valid: $.articles is null, and has to be Dictionary<String, Any>."),
    (#"{"articles":["s3cret"]}"#, "The event is not valid: $.articles cannot be read as Dictionary<String, Any>."),
    (#"{"articles":{"tea":"s3cret"}}"#, "The event is not valid: $.articles.tea cannot be read as Int."),
    (#"{"articles":{"a b":"s3cret"}}"#, #"The event is not valid: $.articles["a b"] cannot be read as Int."#),
    // Foundation does not say which number.
    (#"{"articles":{"tea":1.5}}"#, "The event is not valid: $ has a value that cannot be used."),
    (#""s3cret""#, "The event is not valid: $ cannot be read as Dictionary<String, Any>."),
  ]) func `What cannot be decoded is named by its path, without its value`(event: String, message: String) async throws
  {
    let error = await failure(checkout, event)
    #expect(error?.errorType.rawValue == "Function.InvalidEvent")
    #expect(error?.errorMessage == message)
  }

  @Test func `An element of an array is named by its place`() async throws {
    let handler = TypedHandler(json: { (numbers: [[Int]], _) in numbers.count })
    #expect(try await response(handler, "[[1],[2]]") == "2")
    let error = await failure(handler, #"[[1],[2,"s3cret"]]"#)
    #expect(error?.errorMessage == "The event is not valid: $[1][1] cannot be read as Int.")
  }

  @Test(arguments: ["", "{", "\u{FEFF}{}", #"{"articles":{"tea":1},}"#])
  func `What is not JSON is that`(event: String) async throws {
    let error = await failure(checkout, event)
    #expect(error?.errorType.rawValue == "Function.InvalidJSON")
  }

  /// A type that has something to say itself.
  private struct Named: Decodable {
    struct TooShort: LambdaError {
      let errorType = ErrorType.function("NameTooShort")
      let errorMessage = "The name is too short."
    }
    struct Secret: Error, CustomStringConvertible { let description = "s3cret" }
    init(from decoder: any Decoder) throws {
      let name = try decoder.singleValueContainer().decode(String.self)
      if name.isEmpty { throw TooShort() }
      throw Secret()
    }
  }

  @Test(arguments: [
    (#""""#, "Function.NameTooShort", "The name is too short."),
    (#""x""#, "Function.InvalidEvent", "The event is not valid: $ cannot be read: Secret."),
  ]) func `An error of a type's own is the event's fault, unless it says otherwise`(
    event: String, type: String, message: String
  ) async throws {
    let handler = TypedHandler(json: { (_: Named, _) in 1 })
    let error = await failure(handler, event)
    #expect(error?.errorType.rawValue == type)
    #expect(error?.errorMessage == message)
  }

  @Test func `The strategies of the decoder and the encoder are used`() async throws {
    struct Name: Codable { var displayName: String }
    let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let handler = TypedHandler(json: { (name: Name, _) in name }, decoder: decoder, encoder: encoder)
    #expect(try await response(handler, #"{"display_name":"Ana"}"#) == #"{"display_name":"Ana"}"#)
    let error = await failure(handler, #"{"display_name":7}"#)
    #expect(error?.errorMessage == "The event is not valid: $.displayName cannot be read as String.")
  }

  @Test func `The handler's own errors are its own`() async throws {
    let handler = TypedHandler(json: { (_: Int, _) throws -> Int in throw CancellationError() })
    await #expect(throws: CancellationError.self) { try await response(handler, "1") }
    let infinite = TypedHandler(json: { (_: Int, _) in Double.infinity })
    await #expect(throws: EncodingError.self) { try await response(infinite, "1") }
  }
}
