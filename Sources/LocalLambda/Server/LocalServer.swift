/// API Gateway and Cognito in front of a function, and Lambda's Invoke API beside them, on one port of 127.0.0.1.
///
/// - `/api/…` is an HTTP API of API Gateway, with a JWT authorizer.
/// - `/cognito/users` is a user pool in memory, with the function as its post-confirmation trigger.
/// - `/2015-03-31/functions/{name}/invocations` is Lambda's `Invoke`.
/// - Files are sent as they are.
///
/// It listens from ``start(_:function:files:onRequest:)`` to ``stop()``. Requests of other web sites are refused.
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

    /// The options that are the command line's defaults.
    public init() {}
  }

  private let server: HTTPServer

  private init(server: HTTPServer) {
    self.server = server
  }

  /// Starts a server, which listens when this returns. End it with ``stop()``, and the function by itself: to stop that
  /// lets requests that wait for it be answered.
  ///
  /// The files are sent for their paths, such as `/`; `onRequest` is told of each request when it is answered.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  public static func start(
    _ options: Options, function: Function, files: [String: StaticFile],
    onRequest: @escaping @Sendable (ServedRequest) -> Void
  ) async throws(PortError) -> LocalServer {
    let tokens = TokenIssuer()
    let responder = LocalResponder(
      httpAPI: HTTPAPI(function: function, authorizer: JWTAuthorizer(tokens: tokens)),
      cognitoAPI: CognitoAPI(
        cognito: Cognito(function: function, patience: Cognito.Patience(attempts: options.triggerAttempts)),
        tokens: tokens),
      invokeAPI: InvokeAPI(function: function), files: files,
      allowedHosts: Set(options.allowedHosts.map { $0.lowercased() }), onRequest: onRequest)
    return LocalServer(
      server: try HTTPServer.start(port: options.port, limits: LocalResponder.limits) {
        .answer(await responder.answer(to: $0))
      })
  }

  /// Where it listens, such as `http://127.0.0.1:3000`.
  public var url: String { "http://127.0.0.1:\(server.port)" }

  /// Stops listening, gives answers that are owed a second to go out, and closes all connections.
  public func stop() async {
    await server.stop()
  }
}
