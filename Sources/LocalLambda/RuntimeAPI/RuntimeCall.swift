import Foundation

/// One call of the runtime, in what it means for the invocation.
enum RuntimeCall: Sendable, Equatable {
  case next
  /// Ends the invocation of this id, with what was posted or because of what is wrong with it.
  case post(requestID: String, Result<InvocationResult, BadPost>)
  case initError(Result<ReportedError, BadPost>)

  /// Reads a call of a route.
  init(_ route: Route, requestID: String, _ call: HTTPCall) {
    let body = call.bodyFault.map { .failure(BadPost($0)) } ?? Result<[UInt8], BadPost>.success(call.body)
    let errorType = ErrorType.recorded(call.header(Self.errorType))
    switch route {
    case .next: self = .next
    case .response:
      self = .post(requestID: requestID, Self.response(call, body))
    case .error:
      self = .post(requestID: requestID, body.map { .functionError(type: errorType, body: $0) })
    case .initError:
      self = .initError(body.map { ReportedError(type: errorType, body: $0) })
    }
  }

  private static let errorType = "lambda-runtime-function-error-type"

  /// What a response says, which may be a stream that ends, in its trailers, with an error: see
  /// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
  private static func response(
    _ call: HTTPCall, _ body: Result<[UInt8], BadPost>
  ) -> Result<InvocationResult, BadPost> {
    switch call.header("lambda-runtime-function-response-mode") {
    case nil, "": return body.map { .response($0) }
    case "streaming": break
    default: return .failure(.unknownResponseMode)
    }
    guard let type = call.trailers.joined(errorType) else { return body.map { .response($0) } }
    let error = call.trailers.joined("lambda-runtime-function-error-body").flatMap { Data(base64Encoded: $0) }
    return body.map { _ in .functionError(type: ErrorType.recorded(type), body: Array(error ?? Data())) }
  }
}
