import Hummingbird
import Logging
import ServiceLifecycle

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

  /// A service that listens on a loopback port, where 0 is any that is free, and tells which. Shut down, it lets
  /// answers that are owed go out.
  func service(port: Int, onListening: @escaping @Sendable (_ port: Int?) -> Void) -> ServiceGroup {
    let logger = Logger(label: "RuntimeAPI") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      responder: self,
      // An X-Ray error cause is a header, and may have nearly a mebibyte.
      server: .http1(
        configuration: .init(httpDecoderConfiguration: .init(maxHeaderFieldSize: 1 << 20, maxHeaderListSize: 2 << 20))),
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { onListening($0.localAddress?.port) },
      logger: logger
    )
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(1)
    return ServiceGroup(configuration: configuration)
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    let reply = await broker.serve(
      method: request.method.rawValue, path: request.uri.path, headers: request.headersByName,
      body: await PostedBody.read(request.body, limit: maximumBodyBytes))
    switch reply {
    case .answer(let answer): return Response(answer)
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

extension Response {
  fileprivate init(_ answer: Answer) {
    var headers = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPFields.Element.Name(name) { headers[name] = value }
    }
    let body = ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    self.init(status: .init(code: answer.status), headers: headers, body: body)
  }
}
