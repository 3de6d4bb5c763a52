import Foundation
import Subprocess
import TestSupport
import Testing

/// Cognito's own API before `cruddur serve`, by the real command line of AWS.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServeCognitoServiceTests {
  private static let password = "Correct-horse-1"

  /// Runs `aws cognito-idp`; the last line of what it says where it fails, and its answer otherwise.
  private static func aws(_ server: RunningServer, _ arguments: String...) async throws -> (
    answer: [String: Any]?, error: String
  ) {
    let environment = Environment.inherit.updating([
      "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
      "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PAGER": "", "NO_PROXY": "*",
    ])
    let result = try await Subprocess.run(
      .name("aws"),
      arguments: Arguments(["--endpoint-url", server.url, "--output", "json", "cognito-idp"] + arguments),
      environment: environment, output: .string(limit: 1_000_000), error: .string(limit: 100_000))
    let output = result.standardOutput
    guard result.terminationStatus.isSuccess else { return (nil, result.standardError) }
    return (try JSONSerialization.jsonObject(with: Data((output.isEmpty ? "{}" : output).utf8)) as? [String: Any], "")
  }

  /// The code that somebody waits for.
  private static func code(_ server: RunningServer) async throws -> String {
    let list = try await server.send("/cognito/users")
    let users = try JSONSerialization.jsonObject(with: Data(list.body.utf8)) as? [[String: String]]
    return try #require(users?.compactMap { $0["code"] }.first)
  }

  @Test func `Somebody signs up, confirms, signs in, forgets their password and goes`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let client = ["--client-id", "local", "--username", "a@example.com"]
        let signUp = try await Self.aws(
          server, "sign-up", client[0], client[1], client[2], client[3], "--password", Self.password,
          "--user-attributes", "Name=name,Value=Ann")
        #expect(signUp.answer?["UserConfirmed"] as? Bool == false, "\(signUp.error)")
        let delivery = signUp.answer?["CodeDeliveryDetails"] as? [String: String]
        #expect(delivery == ["Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"])
        let sub = try #require(signUp.answer?["UserSub"] as? String)

        let wrong = try await Self.aws(
          server, "confirm-sign-up", client[0], client[1], client[2], client[3], "--confirmation-code", "0")
        #expect(
          wrong.error.contains("(CodeMismatchException) when calling the ConfirmSignUp operation"), "\(wrong.error)")
        _ = try await Self.aws(server, "resend-confirmation-code", client[0], client[1], client[2], client[3])
        let confirmed = try await Self.aws(
          server, "confirm-sign-up", client[0], client[1], client[2], client[3], "--confirmation-code",
          try await Self.code(server))
        #expect(confirmed.answer != nil, "\(confirmed.error)")
        #expect(bootstrap.invocations.count == 1)

        let parameters = "USERNAME=a@example.com,PASSWORD=\(Self.password)"
        let signIn = try await Self.aws(
          server, "initiate-auth", "--client-id", "local", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters",
          parameters)
        let tokens = try #require(signIn.answer?["AuthenticationResult"] as? [String: Any], "\(signIn.error)")
        let refresh = try await Self.aws(
          server, "initiate-auth", "--client-id", "local", "--auth-flow", "REFRESH_TOKEN_AUTH", "--auth-parameters",
          "REFRESH_TOKEN=\(tokens["RefreshToken"] as? String ?? "")")
        let refreshed = try #require(refresh.answer?["AuthenticationResult"] as? [String: Any], "\(refresh.error)")
        #expect(refreshed["RefreshToken"] == nil)
        let answer = try await server.send(
          "/api/x", "--header", "Authorization: Bearer \(refreshed["IdToken"] as? String ?? "")")
        #expect(answer.status == 200)

        let access = try #require(tokens["AccessToken"] as? String)
        let user = try await Self.aws(server, "get-user", "--access-token", access)
        #expect(user.answer?["Username"] as? String == sub, "\(user.error)")
        let attributes = user.answer?["UserAttributes"] as? [[String: String]] ?? []
        #expect(attributes.contains(["Name": "email_verified", "Value": "true"]))

        _ = try await Self.aws(server, "forgot-password", client[0], client[1], client[2], client[3])
        let reset = try await Self.aws(
          server, "confirm-forgot-password", client[0], client[1], client[2], client[3], "--confirmation-code",
          try await Self.code(server), "--password", "Battery-staple-2")
        #expect(reset.answer != nil, "\(reset.error)")
        let old = try await Self.aws(
          server, "initiate-auth", "--client-id", "local", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters",
          parameters)
        #expect(old.error.contains("(NotAuthorizedException)"), "\(old.error)")
        #expect(old.error.contains("Incorrect username or password."))

        #expect(try await Self.aws(server, "delete-user", "--access-token", access).answer != nil)
        #expect(try await server.send("/cognito/users").body == "[]")
      }
    }
  }

  @Test func `An administrator makes users, lists them by pages, and deletes them`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let pool = ["--user-pool-id", "us-east-1_local"]
        let made = try await Self.aws(
          server, "admin-create-user", pool[0], pool[1], "--username", "a@example.com", "--temporary-password",
          Self.password, "--user-attributes", "Name=email_verified,Value=true")
        let user = made.answer?["User"] as? [String: Any]
        #expect(user?["UserStatus"] as? String == "FORCE_CHANGE_PASSWORD", "\(made.error)")
        let challenge = try await Self.aws(
          server, "initiate-auth", "--client-id", "local", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters",
          "USERNAME=a@example.com,PASSWORD=\(Self.password)")
        #expect(challenge.answer?["ChallengeName"] as? String == "NEW_PASSWORD_REQUIRED", "\(challenge.error)")
        let response = try await Self.aws(
          server, "respond-to-auth-challenge", "--client-id", "local", "--challenge-name", "NEW_PASSWORD_REQUIRED",
          "--session", challenge.answer?["Session"] as? String ?? "", "--challenge-responses",
          "USERNAME=a@example.com,NEW_PASSWORD=Battery-staple-2")
        #expect(response.answer?["AuthenticationResult"] != nil, "\(response.error)")
        #expect(bootstrap.invocations.count == 1, "the sign-in alone")

        _ = try await Self.aws(
          server, "sign-up", "--client-id", "local", "--username", "bob", "--password", Self.password)
        let confirmed = try await Self.aws(server, "admin-confirm-sign-up", pool[0], pool[1], "--username", "bob")
        #expect(confirmed.answer != nil, "\(confirmed.error)")
        let list = try await Self.aws(server, "list-users", pool[0], pool[1], "--page-size", "1")
        let users = try #require(list.answer?["Users"] as? [[String: Any]], "\(list.error)")
        #expect(users.map { $0["UserStatus"] as? String } == ["CONFIRMED", "CONFIRMED"])

        _ = try await Self.aws(server, "admin-delete-user", pool[0], pool[1], "--username", "bob")
        let gone = try await Self.aws(server, "admin-get-user", pool[0], pool[1], "--username", "bob")
        #expect(gone.error.contains("(UserNotFoundException)"), "\(gone.error)")
      }
    }
  }

  @Test func `An administrator's user who is not to be told is told nothing`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--trigger", "CustomMessage"]) { server in
        let made = try await Self.aws(
          server, "admin-create-user", "--user-pool-id", "us-east-1_local", "--username", "a@example.com",
          "--temporary-password", Self.password, "--message-action", "SUPPRESS")
        #expect(made.answer?["User"] != nil, "\(made.error)")
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }

  @Test(arguments: [
    ("SignUp", "{}", "InvalidParameterException", "The member ClientId is missing."),
    ("SignUp", "[]", "InvalidParameterException", "The body is not a JSON object."),
    (
      "SignUp", #"{"ClientId":"other","Username":"a","Password":"x"}"#, "ResourceNotFoundException",
      "User pool client other does not exist."
    ),
    (
      "SignUp", #"{"ClientId":"local","Username":"bob","Password":"short"}"#, "InvalidPasswordException",
      "Password did not conform with policy: Password not long enough"
    ),
    (
      "SignUp",
      #"{"ClientId":"local","Username":"bob","Password":"x","UserAttributes":[{"Name":"email_verified","Value":"true"}]}"#,
      "NotAuthorizedException", "A client attempted to write unauthorized attribute"
    ),
    (
      "InitiateAuth", #"{"ClientId":"local","AuthFlow":"USER_SRP_AUTH","AuthParameters":{}}"#,
      "InvalidParameterException", "The AuthFlow USER_SRP_AUTH is not played here: USER_PASSWORD_AUTH is."
    ),
    (
      "InitiateAuth", #"{"ClientId":"local","AuthFlow":"REFRESH_TOKEN","AuthParameters":{"REFRESH_TOKEN":"x"}}"#,
      "NotAuthorizedException", "Invalid Refresh Token."
    ),
    ("GetUser", #"{"AccessToken":"x"}"#, "NotAuthorizedException", "Invalid Access Token"),
    ("ListUsers", #"{"UserPoolId":"x"}"#, "ResourceNotFoundException", "User pool x does not exist."),
    ("ListUsers", #"{"UserPoolId":"us-east-1_local","Filter":"x"}"#, "InvalidParameterException", "Filters are not"),
    (
      "AdminCreateUser",
      #"{"UserPoolId":"us-east-1_local","Username":"bob","TemporaryPassword":"Correct-horse-1","MessageAction":"RESEND"}"#,
      "InvalidParameterException", "The MessageAction RESEND is not played here: SUPPRESS is."
    ),
    ("CreateUserPool", "{}", "UnknownOperationException", "CreateUserPool is not played here."),
  ])
  func `A bad request is named as Cognito names it`(
    operation: String, body: String, type: String, words: String
  ) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.send(
          "/", "--header", "X-Amz-Target: AWSCognitoIdentityProviderService.\(operation)", body: body)
        #expect(answer.status == 400)
        #expect(try answer.member("__type") as? String == type, "\(answer.body)")
        #expect(try (answer.member("message") as? String)?.hasPrefix(words) == true, "\(answer.body)")
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }
}
