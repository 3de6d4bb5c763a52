import JSON
import LambdaEvents

/// The database's master user and their password, as the secret has them that RDS manages:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html>.
struct MasterSecret {
  let user: String
  let password: String

  /// Reads an event; nil for one that has neither a user nor a password. Other members are of no interest.
  init?(event payload: [UInt8]) throws(EventError) {
    let event = try JSONDocument(event: payload).root
    let secret = try EventError.reading { () throws(JSONError) -> (user: String, password: String)? in
      _ = try event.members()
      guard event["username"] != nil || event["password"] != nil else { return nil }
      return (try event.member("username").string(), try event.member("password").string())
    }
    guard let secret else { return nil }
    (user, password) = secret
    for (path, value) in [("$.username", user), ("$.password", password)]
    where value.isEmpty || value.utf8.contains(0) {
      throw EventError(.unusable(path: path, requirement: "has to be text, not empty and without U+0000"))
    }
  }
}
