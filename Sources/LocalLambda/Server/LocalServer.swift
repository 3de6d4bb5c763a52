/// API Gateway and Cognito in front of a function, and Lambda's Invoke API beside them, on one port of 127.0.0.1.
///
/// - `/api/…` is an HTTP API of API Gateway, with a JWT authorizer.
/// - `/cognito/…` is a user pool, with the function as its triggers, and so is Cognito's own API at `/`.
/// - `/2015-03-31/functions/{name}/invocations` is Lambda's `Invoke`, and
///   `/2021-11-15/functions/{name}/response-streaming-invocations` its `InvokeWithResponseStream`.
/// - `/console/…` is what an operator sees and switches.
/// - Files are sent as they are.
///
/// It listens from ``start(_:function:console:files:onRequest:)`` to ``stop()``. Requests of other web sites are refused.
public final class LocalServer: Sendable {
  /// What may differ from one server to another.
  public struct Options: Sendable {
    /// The port of 127.0.0.1; 0 is any that is free.
    public var port = 3000
    /// The hosts, `host` or `host:port`, that requests may name beside 127.0.0.1 and localhost with the port: those under
    /// which somebody forwards the port.
    public var allowedHosts: Set<String> = []
    /// How often Cognito invokes a trigger that does not answer within five seconds, at least 1. AWS does not promise a
    /// number: <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
    public var triggerAttempts = 3
    /// The triggers that the user pool has.
    public var triggers: Set<PoolTrigger> = .standard
    /// Where accounts, codes and the tokens' key are kept; nil: in memory alone.
    public var stateFile: StateFile?

    /// How long Cognito and API Gateway wait for the function; nil: as long as AWS's do, 5 and 30 seconds.
    public var patience: Duration?

    /// The options that are the command line's defaults.
    public init() {}
  }

  private let server: HTTPServer
  private let console: OperatorConsole

  private init(server: HTTPServer, console: OperatorConsole) {
    self.server = server
    self.console = console
  }

  /// Starts a server, which listens when this returns. End it with ``stop()``, and the function by itself: to stop that
  /// lets requests that wait for it be answered.
  ///
  /// The console has to be told of the function's invocations. The files are sent for their paths, such as `/`;
  /// `onRequest` is told of each request when it is answered.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  public static func start(
    _ options: Options, function: Function, console: OperatorConsole = OperatorConsole(),
    files: [String: StaticFile],
    onRequest: @escaping @Sendable (ServedRequest) -> Void
  ) async throws(PortError) -> LocalServer {
    var retries = Cognito.RetryPolicy(attempts: options.triggerAttempts)
    if let patience = options.patience { retries.attemptLimit = patience }
    let cognito = Cognito(
      function: function, retries: retries, triggers: options.triggers, stateFile: options.stateFile)
    var httpAPI = HTTPAPI(function: function, authorizer: JWTAuthorizer(tokens: cognito.tokens))
    if let patience = options.patience { httpAPI.limit = patience }
    let responder = LocalResponder(
      httpAPI: httpAPI,
      cognitoAPI: CognitoAPI(cognito: cognito), cognitoService: CognitoService(cognito: cognito),
      invokeAPI: InvokeAPI(function: function), consoleAPI: ConsoleAPI(console: console, function: function),
      files: files,
      allowedHosts: Set(options.allowedHosts.map { $0.lowercased() }), onRequest: onRequest)
    return LocalServer(
      server: try HTTPServer.start(port: options.port, limits: LocalResponder.limits) {
        await responder.respond(to: $0)
      }, console: console)
  }

  /// Where it listens, such as `http://127.0.0.1:3000`.
  public var url: String { "http://127.0.0.1:\(server.port)" }

  /// Stops listening, gives responses that are owed a second to go out, and closes all connections. Whoever watches the
  /// console is owed nothing.
  public func stop() async {
    console.stop()
    await server.stop()
  }
}

/// Finds who answers a request: the HTTP API, the user pool, the Invoke API, the console, or a file.
struct LocalResponder {
  /// As API Gateway has them: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  static let limits = HTTPServer.Limits(maximumHeadBytes: 1 << 16, maximumBodyBytes: 10 << 20)

  let httpAPI: HTTPAPI
  let cognitoAPI: CognitoAPI
  let cognitoService: CognitoService
  let invokeAPI: InvokeAPI
  let consoleAPI: ConsoleAPI
  let files: [String: StaticFile]
  let allowedHosts: Set<String>
  let onRequest: @Sendable (ServedRequest) -> Void

  /// Answers a request, and tells of it.
  func respond(to call: HTTPCall) async -> HTTPReply {
    let start = ContinuousClock.now
    let reply: HTTPReply =
      switch call.bodyFault {
      case _ where !HostGuard(port: call.port, allowedHosts: allowedHosts).admits(call):
        .response(HostGuard.refusal)
      case nil: await route(call)
      case .tooLarge where call.segments?.first.map(InvokeAPI.versions.contains) == true:
        .response(InvokeError.payloadTooLarge.response)
      case .tooLarge: .response(.message("Request Too Long", status: 413))
      case .truncated: .response(.message("Bad Request", status: 400))
      }
    if let status = reply.response?.status {
      onRequest(
        ServedRequest(method: call.method, path: call.path, status: status, duration: ContinuousClock.now - start))
    }
    return reply
  }

  private func route(_ call: HTTPCall) async -> HTTPReply {
    if let target = CognitoService.target(of: call) {
      return .response(await cognitoService.respond(to: call, target))
    }
    return switch call.segments?.first {
    case "api": await httpAPI.respond(to: call)
    case "cognito": .response(await cognitoAPI.respond(to: call))
    case "console": await consoleAPI.respond(to: call)
    case let version? where InvokeAPI.versions.contains(version): await invokeAPI.respond(to: call)
    default: .response(files[call.path]?.respond(to: call) ?? .notFound)
    }
  }
}

/// A request that a ``LocalServer`` answered.
public struct ServedRequest: Sendable {
  /// The HTTP method.
  public let method: String
  /// The path as it was sent, without its query.
  public let path: String
  /// The status of the response.
  public let status: Int
  /// The time from the request's head to its response, or to the head of one that is a stream.
  public let duration: Duration
}

/// A file that a ``LocalServer`` sends as it is.
public struct StaticFile: Sendable {
  /// What `Content-Type` says.
  public let contentType: String
  /// The file's bytes.
  public let content: [UInt8]

  /// Makes a file to be sent.
  public init(contentType: String, content: [UInt8]) {
    self.contentType = contentType
    self.content = content
  }

  /// A page may load from here alone, and nobody may frame it; see
  /// <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy>.
  private static let contentSecurityPolicy = """
    default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'
    """

  func respond(to call: HTTPCall) -> HTTPResponse {
    guard call.method == "GET" || call.method == "HEAD" else { return .methodNotAllowed(allowed: "GET, HEAD") }
    let headers = [
      "content-type": contentType, "content-security-policy": Self.contentSecurityPolicy, "cache-control": "no-store",
      "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    ]
    return HTTPResponse(status: 200, headers: headers, body: content)
  }
}
