extension HTTPRouter {
  /// What the paths of a pattern stand for: the handlers of its methods.
  struct Resource: Sendable {
    let segments: [PathPattern.Segment]
    var endpoints: [HTTPMethod: Endpoint] = [:]
  }

  /// A handler, and what its pattern calls the parameters.
  struct Endpoint: Sendable {
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
