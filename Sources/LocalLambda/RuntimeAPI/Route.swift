/// The four calls of the Lambda Runtime API, <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
public enum Route: Sendable, Equatable {
  /// `GET /2018-06-01/runtime/invocation/next`
  case next
  /// `POST /2018-06-01/runtime/invocation/{request id}/response`
  case response
  /// `POST /2018-06-01/runtime/invocation/{request id}/error`
  case error
  /// `POST /2018-06-01/runtime/init/error`
  case initError

  /// The route of a path and the request id in it, which is empty for the two routes that have none.
  ///
  /// - Throws: ``Refusal/unknownPath`` and ``Refusal/wrongMethod``.
  static func parse(method: String, path: String) throws(Refusal) -> (route: Route, requestID: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard parts.starts(with: ["2018-06-01", "runtime"]) else { throw .unknownPath }
    let (route, requestID): (Route, String)
    switch Array(parts.dropFirst(2)) {
    case ["invocation", "next"]: (route, requestID) = (.next, "")
    case ["init", "error"]: (route, requestID) = (.initError, "")
    case let rest where rest.count == 3 && rest[0] == "invocation" && rest[2] == "response":
      (route, requestID) = (.response, String(rest[1]))
    case let rest where rest.count == 3 && rest[0] == "invocation" && rest[2] == "error":
      (route, requestID) = (.error, String(rest[1]))
    default: throw .unknownPath
    }
    guard method == (route == .next ? "GET" : "POST") else { throw .wrongMethod }
    return (route, requestID)
  }
}
