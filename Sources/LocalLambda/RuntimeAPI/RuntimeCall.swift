import Foundation

/// The calls of the Lambda Runtime API, <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>, the two of
/// SnapStart, <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html>, and those of extensions,
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.
public enum Route: Sendable, Equatable {
  /// `GET /2018-06-01/runtime/invocation/next`
  case next
  /// `POST /2018-06-01/runtime/invocation/{request id}/response`
  case response
  /// `POST /2018-06-01/runtime/invocation/{request id}/error`
  case error
  /// `POST /2018-06-01/runtime/init/error`
  case initError
  /// `GET /2018-06-01/runtime/restore/next`
  case restoreNext
  /// `POST /2018-06-01/runtime/restore/error`
  case restoreError
  /// `POST /2020-01-01/extension/register`
  case extensionRegister
  /// `GET /2020-01-01/extension/event/next`
  case extensionNext
  /// `POST /2020-01-01/extension/init/error`, and `…/exit/error`
  case extensionError

  /// The route of a path of the Runtime API and the request id in it, which is empty for the routes that have none.
  ///
  /// - Throws: ``Refusal/unknownPath`` and ``Refusal/wrongMethod``.
  static func parse(method: String, path: String) throws(Refusal) -> (route: Route, requestID: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard parts.starts(with: ["2018-06-01", "runtime"]) else { throw .unknownPath }
    let (route, requestID): (Route, String)
    switch Array(parts.dropFirst(2)) {
    case ["invocation", "next"]: (route, requestID) = (.next, "")
    case ["init", "error"]: (route, requestID) = (.initError, "")
    case ["restore", "next"]: (route, requestID) = (.restoreNext, "")
    case ["restore", "error"]: (route, requestID) = (.restoreError, "")
    case let rest where rest.count == 3 && rest[0] == "invocation" && rest[2] == "response":
      (route, requestID) = (.response, String(rest[1]))
    case let rest where rest.count == 3 && rest[0] == "invocation" && rest[2] == "error":
      (route, requestID) = (.error, String(rest[1]))
    default: throw .unknownPath
    }
    guard method == (route == .next || route == .restoreNext ? "GET" : "POST") else { throw .wrongMethod }
    return (route, requestID)
  }
}

/// One call of the runtime, in what it means for the invocation.
enum RuntimeCall: Sendable, Equatable {
  case next
  /// Ends the invocation of these ids, the second of which an old runtime does not send back, with what was posted or
  /// because of what is wrong with it.
  case post(requestID: String, invocationID: String?, Result<InvocationResult, InvalidPost>)
  /// Begins a response to the invocation of these ids whose body comes as a stream.
  case stream(requestID: String, invocationID: String?)
  case initError(Result<ReportedError, InvalidPost>)
  /// The runtime is as it should be in a snapshot, and waits until it is restored.
  case restoreNext
  case restoreError(Result<ReportedError, InvalidPost>)

  /// Reads a call of a route.
  ///
  /// - Throws: ``Refusal/unknownPath`` for one of the Extensions API: see ``ExtensionCall``.
  init(_ route: Route, requestID: String, _ call: HTTPCall) throws(Refusal) {
    let body = call.bodyFault.map { .failure(InvalidPost($0)) } ?? Result<[UInt8], InvalidPost>.success(call.body)
    let errorType = ErrorType.recorded(call.header(Self.errorType))
    let invocationID = call.header("lambda-runtime-invocation-id").flatMap { $0.isEmpty ? nil : $0 }
    switch route {
    case .next: self = .next
    case .response where call.stream != nil: self = .stream(requestID: requestID, invocationID: invocationID)
    case .response:
      self = .post(requestID: requestID, invocationID: invocationID, Self.response(call, body))
    case .error:
      self = .post(
        requestID: requestID, invocationID: invocationID, body.map { .functionError(type: errorType, body: $0) })
    case .initError: self = .initError(body.map { ReportedError(type: errorType, body: $0) })
    case .restoreNext: self = .restoreNext
    case .restoreError: self = .restoreError(body.map { ReportedError(type: errorType, body: $0) })
    case .extensionRegister, .extensionNext, .extensionError: throw .unknownPath
    }
  }

  private static let errorType = "lambda-runtime-function-error-type"

  private static func response(
    _ call: HTTPCall, _ body: Result<[UInt8], InvalidPost>
  ) -> Result<InvocationResult, InvalidPost> {
    let mode = call.header(responseMode) ?? ""
    return mode.isEmpty ? body.map { .response($0) } : .failure(.unknownResponseMode)
  }

  private static let responseMode = "lambda-runtime-function-response-mode"

  /// Whether a request with this head is a response that comes as a stream:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
  static func isStream(_ head: HTTPCall) -> Bool {
    head.header(responseMode) == "streaming"
      && (try? Route.parse(method: head.method, path: head.path))?.route == .response
  }

  /// How an invocation ends whose stream has ended with these trailers: well, or with the error in them.
  static func endOfStream(trailers: [HTTPCall.Header]) -> InvocationResult {
    guard let type = trailers.joined(errorType) else { return .response([]) }
    let body = trailers.joined("lambda-runtime-function-error-body").flatMap { Data(base64Encoded: $0) } ?? Data()
    return .functionError(type: ErrorType.recorded(type), body: Array(body))
  }
}

/// An error that a runtime reported.
public struct ReportedError: Sendable, Equatable {
  /// `Function.…` or `Runtime.…`, as Lambda records it.
  public let type: String
  /// The error's JSON as it was posted.
  public let body: [UInt8]
}

/// An error type that the runtime sends in `Lambda-Runtime-Function-Error-Type`, as Lambda records it.
///
/// Lambda takes `Function.` or `Runtime.` and a reason of letters that begins with a capital; of anything else it keeps
/// the category at most.
enum ErrorType {
  /// The type to record for a header's value, which may be absent.
  static func recorded(_ header: String?) -> String {
    guard let header else { return "Runtime.Unknown" }
    for category in ["Function.", "Runtime."] where header.hasPrefix(category) {
      return isReason(header.utf8.dropFirst(category.utf8.count)) ? header : category + "Unknown"
    }
    return "Runtime.Unknown"
  }

  private static func isReason(_ reason: Substring.UTF8View) -> Bool {
    guard let first = reason.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
    return reason.count > 1 && reason.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
  }
}
