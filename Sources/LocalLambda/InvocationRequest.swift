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
