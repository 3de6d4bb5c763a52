import JSON
import struct Foundation.Data

/// Lambda's `Invoke`, so that `aws lambda invoke --endpoint-url …` and the SDKs work:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
///
/// Signatures are not looked at. Events that nobody waits for are not tried again where they fail, as Lambda would after a
/// minute.
struct InvokeAPI {
  /// The date that begins its paths.
  static let version: Substring = "2015-03-31"

  let function: Function

  func respond(to call: HTTPCall) async -> HTTPResponse {
    let path = call.segments ?? []
    guard path.count == 4, path.starts(with: [Self.version, "functions"]), path[3] == "invocations" else {
      return .notFound
    }
    guard call.method == "POST" else { return .methodNotAllowed(allowed: "POST") }
    let requestID = String.randomUUID()
    var response: HTTPResponse
    do {
      let invoke = try InvokeCall(
        call, reference: path[2], name: function.configuration.name, aliases: function.configuration.aliases)
      response = try await self.respond(to: invoke, requestID: requestID)
    } catch {
      response = error.response
    }
    response.headers["x-amzn-requestid"] = requestID
    return response
  }

  private func respond(to call: InvokeCall, requestID: String) async throws(InvokeError) -> HTTPResponse {
    var request = InvocationRequest(payload: call.payload)
    request.qualifier = call.qualifier
    switch call.type {
    case .dryRun: return HTTPResponse(status: 204, headers: [:], body: [])
    case .event:
      // Nobody waits for it; a failure is told to whoever set the function up.
      Task { [request] in await function.report(of: request, requestID: requestID) }
      return HTTPResponse(status: 202, headers: [:], body: [])
    case .requestResponse:
      request.clientContext = call.clientContext
      let report = await function.report(of: request, requestID: requestID)
      if report.result == .throttled { throw .tooManyRequests }
      var response = try Self.response(
        report.result.output(requestID: requestID, timeout: function.configuration.timeout))
      if call.wantsLog { response.headers["x-amz-log-result"] = Data(report.logTail).base64EncodedString() }
      return response
    }
  }

  private static func response(_ output: InvocationOutput?) throws(InvokeError) -> HTTPResponse {
    var response: HTTPResponse
    switch output {
    case nil: throw .stopped
    case .response(let bytes): response = .json(bytes)
    case .error(let bytes):
      response = .json(bytes)
      response.headers["x-amz-function-error"] = "Unhandled"
    }
    response.headers["x-amz-executed-version"] = InvokeCall.latest
    return response
  }
}

/// Why Lambda does not invoke a function; see `Errors` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
enum InvokeError: Error, Equatable {
  case notFound(arn: String)
  case payloadNotJSON(JSONError)
  case badClientContext
  case unknownInvocationType(String)
  case unknownLogType(String)
  /// One in the function's name, and another beside it.
  case qualifiersDiffer
  case payloadTooLarge
  /// For an event that nobody waits for.
  case eventTooLarge(bytes: Int)
  /// As many invocations run as there may.
  case tooManyRequests
  case stopped

  var status: Int {
    switch self {
    case .notFound: 404
    case .payloadNotJSON, .badClientContext, .unknownInvocationType, .unknownLogType, .qualifiersDiffer: 400
    case .payloadTooLarge, .eventTooLarge: 413
    case .tooManyRequests: 429
    case .stopped: 500
    }
  }

  var type: String {
    switch self {
    case .notFound: "ResourceNotFoundException"
    case .payloadNotJSON, .badClientContext: "InvalidRequestContentException"
    case .unknownInvocationType, .unknownLogType, .qualifiersDiffer: "InvalidParameterValueException"
    case .payloadTooLarge: "RequestTooLargeException"
    case .eventTooLarge: "RequestEntityTooLargeException"
    case .tooManyRequests: "TooManyRequestsException"
    case .stopped: "ServiceException"
    }
  }

  var message: String {
    switch self {
    case .notFound(let arn): "Function not found: \(arn)"
    case .payloadNotJSON(let error): "Could not parse request body into json: \(error)"
    case .badClientContext: "Client context must be a valid Base64-encoded JSON object."
    case .unknownInvocationType(let type): "\(type) is not RequestResponse, Event or DryRun"
    case .unknownLogType(let type): "\(type) is not None or Tail"
    case .qualifiersDiffer:
      "The derived qualifier from the function name does not match the specified qualifier."
    case .eventTooLarge(let bytes):
      "\(bytes) byte payload is too large for the Event invocation type "
        + "(limit \(Function.maximumAsynchronousPayloadBytes) bytes)"
    case .payloadTooLarge:
      "Request must be smaller than \(Function.maximumPayloadBytes) bytes for the InvokeFunction operation"
    case .tooManyRequests: "Rate Exceeded."
    case .stopped: "The server is stopping."
    }
  }

  var response: HTTPResponse {
    var response = HTTPResponse.json(
      JSONWriter.object {
        $0.add("Type", status == 500 ? "Service" : "User")
        // AWS's model spells it both ways.
        switch self {
        case .notFound, .stopped: $0.add("Message", message)
        default: $0.add("message", message)
        }
      }, status: status)
    response.headers["x-amzn-errortype"] = type
    return response
  }
}
