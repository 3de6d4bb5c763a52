import JSON

extension HTTPResponse {
  /// The response to every post that is taken.
  static let accepted = HTTPResponse(
    status: 202, headers: ["Content-Type": "application/json"], body: Array(#"{"status":"OK"}"#.utf8))

  static func refused(_ refusal: Refusal) -> HTTPResponse {
    HTTPResponse(
      status: refusal.status, headers: ["Content-Type": "application/json"],
      body: errorBody(type: refusal.errorType, message: refusal.message))
  }

  /// The response to `/next`; a header whose value is not known is left out, as Lambda does.
  static func event(_ running: Running, functionARN: String) -> HTTPResponse {
    let request = running.invocation.request
    let headers: [String: String?] = [
      "Content-Type": "application/json",
      "Lambda-Runtime-Aws-Request-Id": running.invocation.requestID,
      "Lambda-Runtime-Invocation-Id": running.invocationID,
      "Lambda-Runtime-Deadline-Ms": String(running.deadline),
      "Lambda-Runtime-Invoked-Function-Arn": functionARN + (request.qualifier.map { ":\($0)" } ?? ""),
      "Lambda-Runtime-Trace-Id": request.traceID,
      "Lambda-Runtime-Client-Context": request.clientContext,
      "Lambda-Runtime-Cognito-Identity": request.cognitoIdentity,
      "Lambda-Runtime-Aws-Tenant-Id": request.tenantID,
    ]
    return HTTPResponse(status: 200, headers: headers.compactMapValues { $0 }, body: request.payload)
  }

  /// The event for an extension that wants to know of each invocation.
  static func invokeEvent(_ running: Running, functionARN: String) -> HTTPResponse {
    let request = running.invocation.request
    var response = HTTPResponse.json(
      JSONWriter.object {
        $0.add("eventType", "INVOKE")
        $0.add("deadlineMs", Int(running.deadline))
        $0.add("requestId", running.invocation.requestID)
        $0.add("invokedFunctionArn", functionARN + (request.qualifier.map { ":\($0)" } ?? ""))
        if let traceID = request.traceID {
          $0.object("tracing") {
            $0.add("type", "X-Amzn-Trace-Id")
            $0.add("value", traceID)
          }
        }
      })
    response.headers["Lambda-Extension-Event-Identifier"] = .randomUUID()
    return response
  }

  static func errorBody(type: String, message: String) -> [UInt8] {
    JSONWriter.object {
      $0.add("errorMessage", message)
      $0.add("errorType", type)
    }
  }
}
