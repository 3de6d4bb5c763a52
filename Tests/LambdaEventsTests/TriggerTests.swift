import Foundation
import JSON
import LambdaEvents
import LambdaRuntime
import Logging
import TestSupport
import Testing

/// Each of Cognito's triggers, by the samples of `events/`.
@Suite struct TriggerTests {
  /// A sample, what handles it, and what its `response` is afterwards.
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let register: @Sendable (inout EventRouter) -> Void
    let response: String
    var testDescription: String { name }

    /// A trigger that has nothing to say.
    static func silent<Trigger: CognitoTrigger>(
      _ name: String, _ trigger: Trigger.Type, _ check: @escaping @Sendable (Trigger) throws -> Void
    ) -> Sample where Trigger.Response == Void {
      Sample(name: name, register: { $0.on(trigger) { event, _ in try check(event) } }, response: "{}")
    }

    /// A trigger that says something.
    static func speaking<Trigger: CognitoTrigger>(
      _ name: String, _ trigger: Trigger.Type, _ response: String,
      _ handle: @escaping @Sendable (Trigger) throws -> Trigger.Response
    ) -> Sample where Trigger.Response: CognitoResponse {
      Sample(name: name, register: { $0.on(trigger) { event, _ in try handle(event) } }, response: response)
    }
  }

  static let samples: [Sample] = [
    .speaking(
      "pre-sign-up", PreSignUp.self,
      #"{"autoConfirmUser":true,"autoVerifyEmail":true,"autoVerifyPhone":false}"#
    ) { event in
      #expect(event.source == .preSignUp && event.userAttributes.string("email") == "alice@example.com")
      #expect(event.validationData == ["invitation": "e5b2-77d1"])
      return .init(autoConfirmUser: true, autoVerifyEmail: true)
    },
    .silent("confirm-sign-up", PostConfirmation.self) { event in
      #expect(event.source == .confirmSignUp && event.userName == "7b1f2c34-5d6e-4f80-9a1b-2c3d4e5f6071")
    },
    .silent("pre-authentication", PreAuthentication.self) { event in
      #expect(event.userAttributes.string("name") == "Alice Green" && !event.isUserNotFound)
      #expect(event.validationData == ["captcha": "0f1d"])
    },
    .silent("post-authentication", PostAuthentication.self) { event in
      #expect(event.userAttributes.string("name") == "Alice Green" && event.isNewDeviceUsed)
      let theme = try event.event.clientMetadata?.member("theme").string()
      #expect(theme == "dark")
    },
    .speaking(
      "define-auth-challenge", DefineAuthChallenge.self,
      #"{"challengeName":"CUSTOM_CHALLENGE","issueTokens":false,"failAuthentication":false}"#
    ) { event in
      #expect(event.session.map(\.name) == ["SRP_A", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"])
      #expect(event.session.map(\.isPassed) == [true, true, false])
      #expect(event.session.map(\.metadata) == [nil, nil, "riddle"])
      return .challenge("CUSTOM_CHALLENGE")
    },
    .speaking(
      "create-auth-challenge", CreateAuthChallenge.self,
      #"""
      {"publicChallengeParameters":{"a":"1","question":"What runs?"},"privateChallengeParameters":{"answer":"a river"},
      "challengeMetadata":"riddle"}
      """#
    ) { event in
      #expect(event.challengeName == "CUSTOM_CHALLENGE" && event.session.count == 2 && !event.isUserNotFound)
      return .init(
        publicChallengeParameters: ["question": "What runs?", "a": "1"],
        privateChallengeParameters: ["answer": "a river"], challengeMetadata: "riddle")
    },
    .speaking("verify-auth-challenge", VerifyAuthChallenge.self, #"{"answerCorrect":true}"#) { event in
      .init(answerCorrect: event.challengeAnswer == event.privateChallengeParameters["answer"])
    },
    .speaking(
      "token-generation", TokenGeneration.self,
      #"""
      {"claimsOverrideDetails":{"claimsToAddOrOverride":{"tenant":"acme"},"claimsToSuppress":["email"],
      "groupOverrideDetails":{"groupsToOverride":["readers"],"iamRolesToOverride":[]}}}
      """#
    ) { event in
      #expect(event.version == 1 && event.scopes.isEmpty)
      let role = "arn:aws:iam::111122223333:role/editors"
      #expect(event.groups == .init(names: ["editors", "readers"], iamRoles: [role], preferredRole: role))
      let tenant = try event.userAttributes.requiredString("custom:tenant")
      return .init(
        idToken: .init(claims: ["tenant": .string(tenant)], suppressedClaims: ["email"]),
        groups: .init(names: ["readers"]))
    },
    .speaking(
      "token-generation-v2", TokenGeneration.self,
      #"""
      {"claimsAndScopeOverrideDetails":{
      "idTokenGeneration":{"claimsToAddOrOverride":{"n":[1,2.5,true,"x",{"deep":[]}]},"claimsToSuppress":["email"]},
      "accessTokenGeneration":{"claimsToAddOrOverride":{"tenant":{"id":7,"name":"acme"}},"scopesToAdd":["a/read"],
      "scopesToSuppress":["openid"]},
      "groupOverrideDetails":{"groupsToOverride":["g"],"iamRolesToOverride":["r"],"preferredRole":"r"}}}
      """#
    ) { event in
      #expect(event.version == 2 && event.scopes == ["aws.cognito.signin.user.admin", "openid"])
      #expect(event.groups == .init(names: []))
      return .init(
        idToken: .init(claims: ["n": [1, .number(2.5), true, "x", ["deep": []]]], suppressedClaims: ["email"]),
        accessToken: .init(
          claims: ["tenant": ["name": "acme", "id": 7]], scopes: ["a/read"], suppressedScopes: ["openid"]),
        groups: .init(names: ["g"], iamRoles: ["r"], preferredRole: "r"))
    },
    .speaking(
      "client-credentials", TokenGeneration.self,
      #"{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"job":"nightly"}}}}"#
    ) { event in
      #expect(event.version == 3 && event.source == .tokenGenerationClientCredentials)
      #expect(event.scopes == ["cruddur/activities.read"] && event.userName == nil)
      #expect(event.userAttributes["sub"] == nil && event.groups == .init(names: []))
      return .init(accessToken: .init(claims: ["job": "nightly"]))
    },
    .speaking(
      "user-migration", UserMigration.self,
      #"""
      {"userAttributes":{"email":"bob@example.com","email_verified":"true"},"finalUserStatus":"CONFIRMED",
      "messageAction":"SUPPRESS","desiredDeliveryMediums":["EMAIL","SMS"],"forceAliasCreation":false,"enableSMSMFA":null}
      """#
    ) { event in
      #expect(event.userName == "bob@example.com" && event.password == "Correct-horse-battery-staple-1")
      #expect(event.validationData.isEmpty)
      return .init(
        userAttributes: ["email_verified": "true", "email": "bob@example.com"], finalUserStatus: .confirmed,
        suppressesMessage: true, desiredDeliveryMediums: [.email, .sms], forceAliasCreation: false)
    },
    .speaking(
      "custom-message", CustomMessage.self,
      #"{"smsMessage":null,"emailMessage":"Your code: {####} 👋","emailSubject":"Your code"}"#
    ) { event in
      #expect(event.linkParameter == "{##Click Here##}" && event.usernameParameter == nil)
      return .init(emailMessage: "Your code: \(event.codeParameter) 👋", emailSubject: "Your code")
    },
    .silent("custom-email-sender", CustomEmailSender.self) { event in
      #expect(event.userAttributes.string("email") == "alice@example.com")
      #expect(event.encryptedCode == "AYADeExampleExampleExampleExampleExample==")
    },
    .silent("custom-sms-sender", CustomSMSSender.self) { event in
      #expect(event.userAttributes.string("phone_number") == "+12065550102")
      #expect(event.encryptedCode == "AYADeExampleExampleExampleExampleExample==")
    },
    .speaking(
      "inbound-federation", InboundFederation.self,
      #"{"userAttributesToMap":{"email":"erin@example.com","email_verified":"true","name":"Erin Grey","sub":"1"}}"#
    ) { event in
      #expect((event.providerName, event.providerType) == ("Google", "Google"))
      let tokenType = try event.attributes.member("tokenResponse").member("token_type").string()
      #expect(tokenType == "Bearer")
      var attributes = try event.userAttributes()
      #expect(attributes.count == 4 && attributes["sub"] == "100000000000000000001")
      #expect(attributes["email"] == "Erin@example.com", "the id token comes before what userInfo says")
      attributes["email"] = attributes["email"]?.lowercased()
      attributes["sub"] = "1"
      return .init(userAttributesToMap: attributes)
    },
  ]

  private func response(_ event: [UInt8], _ register: (inout EventRouter) -> Void) async throws -> JSONDocument {
    var router = EventRouter()
    register(&router)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let context = InvocationContext(requestID: "id", logger: logger)
    return try JSONDocument(await router.handle(Invocation(context: context, payload: event)).collect())
  }

  @Test(arguments: samples) func `Each sample is read as its trigger, and its response filled in`(sample: Sample)
    async throws
  {
    let event = try Repository.event(sample.name)
    let after = try await response(event, sample.register)
    #expect(try canonical(after.root.member("response")) == canonical(JSONDocument(Array(sample.response.utf8)).root))
    // Nothing else has changed.
    let before = try JSONDocument(event).root
    for (key, value) in try before.members() where key != "response" {
      #expect(try after.root.member(key).bytes == value.bytes)
    }
    if sample.response == "{}" { #expect(after.bytes == event) }
  }

  /// The other samples are of triggers, too, or say what they are.
  @Test func `Each trigger of events/ stands in the table`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.file("events").path)
    let others: Set = [
      "confirm-forgot-password", "custom-message-admin-create-user", "every-attribute", "federated", "federated-oidc",
      "hostile", "phone-only", "post-authentication-admin", "pre-sign-up-federated", "token-generation-v3",
      "unknown-trigger", "user-migration-forgot-password",
    ]
    var triggers: Set<String> = []
    for name in names.map({ String($0.dropLast(5)) }) {
      if try JSONDocument(Repository.event(name)).root["triggerSource"] != nil { triggers.insert(name) }
    }
    #expect(triggers.subtracting(others) == Set(Self.samples.map(\.name)))
  }

  static let coverage: [(name: String, covers: @Sendable (TriggerSource) -> Bool, sources: [String])] = [
    ("PreSignUp", PreSignUp.covers, ["SignUp", "AdminCreateUser", "ExternalProvider"].map { "PreSignUp_\($0)" }),
    (
      "PostConfirmation", PostConfirmation.covers,
      ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"]
    ),
    ("PreAuthentication", PreAuthentication.covers, ["PreAuthentication_Authentication"]),
    ("PostAuthentication", PostAuthentication.covers, ["PostAuthentication_Authentication"]),
    ("DefineAuthChallenge", DefineAuthChallenge.covers, ["DefineAuthChallenge_Authentication"]),
    ("CreateAuthChallenge", CreateAuthChallenge.covers, ["CreateAuthChallenge_Authentication"]),
    ("VerifyAuthChallenge", VerifyAuthChallenge.covers, ["VerifyAuthChallengeResponse_Authentication"]),
    (
      "TokenGeneration", TokenGeneration.covers,
      [
        "HostedAuth", "Authentication", "NewPasswordChallenge", "AuthenticateDevice", "RefreshTokens",
        "ClientCredentials",
      ].map { "TokenGeneration_\($0)" }
    ),
    ("UserMigration", UserMigration.covers, ["UserMigration_Authentication", "UserMigration_ForgotPassword"]),
    (
      "CustomMessage", CustomMessage.covers,
      [
        "SignUp", "AdminCreateUser", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute",
        "Authentication",
      ].map { "CustomMessage_\($0)" }
    ),
    (
      "CustomEmailSender", CustomEmailSender.covers,
      [
        "SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute", "AdminCreateUser",
        "Authentication", "AccountTakeOverNotification", "SomethingNew",
      ].map { "CustomEmailSender_\($0)" }
    ),
    (
      "CustomSMSSender", CustomSMSSender.covers,
      ["SignUp", "ResendCode", "ForgotPassword", "Authentication", "SomethingNew"].map { "CustomSMSSender_\($0)" }
    ),
    ("InboundFederation", InboundFederation.covers, ["InboundFederation_ExternalProvider"]),
  ]

  @Test func `Each source is covered by its trigger alone`() {
    for (name, _, sources) in Self.coverage {
      for source in sources {
        let covering = Self.coverage.filter { $0.covers(TriggerSource(rawValue: source)) }.map(\.name)
        #expect(covering == [name], "\(source)")
      }
    }
  }

  @Test(arguments: [
    "", "PreSignUp", "PreSignUp_", "PreSignUp_New", "presignup_signup", "PostConfirmation_New", "TokenGeneration_New",
    "CustomMessage_New", "CustomEmailSender", "PostEnrollment_ConfirmPasskey", "UserMigration_Authentication ",
  ]) func `A source that is not known is no trigger's`(source: String) {
    #expect(Self.coverage.filter { $0.covers(TriggerSource(rawValue: source)) }.isEmpty)
  }

  @Test(arguments: [
    ("pre-sign-up", #""userAttributes": {"#, #""userAttributes_": {"#, "$.request.userAttributes is missing"),
    ("pre-sign-up", #""e5b2-77d1""#, "7", "$.request.validationData.invitation is of type number"),
    ("pre-authentication", #""userNotFound": false"#, #""userNotFound": "false""#, "$.request.userNotFound is of"),
    ("post-authentication", #""newDeviceUsed": true"#, #""newDeviceUsed": 1"#, "$.request.newDeviceUsed is of"),
    ("define-auth-challenge", #""challengeName": "SRP_A""#, #""name": "x""#, "$.request.session[0].challengeName is"),
    (
      "create-auth-challenge", #""challengeName": "CUSTOM_"#, #""name": "CUSTOM_"#, "$.request.challengeName is missing"
    ),
    ("verify-auth-challenge", #""challengeAnswer""#, #""answer""#, "$.request.challengeAnswer is missing"),
    ("token-generation-v2", #""openid""#, "1", "$.request.scopes[1] is of type number"),
    ("user-migration", #""password""#, #""pass""#, "$.request.password is missing"),
    ("custom-message", #""codeParameter""#, #""code""#, "$.request.codeParameter is missing"),
    ("custom-email-sender", #""AYAD"#, #"[],"x":"AYAD"#, "$.request.code is of type array"),
    ("inbound-federation", #""attributes": {"#, #""attributes": [], "x": {"#, "$.request.attributes is of type array"),
  ]) func `What a request lacks is named`(name: String, text: String, replacement: String, note: String) async throws {
    let event = String(decoding: try Repository.event(name), as: UTF8.self).replacing(text, with: replacement)
    let sample = try #require(Self.samples.first { $0.name == name })
    let error = await #expect(throws: EventError.self) { try await response(Array(event.utf8), sample.register) }
    #expect(error?.errorType.rawValue == "Function.InvalidEvent")
    #expect(error?.errorMessage.contains(note) == true, "\(error?.errorMessage ?? "")")
  }

  @Test(arguments: ["", #","userAttributes":null,"session":null,"userNotFound":null"#])
  func `Of a user who is not there no attributes are needed`(members: String) async throws {
    let event = #"{"triggerSource":"DefineAuthChallenge_Authentication","request":{"x":1\#(members)},"response":{}}"#
    let after = try await response(Array(event.utf8)) {
      $0.on(DefineAuthChallenge.self) { event, _ in
        #expect(event.userAttributes["sub"] == nil && event.session.isEmpty && !event.isUserNotFound)
        #expect(throws: EventError.self) { try event.userAttributes.requiredString("sub") }
        return .issueTokens
      }
    }
    #expect(
      try canonical(after.root.member("response"))
        == #"{"challengeName":null,"failAuthentication":false,"issueTokens":true}"#)
  }

  @Test func `A sign-in that has failed is said to have`() async throws {
    let after = try await response(Repository.event("define-auth-challenge")) {
      $0.on(DefineAuthChallenge.self) { _, _ in .failAuthentication }
    }
    #expect(
      try canonical(after.root.member("response"))
        == #"{"challengeName":null,"failAuthentication":true,"issueTokens":false}"#)
  }

  @Test func `Whoever has forgotten their password gives none`() async throws {
    let event = #"{"triggerSource":"UserMigration_ForgotPassword","userName":"bob","request":{}}"#
    _ = try await response(Array(event.utf8)) {
      $0.on(UserMigration.self) { event, _ in
        #expect(event.password == nil)
        return .init(userAttributes: [:])
      }
    }
  }

  @Test(arguments: [
    (TokenGeneration.Response(accessToken: .init(scopes: ["a"])), TokenGenerationError.accessToken),
    (.init(idToken: .init(claims: ["a": "1", "n": 1])), .notAString(claim: "n")),
  ]) func `What an event of version 1 cannot say is an error`(
    response: TokenGeneration.Response, expected: TokenGenerationError
  ) async throws {
    let error = await #expect(throws: TokenGenerationError.self) {
      try await self.response(Repository.event("token-generation")) { $0.on(TokenGeneration.self) { _, _ in response } }
    }
    #expect(error == expected)
    #expect(error?.errorMessage.contains("V2_0 or V3_0") == true)
    for name in ["token-generation-v2", "token-generation-v3", "client-credentials"] {
      _ = try await self.response(Repository.event(name)) { $0.on(TokenGeneration.self) { _, _ in response } }
    }
  }

  @Test(arguments: ["token-generation", "token-generation-v2", "token-generation-v3", "pre-sign-up", "custom-message"])
  func `Whoever says nothing leaves the response as it was`(name: String) async throws {
    let event = try Repository.event(name)
    let after = try await response(event) {
      $0.on(TokenGeneration.self) { _, _ in .init() }
      $0.on(PreSignUp.self) { _, _ in .init() }
      $0.on(CustomMessage.self) { _, _ in .init() }
    }
    #expect(after.bytes == event)
  }

  @Test func `What a SAML provider says is read, whatever its form`() throws {
    let event = """
      {"triggerSource":"InboundFederation_ExternalProvider","request":{"providerName":"corp","providerType":"SAML",
      "attributes":{"samlResponse":{"mail":"a@b.example","groups":["x","y"],"admin":true,"gone":null}}}}
      """
    let trigger = try InboundFederation(CognitoEvent(JSONDocument(Array(event.utf8))))
    let attributes = try trigger.userAttributes()
    #expect(attributes == ["mail": "a@b.example", "groups": #"["x","y"]"#, "admin": "true"])
  }

  @Test(arguments: [
    (#"{"idToken":"{\"sub\":\"1\"}","userInfo":{"sub":"1"}}"#, "$.request.attributes.idToken is of type string"),
    (#"{"userInfo":["sub"]}"#, "$.request.attributes.userInfo is of type array"),
    (#"{"samlResponse":{"name":"Ana \ud800"}}"#, "$.request.attributes.samlResponse.name is not Unicode"),
  ]) func `What a provider says and cannot be read is never taken for nothing`(said: String, note: String) async throws
  {
    let event = """
      {"triggerSource":"InboundFederation_ExternalProvider","request":{"providerName":"corp","providerType":"OIDC",
      "attributes":\(said)}}
      """
    let error = await #expect(throws: EventError.self) {
      try await response(Array(event.utf8)) {
        $0.on(InboundFederation.self) { event, _ in .init(userAttributesToMap: try event.userAttributes()) }
      }
    }
    #expect(error?.errorType.rawValue == "Function.InvalidEvent")
    #expect(error?.errorMessage.contains(note) == true, "\(error?.errorMessage ?? "")")
  }

  @Test(arguments: [(#""2""#, 2), ("2", 2), ("3", 3), (#""x""#, 1), ("1.5", 1), ("null", 1)])
  func `The version of an event may be a number`(written: String, version: Int) throws {
    let event = #"{"triggerSource":"TokenGeneration_Authentication","version":\#(written),"request":{}}"#
    #expect(try TokenGeneration(CognitoEvent(JSONDocument(Array(event.utf8)))).version == version)
  }

  /// A value without white space, its members in order.
  private func canonical(_ value: JSONValue) throws -> String {
    switch value.kind {
    case .object:
      let members = try value.members().map { (key: $0.key, value: try canonical($0.value)) }
      return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    case .array: return "[" + (try value.elements().map(canonical)).joined(separator: ",") + "]"
    case .string: return try value.string().debugDescription
    default: return String(decoding: value.bytes, as: UTF8.self)
    }
  }
}
