public import LambdaEvents
public import LambdaRuntime

/// Hands each HTTP request to the handler of its method and path, and answers whatever there is none for.
///
/// Patterns are paths with parameters: `/api/activities/{uuid}`, or with a prefix that belongs to the path,
/// `/api/activities/@{handle}`. A pattern's segments are matched against the path's, whose percent escapes are replaced
/// first, if API Gateway has not done so already: a slash within a segment gets here from function URLs alone. A slash
/// at the end makes another path. Of several patterns that match, the one that says more gets the request, in whatever
/// order they were added: a literal before a parameter with a prefix before one without.
///
/// - HEAD is answered as GET: whoever sends the response on leaves its body out, and says how long it is.
/// - OPTIONS is answered with 204 and `allow`, and with what a browser's preflight asks for.
/// - What nobody handles: 404 `route_not_found`, or 405 `method_not_allowed` and `allow`.
/// - A ``Problem`` that a handler throws is answered as it says, and an `HTTPBodyError` as the problem that it is. Any
///   other error, or a response that HTTP does not know, is answered with 500 `internal_error`, with 503
///   `deadline_exceeded` where the handler was cancelled, and a response that is larger than Lambda takes with 500
///   `response_too_large`; all are logged.
public struct HTTPRouter: Sendable {
  /// Answers the requests for a method and a pattern.
  public typealias Handle =
    @Sendable (HTTPRequest, PathParameters, InvocationContext) async throws -> HTTPResponse

  private var resources: [Resource] = []
  private let cors: CORS?

  /// Makes a router without any routes.
  ///
  /// Without `cors` no response has CORS headers: pages of other origins cannot read them.
  public init(cors: CORS? = nil) {
    self.cors = cors
  }

  /// Adds the handler of a method and a pattern.
  ///
  /// Of several handlers of the same method and pattern, the first one gets the requests.
  public mutating func on(_ method: HTTPMethod, _ pattern: String, handle: @escaping Handle) {
    let text = pattern
    let pattern = PathPattern(text)
    let index: Int
    if let known = resources.firstIndex(where: { $0.segments == pattern.segments }) {
      index = known
    } else {
      index = resources.firstIndex { pattern.segments.isMoreSpecific(than: $0.segments) } ?? resources.endIndex
      resources.insert(Resource(segments: pattern.segments), at: index)
    }
    let endpoint = Endpoint(pattern: text, parameterNames: pattern.names, handle: handle)
    resources[index].endpoints[method] = resources[index].endpoints[method] ?? endpoint
  }

  /// The methods that have a handler, by the patterns that they were added with: for whoever describes an API, and wants to
  /// be sure of it. HEAD and OPTIONS, which need no handler, are not among them.
  public var routes: [String: Set<HTTPMethod>] {
    resources.reduce(into: [:]) { routes, resource in
      for (method, endpoint) in resource.endpoints { routes[endpoint.pattern, default: []].insert(method) }
    }
  }

  /// Answers a request, whatever becomes of it.
  public func respond(to request: HTTPRequest, _ context: InvocationContext) async -> HTTPResponse {
    var response: HTTPResponse
    do {
      do {
        response = try await handle(request, context)
      } catch let problem as Problem {
        response = problem.logged(to: context.logger).response
      } catch let error as HTTPBodyError {
        response = Problem(error).logged(to: context.logger).response
      }
      try response.validate()
    } catch {
      response = Problem(unexpected: error).logged(to: context.logger).response
    }
    // Nobody would read the stream.
    if request.method == .head, case .stream = response.body { response.body = .stream { _ in } }
    response.headers += cors?.headers(for: request) ?? []
    return response
  }

  /// Answers a request with what the function's response has to be, which is never more than Lambda takes.
  func response(to request: HTTPRequest, _ context: InvocationContext) async -> Response {
    let response = await respond(to: request, context)
    guard let payload = response.payload else { return response.response }
    guard payload.count > Invocation.maximumLength else { return .bytes(payload) }
    var problem = Problem(tooLarge: payload.count).logged(to: context.logger).response
    problem.headers += cors?.headers(for: request) ?? []
    return problem.response
  }

  private func handle(_ request: HTTPRequest, _ context: InvocationContext) async throws -> HTTPResponse {
    guard let (resource, values) = resource(at: request.pathSegments) else {
      throw Problem(status: 404, code: .routeNotFound)
    }
    guard let endpoint = resource.endpoint(for: request.method) else {
      let allowed = resource.allowedMethods
      guard request.method == .options else {
        throw Problem(status: 405, code: .methodNotAllowed, headers: [("allow", allowed)])
      }
      let preflight = cors?.preflightHeaders(for: request, methods: allowed) ?? []
      return HTTPResponse(status: 204, headers: [("allow", allowed)] + preflight)
    }
    _ = try request.content.get()
    let parameters = PathParameters(names: endpoint.parameterNames, values: values)
    return try await endpoint.handle(request, parameters, context)
  }

  private func resource(at path: [String]) -> (Resource, parameters: [String])? {
    for resource in resources {
      if let values = resource.segments.match(path) { return (resource, values) }
    }
    return nil
  }
}

extension EventRouter {
  /// Hands HTTP requests to a router of their own.
  public mutating func on(_ http: HTTPRouter) {
    on(HTTPRequest.self) { request, context in await http.response(to: request, context) }
  }
}

extension HTTPRouter {
  /// What the paths of a pattern stand for: the handlers of its methods.
  struct Resource: Sendable {
    let segments: [PathPattern.Segment]
    var endpoints: [HTTPMethod: Endpoint] = [:]
  }

  /// A handler, the pattern that it was added with, and what that calls the parameters.
  struct Endpoint: Sendable {
    let pattern: String
    let parameterNames: [String]
    let handle: Handle
  }
}

extension HTTPRouter.Resource {
  /// The method's own, or for HEAD that of GET.
  func endpoint(for method: HTTPMethod) -> HTTPRouter.Endpoint? {
    endpoints[method] ?? (method == .head ? endpoints[.get] : nil)
  }

  /// As the header `allow` has them. Source: <https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1>.
  var allowedMethods: String {
    let methods = Set(endpoints.keys).union([.options]).union(endpoints[.get] == nil ? [] : [.head])
    return methods.map(\.rawValue).sorted().joined(separator: ", ")
  }
}
