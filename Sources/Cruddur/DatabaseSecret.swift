import JSON
import LambdaRuntime
import Postgres
import Synchronization

/// The user and the password of a secret in AWS Secrets Manager, in the form that RDS and Secrets Manager's own rotation
/// give it: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html>.
///
/// It is read when the first connection is made, and again after the server has refused it, which is how a process hears
/// that it was rotated.
final class DatabaseSecret: CredentialSource {
  private let id: String
  private let secrets: SecretsExtension
  private let kept = Mutex<LoginCredentials?>(nil)

  /// Makes the source of a secret's name or ARN; nothing is read.
  init(_ id: String, of secrets: SecretsExtension) {
    self.id = id
    self.secrets = secrets
  }

  let namesUser = true

  func credentials(
    for login: Login, until deadline: ContinuousClock.Instant
  ) async throws(CredentialError) -> LoginCredentials {
    if let credentials = kept.withLock({ $0 }) { return credentials }
    let text: String
    do throws(SecretError) {
      text = try await secrets.secret(id, until: deadline)
    } catch {
      throw CredentialError(error.description, isTransient: error.isTransient)
    }
    let credentials = try LoginCredentials(secret: text)
    kept.withLock { $0 = credentials }
    return credentials
  }

  func wereRefused(_ credentials: LoginCredentials, for login: Login) {
    // Somebody else may have read it anew already.
    kept.withLock { kept in
      if kept == credentials { kept = nil }
    }
  }

  func forget() {
    kept.withLock { $0 = nil }
  }
}

extension LoginCredentials {
  /// Reads `{"username":"…","password":"…"}`. Its other members, such as `host`, say nothing here: where the database is,
  /// `CONNECTION_URL` says, so that whoever may change the secret cannot have logins sent elsewhere.
  fileprivate init(secret text: String) throws(CredentialError) {
    let requirement = "the secret that DATABASE_SECRET_ID names has to be"
    guard let root = try? JSONDocument(Array(text.utf8)).root, root.kind == .object else {
      throw CredentialError(
        #"A password alone does not say who logs in: \#(requirement) JSON, {"username":"…","password":"…"}."#)
    }
    func member(_ key: String) throws(CredentialError) -> String {
      guard let text = try? root[key]?.string(), !text.isEmpty, !text.utf8.contains(0) else {
        throw CredentialError("The \(key) of \(requirement) text, not empty and without U+0000.")
      }
      return text
    }
    let (user, password) = (try member("username"), try member("password"))
    do throws(PostgresError) {
      try self.init(user: user, password: password)
    } catch {
      throw CredentialError(error.description)
    }
  }
}
