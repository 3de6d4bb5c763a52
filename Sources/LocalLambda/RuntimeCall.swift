/// One call of the runtime, read from an HTTP request, in what it means for the invocation.
enum RuntimeCall: Sendable, Equatable {
  case next
  /// Ends the invocation of this id: with what the runtime posted, or with the failure that bad post is.
  case post(requestID: String, Result<InvocationResult, Refusal>)
  case initError(Result<ReportedError, Refusal>)

  /// Reads a call; `headers` have lower-case names.
  ///
  /// - Throws: ``Refusal/unknownPath`` and ``Refusal/wrongMethod``.
  init(method: String, path: String, headers: [String: String], body: Result<[UInt8], Refusal>) throws(Refusal) {
    let (route, requestID) = try Route.parse(method: method, path: path)
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

  private static func check(responseMode mode: String?) -> Result<Void, Refusal> {
    switch mode {
    case nil, "": .success(())
    case "streaming": .failure(.streamedResponse)
    default: .failure(.unknownResponseMode)
    }
  }
}
