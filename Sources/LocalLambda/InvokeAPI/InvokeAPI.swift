import JSON
import struct Foundation.Data

/// Lambda's `Invoke` and `InvokeWithResponseStream`, so that `aws lambda invoke --endpoint-url …` and the SDKs work:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>,
/// <https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html>.
///
/// Signatures are not looked at. What is about features that a laptop has not, such as durable executions, is ignored; a
/// tenant is handed on to the function, as to one with tenant isolation, but has no environment of its own.
struct InvokeAPI {
  /// The dates that begin its paths.
  static let versions: Set<Substring> = ["2015-03-31", "2021-11-15"]

  let function: Function
  var retries = EventRetries()

  func respond(to call: HTTPCall) async -> HTTPReply {
    let path = call.segments ?? []
    guard path.count == 4, path[1] == "functions" else { return .response(.notFound) }
    let isStream: Bool
    switch (path[0], path[3]) {
    case ("2015-03-31", "invocations"): isStream = false
    case ("2021-11-15", "response-streaming-invocations"): isStream = true
    default: return .response(.notFound)
    }
    guard call.method == "POST" else { return .response(.methodNotAllowed(allowed: "POST")) }
    let requestID = String.randomUUID()
    let reply: HTTPReply
    do throws(InvokeError) {
      let invoke = try InvokeCall(
        call, reference: path[2], name: function.configuration.name, aliases: function.configuration.aliases)
      if isStream {
        reply = try await stream(invoke, requestID: requestID)
      } else {
        reply = .response(try await respond(to: invoke, requestID: requestID))
      }
    } catch {
      reply = .response(error.response)
    }
    return reply.with("x-amzn-requestid", requestID)
  }

  private func respond(to call: InvokeCall, requestID: String) async throws(InvokeError) -> HTTPResponse {
    switch call.type {
    case .dryRun: return HTTPResponse(status: 204)
    case .event:
      // Nobody waits for it; a failure is told to whoever set the function up.
      Task { await deliver(call.request, requestID: requestID) }
      return HTTPResponse(status: 202)
    case .requestResponse:
      let record = await function.record(of: call.request, requestID: requestID)
      var response = try Self.response(record.result, requestID: requestID, timeout: function.configuration.timeout)
      if call.wantsLog { response.headers["x-amz-log-result"] = Data(record.logTail).base64EncodedString() }
      return response
    }
  }

  /// Invokes the function until it has answered, or has failed too often: with the same id each time.
  private func deliver(_ request: InvocationRequest, requestID: String) async {
    let start = ContinuousClock.now
    var retries = retries
    while true {
      let result = await function.record(of: request, requestID: requestID).result
      guard let pause = retries.pause(after: result, age: ContinuousClock.now - start) else { return }
      try? await Task.sleep(for: pause)
    }
  }

  private static func response(
    _ result: InvocationResult, requestID: String, timeout: Duration
  ) throws(InvokeError) -> HTTPResponse {
    var response: HTTPResponse
    switch result.output(requestID: requestID, timeout: timeout) {
    case nil: throw result == .throttled ? .tooManyRequests : .stopped
    case .response(let bytes): response = .json(bytes)
    case .error(let bytes):
      response = .json(bytes)
      response.headers["x-amz-function-error"] = "Unhandled"
    }
    response.headers["x-amz-executed-version"] = InvokeCall.latest
    return response
  }

  // MARK: Streams

  /// The response as an event stream: an event for each chunk, and one that tells how it ended.
  private func stream(_ call: InvokeCall, requestID: String) async throws(InvokeError) -> HTTPReply {
    switch call.type {
    case .dryRun: return .response(HTTPResponse(status: 204))
    case .event: throw .eventHasNoStream
    case .requestResponse: break
    }
    let stream = function.responseStream(of: call.request, requestID: requestID)
    // What was not taken is told by the status, which has to wait for that.
    let first = await stream.makeAsyncIterator().next()
    if first == nil, let failure = await stream.failure,
      failure.output(requestID: requestID, timeout: function.configuration.timeout) == nil
    {
      throw failure == .throttled ? .tooManyRequests : .stopped
    }
    let body = HTTPBodyStream()
    body.whenCancelled { stream.cancel() }
    Task {
      if let first { _ = await body.write(EventStream.payloadChunk(first.bytes)) }
      for await chunk in stream { _ = await body.write(EventStream.payloadChunk(chunk.bytes)) }
      let failure = await stream.failure
      let end = failure?.output(requestID: requestID, timeout: function.configuration.timeout)
      // Without an end it is not complete.
      guard failure == nil || end != nil else { return body.finish(.truncated) }
      _ = await body.write(EventStream.invokeComplete(end, log: call.wantsLog ? stream.logTail : nil))
      body.finish(.complete())
    }
    let headers = [
      "content-type": "application/vnd.amazon.eventstream", "x-amz-executed-version": InvokeCall.latest,
    ]
    return .stream(HTTPResponse(status: 200, headers: headers), body)
  }
}

/// Why Lambda does not invoke a function; see `Errors` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
enum InvokeError: Error, Equatable {
  case notFound(arn: String)
  case payloadNotJSON(JSONError)
  case badClientContext
  case clientContextTooLarge(bytes: Int)
  case badTenantID
  case unknownInvocationType(String)
  case unknownLogType(String)
  /// One in the function's name, and another beside it.
  case qualifiersDiffer
  case payloadTooLarge
  /// For an event that nobody waits for.
  case eventTooLarge(bytes: Int)
  /// Nobody would wait for the stream.
  case eventHasNoStream
  /// As many invocations run as there may.
  case tooManyRequests
  case stopped

  var status: Int {
    switch self {
    case .notFound: 404
    case .payloadNotJSON, .badClientContext, .clientContextTooLarge, .badTenantID, .unknownInvocationType,
      .unknownLogType, .qualifiersDiffer, .eventHasNoStream:
      400
    case .payloadTooLarge, .eventTooLarge: 413
    case .tooManyRequests: 429
    case .stopped: 500
    }
  }

  var type: String {
    switch self {
    case .notFound: "ResourceNotFoundException"
    case .payloadNotJSON, .badClientContext, .clientContextTooLarge: "InvalidRequestContentException"
    case .badTenantID, .unknownInvocationType, .unknownLogType, .qualifiersDiffer, .eventHasNoStream:
      "InvalidParameterValueException"
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
    case .clientContextTooLarge(let bytes):
      "Client context has \(bytes) bytes of Base64, but may have \(InvokeCall.maximumClientContextBytes)."
    case .badTenantID:
      "Tenant ID must have 1 to \(InvokeCall.maximumTenantIDLength) letters, digits, spaces or any of ._:/=+-@."
    case .unknownInvocationType(let type): "\(type) is not RequestResponse, Event or DryRun"
    case .unknownLogType(let type): "\(type) is not None or Tail"
    case .qualifiersDiffer:
      "The derived qualifier from the function name does not match the specified qualifier."
    case .eventTooLarge(let bytes):
      "\(bytes) byte payload is too large for the Event invocation type "
        + "(limit \(Function.maximumAsynchronousPayloadBytes) bytes)"
    case .payloadTooLarge:
      "Request must be smaller than \(Function.maximumPayloadBytes) bytes for the InvokeFunction operation"
    case .eventHasNoStream: "Event is not RequestResponse or DryRun"
    case .tooManyRequests: "Rate Exceeded."
    case .stopped: "The server is stopping."
    }
  }

  var response: HTTPResponse {
    var response = HTTPResponse.json(
      JSONWriter.object {
        if self == .tooManyRequests { $0.add("Reason", "ConcurrentInvocationLimitExceeded") }
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
