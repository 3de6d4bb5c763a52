/// Finds who answers a request: the HTTP API, the user pool, the Invoke API, or a file.
struct LocalResponder {
  /// As API Gateway has them: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  static let limits = HTTPServer.Limits(maximumHeadBytes: 1 << 16, maximumBodyBytes: 10 << 20)

  let httpAPI: HTTPAPI
  let cognitoAPI: CognitoAPI
  let invokeAPI: InvokeAPI
  let files: [String: StaticFile]
  let allowedHosts: Set<String>
  let onRequest: @Sendable (ServedRequest) -> Void

  /// Answers a request, and tells of it.
  func answer(to call: HTTPCall) async -> Answer {
    let start = ContinuousClock.now
    let answer: Answer =
      switch call.bodyFault {
      case _ where !HostGuard(port: call.port, allowedHosts: allowedHosts).admits(call):
        HostGuard.refusal
      case nil: await route(call)
      case .tooLarge where call.segments?.first == InvokeAPI.version: InvokeError.payloadTooLarge.answer
      case .tooLarge: Answer.message("Request Too Long", status: 413)
      case .truncated: Answer.message("Bad Request", status: 400)
      }
    onRequest(
      ServedRequest(
        method: call.method, path: call.path, status: answer.status, duration: ContinuousClock.now - start))
    return answer
  }

  private func route(_ call: HTTPCall) async -> Answer {
    switch call.segments?.first {
    case "api": await httpAPI.answer(to: call)
    case "cognito": await cognitoAPI.answer(to: call)
    case InvokeAPI.version: await invokeAPI.answer(to: call)
    default: files[call.path]?.answer(to: call) ?? .notFound
    }
  }
}
