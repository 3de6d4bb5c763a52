import JSON

/// What a caller asks Lambda for: an event, and what the runtime is told about it in the headers of `/next`.
///
/// The request id is given by the Runtime API when it is invoked, unless one is set, so that one value may be invoked
/// many times.
public struct InvocationRequest: Sendable, Equatable {
  /// The event, handed out as these exact bytes.
  public var payload: [UInt8]
  /// How long the function may take, counted from the moment `/next` hands the event out.
  public var timeout: Duration
  /// The id of the invocation, of which there may be but one; nil: a new one each time.
  public var requestID: String?
  /// The alias or version that it is asked for, with which `Lambda-Runtime-Invoked-Function-Arn` ends; nil: none.
  public var qualifier: String?
  /// The X-Ray tracing header; no `Lambda-Runtime-Trace-Id` where it is nil.
  public var traceID: String?
  /// What a mobile SDK says of its client, as JSON; no `Lambda-Runtime-Client-Context` where it is nil.
  public var clientContext: String?
  /// The Amazon Cognito identity of a mobile SDK's caller, as JSON; no `Lambda-Runtime-Cognito-Identity` where it is
  /// nil.
  public var cognitoIdentity: String?
  /// The tenant of a function with tenant isolation; no `Lambda-Runtime-Aws-Tenant-Id` where it is nil.
  public var tenantID: String?

  /// Makes a request whose function may take `timeout`; Cognito waits for five seconds, which is the default.
  public init(
    payload: [UInt8], timeout: Duration = .seconds(5), traceID: String? = nil, clientContext: String? = nil,
    cognitoIdentity: String? = nil, tenantID: String? = nil
  ) {
    self.payload = payload
    self.timeout = timeout
    self.traceID = traceID
    self.clientContext = clientContext
    self.cognitoIdentity = cognitoIdentity
    self.tenantID = tenantID
  }
}

extension InvocationRequest {
  /// A new X-Ray tracing header of a request that is not sampled, in the form of
  /// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
  public static func randomTraceID() -> String {
    let seconds = String(millisecondsSinceEpoch() / 1000, radix: 16)
    return "Root=1-\(seconds)-\(String.randomHexadecimal(digits: 24));"
      + "Parent=\(String.randomHexadecimal(digits: 16));Sampled=0"
  }
}

/// How an invocation ended, as its caller learns it.
public enum InvocationResult: Sendable, Equatable {
  /// The function answered with these bytes; of a stream that was given on as it came, there are none.
  case response([UInt8])
  /// The function failed, or Lambda failed it: `type` is `Function.…` or `Runtime.…`, `body` the error's JSON.
  case functionError(type: String, body: [UInt8])
  /// The runtime reported that it cannot start; `type` and `body` as of a function error.
  case initError(type: String, body: [UInt8])
  /// The runtime did not ask for its first event in time.
  case initTimedOut
  /// There was no response at the deadline.
  case timedOut
  /// The runtime's process ended before it answered; the sentence's rest, such as "exited with status 1".
  case exited(String)
  /// It was not begun, because as many ran already as a process of Managed Instances is given.
  case throttled
  /// Whoever was to have the response as a stream hung up, and the runtime's connection was broken off.
  case abandoned
  /// The caller gave up, or the Runtime API was stopped.
  case cancelled
}

/// What Lambda gives to whoever invoked a function, which is all that Cognito and API Gateway learn of it.
enum InvocationOutput: Equatable {
  /// The function's response.
  case response([UInt8])
  /// The function's error, or Lambda's own words for how it ended; see
  /// <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html>.
  case error([UInt8])
}

extension InvocationResult {
  /// What Lambda gives to the caller; nil where it did not take the invocation, or stopped before that ended.
  func output(requestID: String, timeout: Duration) -> InvocationOutput? {
    switch self {
    case .response(let bytes): .response(bytes)
    case .functionError(_, let body), .initError(_, let body): .error(body)
    case .timedOut: .error(type: "Sandbox.Timedout", "Task timed out after \(timeout.seconds) seconds", requestID)
    case .initTimedOut: .error(type: "Sandbox.Timedout", "The runtime did not ask for an event in time", requestID)
    case .exited(let how): .error(type: "Runtime.ExitError", "Runtime \(how)", requestID)
    case .throttled, .abandoned, .cancelled: nil
    }
  }
}

extension InvocationOutput {
  fileprivate static func error(type: String, _ sentence: String, _ requestID: String) -> InvocationOutput {
    .error(
      JSONWriter.object {
        $0.add("errorType", type)
        $0.add("errorMessage", "RequestId: \(requestID) Error: \(sentence)")
      })
  }
}

extension Duration {
  /// With two decimals, as Lambda writes it.
  fileprivate var seconds: String {
    let hundredths = (milliseconds + 5) / 10
    return "\(hundredths / 100).\((hundredths % 100).twoDigits)"
  }
}
