import Hummingbird

/// Finds who answers a request: the HTTP API, the user pool, the Invoke API, or a file.
struct LocalResponder: HTTPResponder {
  /// The most bytes that API Gateway takes of a body,
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  static let maximumBodyBytes = 10 << 20

  /// Knows on which port the request came in.
  struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let port: Int

    init(source: ApplicationRequestContextSource) {
      coreContext = .init(source: source)
      port = source.channel.localAddress?.port ?? 0
    }
  }

  let httpAPI: HTTPAPI
  let cognitoAPI: CognitoAPI
  let invokeAPI: InvokeAPI
  let files: [String: StaticFile]
  let onRequest: @Sendable (ServedRequest) -> Void

  func respond(to request: Request, context: Context) async throws -> Response {
    let start = ContinuousClock.now
    let posted = await PostedBody.read(request.body, limit: Self.maximumBodyBytes)
    var call = HTTPCall(request, body: [])
    let answer: Answer
    switch posted.content {
    case _ where !HostGuard(port: context.port).admits(call): answer = .message("Forbidden", status: 403)
    case .success(let body):
      call.body = body
      answer = await self.answer(to: call)
    case .failure(.tooLarge):
      let isInvoke = call.segments?.first == InvokeAPI.version
      answer = isInvoke ? InvokeError.payloadTooLarge.answer : .message("Request Too Long", status: 413)
    case .failure: answer = .message("Bad Request", status: 400)
    }
    onRequest(
      ServedRequest(
        method: call.method, path: call.path, status: answer.status, duration: ContinuousClock.now - start))
    return Response(answer, to: request)
  }

  private func answer(to call: HTTPCall) async -> Answer {
    switch call.segments?.first {
    case "api": await httpAPI.answer(to: call)
    case "cognito": await cognitoAPI.answer(to: call)
    case InvokeAPI.version: await invokeAPI.answer(to: call)
    default: files[call.path]?.answer(to: call) ?? .notFound
    }
  }
}
