/// Whom AWS takes a caller for:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html>.
public struct Credentials: Sendable {
  let accessKeyID: String
  let secretAccessKey: String
  let sessionToken: String?

  /// Takes an access key and, if it is a temporary one as a Lambda function's is, the session token that belongs to it.
  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }
}

extension Credentials: CustomStringConvertible, CustomReflectable {
  /// Nothing but the type's name, for the rest is secret.
  public var description: String { "Credentials" }

  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
