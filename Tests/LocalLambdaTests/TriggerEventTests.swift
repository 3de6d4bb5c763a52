import JSON
import LambdaEvents
import Testing

@testable import LocalLambda

/// What a user is told whose trigger failed.
struct TriggerFailureTests {
  private func failure(_ result: InvocationResult?) -> Trigger.Failure? {
    do throws(Trigger.Failure) {
      _ = try TriggerResponse(result, requestID: "id", timeout: .seconds(3))
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    (
      InvocationResult.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":"no \"row\""}"#.utf8)),
      #"no "row""#
    ),
    (.functionError(type: "Function.Bad", body: Array("{}".utf8)), "null"),
    (.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":1}"#.utf8)), "null"),
    (.functionError(type: "Function.Bad", body: []), "null"),
    (.initError(type: "Runtime.Bad", body: Array(#"{"errorMessage":"no URL"}"#.utf8)), "no URL"),
    (.timedOut, "RequestId: id Error: Task timed out after 3.00 seconds"),
    (.initTimedOut, "RequestId: id Error: The runtime did not ask for an event in time"),
    (.exited("exited with status 1"), "RequestId: id Error: Runtime exited with status 1"),
  ])
  func `A function error is passed on`(result: InvocationResult, message: String) {
    let failure = failure(result)
    #expect(failure?.type == "UserLambdaValidationException")
    #expect(failure?.message(of: .confirmSignUp) == "PostConfirmation failed with error \(message).")
  }

  @Test func `A failure is named after its trigger`() {
    let failure = failure(.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":"no"}"#.utf8)))
    for (source, trigger) in [
      Trigger.Source.signIn: "PostAuthentication", .preSignUpExternalProvider: "PreSignUp",
      .tokensRefresh: "PreTokenGeneration", .messageResendCode: "CustomMessage",
    ] {
      #expect(failure?.message(of: source) == "\(trigger) failed with error no.")
    }
    #expect(
      self.failure(nil)?.message(of: .signIn)
        == "PostAuthentication invocation failed due to error Socket timeout while invoking Lambda function.")
  }

  @Test(arguments: [nil, InvocationResult.cancelled])
  func `No answer is a timeout`(result: InvocationResult?) {
    let failure = failure(result)
    #expect(failure?.type == "UnexpectedLambdaException")
    #expect(
      failure?.message(of: .confirmSignUp)
        == "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function.")
  }

  @Test(arguments: [
    ("", "Invalid lambda function output : Invalid JSON"), ("{", "Invalid lambda function output : Invalid JSON"),
    ("null", "Unrecognizable lambda output"), (#""Success""#, "Unrecognizable lambda output"),
    ("[]", "Unrecognizable lambda output"), (#"{"response":1}"#, "Unrecognizable lambda output"),
  ])
  func `An answer that is no event is a failure`(answer: String, message: String) {
    let failure = failure(.response(Array(answer.utf8)))
    #expect(failure?.type == "InvalidLambdaResponseException")
    #expect(failure?.message(of: .confirmSignUp) == message)
  }

  @Test(arguments: [#"{"version":"1","response":{}}"#, #"{"response":null}"#, "{}"])
  func `An answer that is an event is success`(answer: String) {
    #expect(failure(.response(Array(answer.utf8))) == nil)
  }
}

/// What Cognito sends, and takes of what it gets, held against the types that read and write it for a function.
struct TriggerEventTests {
  private static var user: PoolUser {
    var user = PoolUser(
      sub: "s", status: .confirmed,
      attributes: ["email": "a@example.com", "name": "Ann", "preferred_username": "ann", "custom:a": "b"])
    user.isEmailVerified = true
    return user
  }

  private static func text(_ event: TriggerEvent) -> String { String(decoding: event.json(), as: UTF8.self) }

  private static func event(_ event: TriggerEvent) throws -> CognitoEvent {
    try CognitoEvent(JSONDocument(event.json()))
  }

  @Test func `The event of a confirmation is Cognito's, byte by byte`() {
    #expect(
      Self.text(TriggerEvent(.confirmSignUp, of: Self.user)) == """
        {"version":"1","region":"us-east-1","userPoolId":"us-east-1_local","userName":"s",\
        "callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"local"},\
        "triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":"s",\
        "email_verified":"true","cognito:user_status":"CONFIRMED","name":"Ann","preferred_username":"ann",\
        "email":"a@example.com","custom:a":"b"}},"response":{}}
        """)
  }

  @Test func `Attributes that were not given are not in the event`() {
    let user = PoolUser(sub: "s", status: .confirmed, attributes: ["preferred_username": "ann"])
    let event = Self.text(TriggerEvent(.confirmForgotPassword, of: user))
    #expect(event.contains(#""triggerSource":"PostConfirmation_ConfirmForgotPassword""#))
    #expect(
      event.contains(#""userAttributes":{"sub":"s","cognito:user_status":"CONFIRMED","preferred_username":"ann"}"#))
  }

  @Test(arguments: Trigger.Source.allCases)
  func `Each event is read as what it is`(source: Trigger.Source) throws {
    var event =
      source.trigger == .userMigration || source == .inboundFederation
      ? TriggerEvent(source, userName: "old") : TriggerEvent(source, of: Self.user)
    event.password = source == .migrationAuthentication ? "secret" : nil
    event.validationData = try JSONDocument(Array(#"{"k":"v"}"#.utf8)).root
    event.provider = (FederatedIdentity(provider: "Google", userID: "7", created: 1), ["email": "g@example.com"])
    let read = try Self.event(event)
    #expect(read.triggerSource.rawValue == source.rawValue)
    switch source.trigger {
    case .preSignUp:
      let trigger = try PreSignUp(read)
      #expect(PreSignUp.covers(read.triggerSource))
      #expect(trigger.validationData == ["k": "v"])
      #expect(trigger.userAttributes.string("name") == "Ann")
      #expect(trigger.userAttributes["sub"] == nil, "there is no account yet")
    case .postConfirmation:
      #expect(PostConfirmation.covers(read.triggerSource))
      #expect(try PostConfirmation(read).userAttributes.string("email_verified") == "true")
    case .preAuthentication:
      #expect(PreAuthentication.covers(read.triggerSource))
      #expect(try PreAuthentication(read).validationData == ["k": "v"])
      #expect(try !PreAuthentication(read).isUserNotFound)
    case .postAuthentication:
      #expect(PostAuthentication.covers(read.triggerSource))
      #expect(try !PostAuthentication(read).isNewDeviceUsed)
    case .preTokenGeneration, .preTokenGenerationV2:
      #expect(TokenGeneration.covers(read.triggerSource))
      #expect(try TokenGeneration(read).version == 1)
      #expect(try TokenGeneration(read).groups == .init(names: []))
      event.version = 2
      #expect(try TokenGeneration(Self.event(event)).scopes == ["aws.cognito.signin.user.admin"])
    case .customMessage:
      let trigger = try CustomMessage(read)
      #expect(CustomMessage.covers(read.triggerSource))
      #expect(trigger.codeParameter == "{####}")
      #expect(trigger.usernameParameter == (source == .messageAdminCreateUser ? "{username}" : nil))
    case .userMigration:
      let trigger = try UserMigration(read)
      #expect(UserMigration.covers(read.triggerSource))
      #expect(trigger.userName == "old")
      #expect(trigger.password == (source == .migrationAuthentication ? "secret" : nil))
    case .inboundFederation:
      let trigger = try InboundFederation(read)
      #expect(InboundFederation.covers(read.triggerSource))
      #expect(trigger.providerType == "Google")
      #expect(try trigger.userAttributes() == ["sub": "7", "email": "g@example.com"])
    }
  }

  @Test func `A federated user's event has their identities`() throws {
    var user = PoolUser(
      sub: "s", username: "Google_7", status: .externalProvider, attributes: ["email": "g@example.com"],
      identity: FederatedIdentity(provider: "Google", userID: "7", created: 1_700_000_000_000))
    let event = try Self.event(TriggerEvent(.confirmSignUp, of: user))
    #expect(event.userName == "Google_7")
    let attributes = try event.userAttributes()
    #expect(attributes.string("cognito:user_status") == "EXTERNAL_PROVIDER")
    #expect(attributes.string("email_verified") == "false")
    #expect(
      attributes.string("identities") == """
        [{"userId":"7","providerName":"Google","providerType":"Google","issuer":null,"primary":true,\
        "dateCreated":1700000000000}]
        """)
    user = PoolUser(
      sub: "s", username: "okta_7", identity: FederatedIdentity(provider: "okta", userID: "7", created: 1))
    #expect(Self.text(TriggerEvent(.signIn, of: user)).contains(#"\"providerType\":\"OIDC\""#))
  }

  @Test func `A federated user's address is told of before there is an account, verified or not`() throws {
    var user = PoolUser(
      sub: "s", username: "Google_7", status: .externalProvider, attributes: ["email": "g@example.com"],
      identity: FederatedIdentity(provider: "Google", userID: "7", created: 1))
    for isVerified in [false, true] {
      user.isEmailVerified = isVerified
      let attributes = try Self.event(TriggerEvent(.preSignUpExternalProvider, of: user)).userAttributes()
      #expect(attributes.string("email_verified") == "\(isVerified)")
      #expect(attributes["sub"] == nil)
    }
  }

  @Test func `The attributes of a federation are an object, so that a function can put some in`() {
    let event = Self.text(TriggerEvent(.inboundFederation, userName: "Google_7"))
    #expect(event.hasSuffix(#""response":{"userAttributesToMap":{}}}"#))
  }

  /// What a function says by the type of its response, as Cognito reads it.
  private static func response(
    _ event: TriggerEvent, _ response: some CognitoResponse
  ) throws -> TriggerResponse {
    let read = try Self.event(event)
    return try TriggerResponse(read.withResponse { try response.write(to: &$0, for: read) })
  }

  @Test func `An event that comes back unchanged says nothing`() throws {
    for source in Trigger.Source.allCases {
      let response = try TriggerResponse(TriggerEvent(source, of: Self.user).json())
      #expect(try !response.flag("autoConfirmUser"))
      #expect(try response.message().text == nil)
      #expect(try response.attributes("userAttributes").isEmpty)
      #expect(try response.claims(version: 1).id.added.isEmpty)
      #expect(try response.claims(version: 1).groups == nil)
    }
  }

  @Test func `What a function says of a sign-up, a message and a migration is read`() throws {
    let signUp = try Self.response(
      TriggerEvent(.preSignUp, of: Self.user), PreSignUp.Response(autoConfirmUser: true, autoVerifyEmail: true))
    #expect(try signUp.flag("autoConfirmUser"))
    #expect(try signUp.flag("autoVerifyEmail"))
    #expect(try !signUp.flag("autoVerifyPhone"))
    let message = try Self.response(
      TriggerEvent(.messageSignUp, of: Self.user),
      CustomMessage.Response(emailMessage: "Use {####}", emailSubject: "Hello")
    ).message()
    #expect(message.text == "Use {####}")
    #expect(message.subject == "Hello")
    let migration = try Self.response(
      TriggerEvent(.migrationAuthentication, userName: "old"),
      UserMigration.Response(userAttributes: ["email": "a@b.c"], finalUserStatus: .confirmed))
    #expect(try migration.attributes("userAttributes") == ["email": "a@b.c"])
    #expect(try migration.text("finalUserStatus") == "CONFIRMED")
  }

  @Test(
    arguments: [
      (#"{"response":{"autoConfirmUser":"yes"}}"#, { @Sendable in _ = try $0.flag("autoConfirmUser") }),
      (#"{"response":{"emailMessage":1}}"#, { @Sendable in _ = try $0.message() }),
      (#"{"response":{"userAttributes":[]}}"#, { @Sendable in _ = try $0.attributes("userAttributes") }),
      (#"{"response":{"claimsOverrideDetails":1}}"#, { @Sendable in _ = try $0.claims(version: 1) }),
      (
        #"{"response":{"claimsOverrideDetails":{"claimsToSuppress":[1]}}}"#,
        { @Sendable in _ = try $0.claims(version: 1) }
      ),
    ] as [(String, @Sendable (TriggerResponse) throws -> Void)])
  func `A response of another type is a failure`(
    json: String, read: @escaping @Sendable (TriggerResponse) throws -> Void
  ) throws {
    let response = try TriggerResponse(Array(json.utf8))
    #expect(throws: Trigger.Failure.notAnEvent) { try read(response) }
  }

  @Test func `A message has to have the code, and an invitation the name as well`() throws {
    func message(_ source: Trigger.Source, _ text: String?) throws -> Message {
      try Message(source, code: "12", userName: "u", custom: .init(subject: nil, text: text))
    }
    #expect(try message(.messageSignUp, nil).text == "Your confirmation code is 12.")
    #expect(try message(.messageForgotPassword, "Say {####}!").text == "Say 12!")
    #expect(try message(.messageAdminCreateUser, "{username}: {####}").text == "u: 12")
    #expect(throws: Trigger.Failure.messageLacks("{####}")) { try message(.messageResendCode, "Hello") }
    #expect(throws: Trigger.Failure.messageLacks("{username}")) { try message(.messageAdminCreateUser, "{####}") }
  }
}
