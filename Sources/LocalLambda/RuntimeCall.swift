/// One call of the runtime, in what it means for the invocation.
enum RuntimeCall: Sendable, Equatable {
  case next
  /// Ends the invocation of this id, with what was posted or because of what is wrong with it.
  case post(requestID: String, Result<InvocationResult, BadPost>)
  case initError(Result<ReportedError, BadPost>)

  /// Reads a call of a route; `headers` have lower-case names.
  init(_ route: Route, requestID: String, headers: [String: String], body: Result<[UInt8], BadPost>) {
    let errorType = ErrorType.recorded(headers["lambda-runtime-function-error-type"])
    switch route {
    case .next: self = .next
    case .response:
      let bytes = Self.check(responseMode: headers["lambda-runtime-function-response-mode"]).flatMap { body }
      self = .post(requestID: requestID, bytes.map { .response($0) })
    case .error:
      self = .post(requestID: requestID, body.map { .functionError(type: errorType, body: $0) })
    case .initError:
      self = .initError(body.map { ReportedError(type: errorType, body: $0) })
    }
  }

  private static func check(responseMode mode: String?) -> Result<Void, BadPost> {
    switch mode {
    case nil, "": .success(())
    case "streaming": .failure(.streamedResponse)
    default: .failure(.unknownResponseMode)
    }
  }
}
