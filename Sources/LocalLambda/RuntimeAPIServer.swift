import Hummingbird

/// The HTTP side of the Runtime API: reads requests, asks the broker, writes its replies.
struct RuntimeAPIServer: HTTPResponder {
  /// Lets a fault close the connection that a request came on.
  struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let disconnect: @Sendable () async throws -> Void

    init(source: ApplicationRequestContextSource) {
      coreContext = .init(source: source)
      let channel = source.channel
      disconnect = { try await channel.close() }
    }
  }

  let broker: RuntimeBroker
  let maximumBodyBytes: Int

  func respond(to request: Request, context: Context) async throws -> Response {
    let reply = await broker.serve(
      method: request.method.rawValue, path: request.uri.path, headers: request.headersByName,
      body: await PostedBody.read(request.body, limit: maximumBodyBytes))
    switch reply {
    case .answer(let answer): return Response(answer, to: request)
    case .disconnect:
      try await context.disconnect()
      return Response(status: .internalServerError)
    }
  }
}

extension Request {
  /// The headers under lower-case names; HTTP types keeps `Host` apart.
  fileprivate var headersByName: [String: String] {
    var byName = Dictionary(headers.map { ($0.name.canonicalName, $0.value) }) { "\($0), \($1)" }
    byName["host"] = head.authority
    return byName
  }
}
