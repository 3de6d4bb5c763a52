import JSON

/// A kind of event: what `cruddur events` says of it, and a sample, which is a file of the folder `events/`, or of
/// `Samples/others`, where this repository's function does not handle it.
///
/// What a kind can be told is read from its sample, so that there is one description of an event.
struct EventSample: Sendable {
  let name: String
  /// When AWS sends it.
  let occasion: String
  let json: [UInt8]
  /// What may stand behind the underscore of its trigger source, where Cognito sends the same for several.
  let sources: [String]
  private let note: String?

  private init(
    _ name: String, _ occasion: String, _ json: [UInt8], sources: [String] = [], note: String? = nil
  ) {
    (self.name, self.occasion, self.json, self.sources, self.note) = (name, occasion, json, sources, note)
  }

  /// All of them; of one trigger in the order in which Cognito sends them.
  static let all: [EventSample] = [
    .init(
      "pre-sign-up", "before somebody signs up, or an administrator makes their account",
      PackageResources.pre_sign_up_json, sources: ["SignUp", "AdminCreateUser"]),
    .init(
      "pre-sign-up-federated", "before an account is made for somebody of an identity provider",
      PackageResources.pre_sign_up_federated_json),
    .init(
      "confirm-sign-up", "when somebody has confirmed their sign-up", PackageResources.confirm_sign_up_json),
    .init(
      "federated", "when somebody of an identity provider has signed in for the first time",
      PackageResources.federated_json),
    .init(
      "confirm-forgot-password", "when somebody who forgot their password has a new one",
      PackageResources.confirm_forgot_password_json),
    .init("pre-authentication", "before a sign-in is checked", PackageResources.pre_authentication_json),
    .init("post-authentication", "after a sign-in", PackageResources.post_authentication_json),
    .init(
      "define-auth-challenge", "at each step of a custom sign-in, to say what comes next",
      PackageResources.define_auth_challenge_json),
    .init(
      "create-auth-challenge", "in a custom sign-in, to make the challenge", PackageResources.create_auth_challenge_json
    ),
    .init(
      "verify-auth-challenge", "in a custom sign-in, to check what was answered",
      PackageResources.verify_auth_challenge_json),
    .init(
      "token-generation", "before tokens are issued, to a trigger of version V1_0",
      PackageResources.token_generation_json, sources: tokens),
    .init(
      "token-generation-v2", "the same, to one of version V2_0, with the scopes",
      PackageResources.token_generation_v2_json, sources: tokens),
    .init(
      "token-generation-v3", "the same, to one of version V3_0", PackageResources.token_generation_v3_json,
      sources: tokens),
    .init(
      "client-credentials", "before a machine gets its token, to one of version V3_0",
      PackageResources.client_credentials_json),
    .init(
      "user-migration", "when somebody whom the pool does not know signs in", PackageResources.user_migration_json),
    .init(
      "user-migration-forgot-password", "when somebody whom the pool does not know forgot their password",
      PackageResources.user_migration_forgot_password_json),
    .init(
      "custom-message", "before Cognito sends a code", PackageResources.custom_message_json,
      sources: [
        "SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute", "Authentication",
      ]),
    .init(
      "custom-message-admin-create-user", "before Cognito invites a user whom an administrator made",
      PackageResources.custom_message_admin_create_user_json),
    .init(
      "custom-email-sender", "in place of an e-mail of Cognito's", PackageResources.custom_email_sender_json,
      sources: messages),
    .init(
      "custom-sms-sender", "in place of an SMS of Cognito's", PackageResources.custom_sms_sender_json, sources: messages
    ),
    .init(
      "inbound-federation", "when an identity provider has said who somebody is",
      PackageResources.inbound_federation_json),
    .init(
      "http-api", "at each request to an API Gateway HTTP API", PackageResources.home_json,
      note: "HTTP request, payload 2.0"),
    .init(
      "function-url", "at each request to the function's own URL", PackageResources.function_url_json,
      note: "HTTP request, payload 2.0"),
    .init(
      "health", "at a request of /api/health, as of a load balancer", PackageResources.health_json,
      note: "HTTP request, payload 2.0"),
    .init(
      "migration", "never: deploy/bin/stack-deploy invokes with it, _HANDLER being cruddur.migrate",
      PackageResources.migration_json, note: "an empty object"),
    .init(
      "sqs", "when a queue has messages, to a function of your own", PackageResources.sqs_json, note: "SQS messages"),
    .init(
      "schedule", "when a rule or a schedule of EventBridge is due, to a function of your own",
      PackageResources.schedule_json, note: "Scheduled Event"),
  ]

  private static let tokens = [
    "HostedAuth", "Authentication", "NewPasswordChallenge", "AuthenticateDevice", "RefreshTokens",
  ]
  private static let messages = [
    "SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute", "AdminCreateUser",
    "Authentication",
  ]

  /// The sample as it stands in its file.
  func document() throws(InputError) -> JSONDocument {
    do {
      return try JSONDocument(json)
    } catch {
      throw InputError("The sample \(name) is not an event: \(error).")
    }
  }

  private var root: JSONValue? { try? document().root }

  /// The sample's own trigger source; nil of an event that is not Cognito's.
  var triggerSource: String? { try? root?["triggerSource"]?.string() }

  /// What it is, in a few words.
  var summary: String { note ?? triggerSource.map { sources.isEmpty ? $0 : "\($0) …" } ?? name }
}

/// What a kind has, and so what the options can set of it.
extension EventSample {
  var isTrigger: Bool { triggerSource != nil }
  var hasSources: Bool { !sources.isEmpty }
  var hasUserName: Bool { root?["userName"] != nil }
  var hasAttributes: Bool { root?["request"]?["userAttributes"] != nil }
  var hasSub: Bool { root?["request"]?["userAttributes"]?["sub"] != nil }
  var isRequest: Bool { root?["requestContext"]?["http"] != nil }
  var isFromFunctionURL: Bool {
    (try? root?["requestContext"]?["domainName"]?.string())?.split(separator: ".").contains("lambda-url") == true
  }
  var hasAuthorizer: Bool { isRequest && !isFromFunctionURL }
  var hasBody: Bool { isRequest || root?["Records"] != nil }
}
