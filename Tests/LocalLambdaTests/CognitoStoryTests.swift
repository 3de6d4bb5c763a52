import Foundation
import Glibc
import Testing

@testable import LocalLambda

/// Each step of an account's life: which triggers the function hears of, in which order, and what its answers do.
@Suite(.timeLimit(.minutes(3)))
struct CognitoStoryTests {
  private static let password = "Correct-horse-1"
  private static let all = Set(PoolTrigger.allCases).subtracting([.preTokenGenerationV2])

  /// A pool before a function that does what a script says, or answers with the event.
  private static func with(
    _ script: String = "", triggers: Set<PoolTrigger> = all, _ test: (Cognito) async throws -> Void
  ) async throws {
    let script = #"case $event in \#(script) *) answer "$event" ;; esac"#
    try await ScriptedFunction.with(script) { scripted in
      try await test(
        Cognito(
          function: scripted.function, retries: Cognito.RetryPolicy(attemptLimit: .seconds(60)), triggers: triggers))
    }
  }

  /// A case of the script: an event of a source is answered with this `response`.
  private static func respond(_ source: Trigger.Source, _ response: String) -> String {
    #"*\#(source.rawValue)*) answer '{"response":\#(response)}' ;;"#
  }

  private static func account(password: String? = password) throws -> NewAccount {
    var account = NewAccount(attributes: ["name": "Ann", "email": "a@example.com"])
    account.password = try password.map { try PasswordHash($0) }
    return account
  }

  private func sources(_ step: Cognito.Step) -> [Trigger.Source] { step.calls.map(\.source) }

  @Test func `Somebody signs up, gives the code, signs in, forgets the password, and goes`() async throws {
    try await Self.with { cognito in
      let signUp = await cognito.signUp(try Self.account(), confirms: false)
      #expect(signUp.failure == nil)
      #expect(sources(signUp) == [.preSignUp, .messageSignUp])
      #expect(signUp.user?.status == .unconfirmed)
      #expect(signUp.delivery?.destination == "a***@e***")
      let code = try #require(signUp.user?.code?.digits)
      #expect(signUp.delivery?.message.text == "Your confirmation code is \(code).")

      let early = await cognito.signIn("a@example.com", password: Self.password)
      #expect(early.failure == .userNotConfirmed)
      #expect(sources(early) == [.preAuthentication])
      #expect(early.tokens == nil)

      let again = await cognito.resendCode("a@example.com", clientMetadata: nil)
      #expect(sources(again) == [.messageResendCode])
      let newCode = try #require(again.user?.code?.digits)
      let confirmed = await cognito.confirmSignUp("a@example.com", code: newCode, clientMetadata: nil)
      #expect(confirmed.failure == nil)
      #expect(sources(confirmed) == [.confirmSignUp])
      #expect(confirmed.user?.isEmailVerified == true)
      #expect(
        await cognito.resendCode("a@example.com", clientMetadata: nil).failure?.type == "InvalidParameterException")

      let wrong = await cognito.signIn("A@example.com", password: "wrong")
      #expect(wrong.failure == .wrongPassword)
      let signIn = await cognito.signIn("A@example.com", password: Self.password)
      #expect(sources(signIn) == [.preAuthentication, .signIn, .tokensAuthentication])
      #expect(signIn.tokens != nil)
      #expect(sources(await cognito.refresh("a@example.com")) == [.tokensRefresh])

      let forgot = await cognito.forgotPassword("a@example.com", clientMetadata: nil)
      #expect(sources(forgot) == [.messageForgotPassword])
      let resetCode = try #require(forgot.user?.code?.digits)
      let reset = await cognito.confirmForgotPassword(
        "a@example.com", code: resetCode, password: try PasswordHash("Battery-staple-2"))
      #expect(sources(reset) == [.confirmForgotPassword])
      #expect(await cognito.signIn("a@example.com", password: Self.password).failure == .wrongPassword)
      #expect(await cognito.signIn("a@example.com", password: "Battery-staple-2").failure == nil)

      try await cognito.delete("a@example.com")
      #expect(await cognito.users.isEmpty)
      #expect(await cognito.refresh("a@example.com").failure == .userNotFound)
    }
  }

  @Test func `Nobody hears of a step whose trigger the pool does not have`() async throws {
    try await Self.with(triggers: []) { cognito in
      let signUp = await cognito.signUp(try Self.account(), confirms: true)
      #expect(signUp.failure == nil && signUp.calls.isEmpty)
      let signIn = await cognito.signIn("a@example.com", password: Self.password)
      #expect(signIn.tokens != nil && signIn.calls.isEmpty)
    }
  }

  @Test func `An administrator's user has no confirmation, and the first sign-in sets a password`() async throws {
    try await Self.with { cognito in
      let made = await cognito.adminCreateUser(
        try Self.account(), temporaryPassword: Self.password, isEmailVerified: true)
      #expect(sources(made) == [.preSignUpAdminCreateUser, .messageAdminCreateUser])
      #expect(made.user?.status == .forceChangePassword)
      #expect(made.delivery?.message.text.contains(Self.password) == true)
      #expect(
        await cognito.forgotPassword("a@example.com", clientMetadata: nil).failure?.type == "NotAuthorizedException")

      let first = await cognito.signIn("a@example.com", password: Self.password)
      #expect(first.isNewPasswordRequired)
      #expect(first.tokens == nil)
      #expect(sources(first) == [.preAuthentication])
      let second = await cognito.signIn(
        "a@example.com", password: Self.password, newPassword: try PasswordHash("Battery-staple-2"))
      #expect(sources(second) == [.preAuthentication, .signIn, .tokensNewPassword])
      #expect(second.user?.status == .confirmed)
      #expect(second.tokens != nil)
    }
  }

  @Test func `A first federated sign-in is a sign-up and a confirmation, and a later one a sign-in`() async throws {
    try await Self.with { cognito in
      let google = FederatedIdentity(provider: "Google", userID: "123", created: 1)
      let first = await cognito.federatedSignIn(google, attributes: ["email": "g@example.com"])
      #expect(first.failure == nil)
      #expect(sources(first) == [.inboundFederation, .preSignUpExternalProvider, .confirmSignUp, .tokensHostedAuth])
      #expect(first.user?.username == "Google_123")
      #expect(first.user?.status == .externalProvider)
      #expect(first.user?.isEmailVerified == false)
      #expect(first.tokens != nil)

      let later = await cognito.federatedSignIn(google, attributes: ["email": "h@example.com"])
      #expect(sources(later) == [.inboundFederation, .preAuthentication, .signIn, .tokensHostedAuth])
      #expect(later.user?.sub == first.user?.sub)
      #expect(later.user?.email == "h@example.com")
      #expect(await cognito.users.count == 1)
      #expect(await cognito.signIn("Google_123", password: "Wrong-horse-1").failure == .wrongPassword)
      #expect(sources(await cognito.signIn("Google_123", password: nil)).last == .tokensHostedAuth)
      // Their address is no alias: somebody else may sign up with it.
      let other = await cognito.signUp(NewAccount(attributes: ["email": "h@example.com"]), confirms: true)
      #expect(other.failure == nil)
    }
  }

  @Test func `What the function says of a provider's attributes takes their place`() async throws {
    let script = Self.respond(
      .inboundFederation, #"{"userAttributesToMap":{"email":"x@example.com","email_verified":"true"}}"#)
    try await Self.with(script) { cognito in
      let google = FederatedIdentity(provider: "Google", userID: "123", created: 1)
      let step = await cognito.federatedSignIn(google, attributes: ["email": "g@example.com", "name": "G"])
      #expect(step.user?.attributes == ["email": "x@example.com"])
      #expect(step.user?.isEmailVerified == true)
    }
  }

  @Test func `The function may confirm whoever signs up`() async throws {
    let script = Self.respond(.preSignUp, #"{"autoConfirmUser":true,"autoVerifyEmail":true}"#)
    try await Self.with(script) { cognito in
      let step = await cognito.signUp(try Self.account(), confirms: false)
      #expect(sources(step) == [.preSignUp, .confirmSignUp])
      #expect(step.user?.status == .confirmed)
      #expect(step.user?.isEmailVerified == true)
      #expect(step.delivery == nil)
    }
  }

  @Test(arguments: [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")])
  func `The function cannot say that what is not there is verified`(flag: String, attribute: String) async throws {
    let script =
      Self.respond(.preSignUp, #"{"\#(flag)":true}"#) + Self.respond(.preSignUpExternalProvider, #"{"\#(flag)":true}"#)
    try await Self.with(script) { cognito in
      let google = FederatedIdentity(provider: "Google", userID: "123", created: 1)
      for step in [
        await cognito.signUp(NewAccount(attributes: ["preferred_username": "ann"]), confirms: false),
        await cognito.federatedSignIn(google, attributes: [:]),
      ] {
        #expect(step.failure?.type == "InvalidLambdaResponseException")
        #expect(step.failure?.message == "PreSignUp failed: there is no \(attribute) that could be verified.")
      }
      #expect(await cognito.users.isEmpty)
    }
  }

  @Test func `An address is verified as long as the provider says so of it, or has said so`() async throws {
    try await Self.with(triggers: []) { cognito in
      let google = FederatedIdentity(provider: "Google", userID: "123", created: 1)
      func isVerified(_ attributes: [String: String]) async -> Bool? {
        await cognito.federatedSignIn(google, attributes: attributes).user?.isEmailVerified
      }
      #expect(await isVerified(["email": "a@example.com", "email_verified": "true"]) == true)
      #expect(await isVerified(["email": "a@example.com"]) == true)
      #expect(await isVerified(["email": "b@example.com"]) == false)
      #expect(await isVerified(["email": "b@example.com", "email_verified": "true"]) == true)
      #expect(await isVerified([:]) == false)
    }
  }

  @Test func `An administrator may see to it that no message is sent`() async throws {
    try await Self.with { cognito in
      let made = await cognito.adminCreateUser(
        try Self.account(), temporaryPassword: Self.password, isEmailVerified: true, sendsMessage: false)
      #expect(sources(made) == [.preSignUpAdminCreateUser])
      #expect(made.failure == nil && made.delivery == nil && made.user != nil)
    }
  }

  @Test func `Two sign-ins at once of whom the function fetches are both good`() async throws {
    let answer = #"{"response":{"userAttributes":{"email":"old@example.com"},"finalUserStatus":"CONFIRMED"}}"#
    // Neither is answered before both have asked.
    let wait = #"touch "asked-$id"; until [ "$(ls asked-* | wc -l)" = 2 ]; do sleep 0.02; done"#
    let script = "*UserMigration*) \(wait); answer '\(answer)' ;;"
    try await Self.with(script) { cognito in
      async let first = cognito.signIn("old@example.com", password: "weak")
      async let second = cognito.signIn("old@example.com", password: "weak")
      let steps = await [first, second]
      for step in steps {
        #expect(step.failure == nil)
        #expect(step.tokens != nil)
        #expect(sources(step).first == .migrationAuthentication)
      }
      #expect(await cognito.users.map(\.sub) == steps.first?.user.map { [$0.sub] })
    }
  }

  @Test func `Whoever need not wait for a code is stored once, as confirmed`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "story-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let changes = inotify_init1(Int32(IN_NONBLOCK))
    defer { close(changes) }
    #expect(inotify_add_watch(changes, folder, UInt32(IN_MOVED_TO)) >= 0)
    try await ScriptedFunction.with("") { scripted in
      let cognito = Cognito(
        function: scripted.function, triggers: [], stateFile: try StateFile(path: "\(folder)/state.json"))
      let step = await cognito.signUp(try Self.account(), confirms: true)
      #expect(step.user?.status == .confirmed)
      #expect(step.user?.isEmailVerified == true)
    }
    // An event has 16 bytes, and the file's name in as many.
    var events = [UInt8](repeating: 0, count: 4096)
    #expect(read(changes, &events, events.count) == 32)
  }

  @Test(arguments: [
    (Trigger.Source.preSignUp, "PreSignUp failed with error no."),
    (.preSignUpExternalProvider, "PreSignUp failed with error no."),
    (.preSignUpAdminCreateUser, "PreSignUp failed with error no."),
    (.inboundFederation, "InboundFederation failed with error no."),
  ])
  func `Whom the function refuses gets no account`(source: Trigger.Source, words: String) async throws {
    try await Self.with(#"*\#(source.rawValue)*) fail '{"errorMessage":"no"}' ;;"#) { cognito in
      let step =
        switch source {
        case .preSignUp: await cognito.signUp(try Self.account(), confirms: true)
        case .preSignUpAdminCreateUser:
          await cognito.adminCreateUser(try Self.account(), temporaryPassword: Self.password, isEmailVerified: true)
        default:
          await cognito.federatedSignIn(FederatedIdentity(provider: "Google", userID: "1", created: 1), attributes: [:])
        }
      #expect(step.failure?.type == "UserLambdaValidationException")
      #expect(step.failure?.message == words)
      #expect(step.user == nil && step.tokens == nil)
      #expect(await cognito.users.isEmpty)
    }
  }

  @Test(arguments: [Trigger.Source.preAuthentication, .signIn, .tokensAuthentication])
  func `A trigger that fails at a sign-in leaves nobody tokens`(source: Trigger.Source) async throws {
    try await Self.with(#"*\#(source.rawValue)*) fail '{"errorMessage":"no"}' ;;"#) { cognito in
      _ = await cognito.signUp(try Self.account(), confirms: true)
      let step = await cognito.signIn("a@example.com", password: Self.password)
      #expect(step.failure == .trigger(source, .functionError(message: "no")))
      #expect(step.tokens == nil)
      #expect(sources(step).last == source)
    }
  }

  @Test func `Claims of the function are in the tokens`() async throws {
    let script = Self.respond(
      .tokensAuthentication, #"{"claimsOverrideDetails":{"claimsToAddOrOverride":{"tenant":"acme"}}}"#)
    try await Self.with(script) { cognito in
      _ = await cognito.signUp(try Self.account(), confirms: true)
      let token = try #require(await cognito.signIn("a@example.com", password: Self.password).tokens?.id)
      let claims = try #require(cognito.tokens.claims(of: token, at: Cognito.now))
      #expect(claims.first { $0.name == "tenant" }?.value == "acme")
    }
  }

  @Test func `A message of the function's own is sent, and one without the code is a failure`() async throws {
    let script =
      Self.respond(.messageSignUp, #"{"emailMessage":"Say {####}","emailSubject":"Hello"}"#)
      + Self.respond(.messageResendCode, #"{"emailMessage":"Say nothing"}"#)
    try await Self.with(script) { cognito in
      let signUp = await cognito.signUp(try Self.account(), confirms: false)
      #expect(signUp.delivery?.message.subject == "Hello")
      #expect(signUp.delivery?.message.text == "Say \(signUp.user?.code?.digits ?? "")")
      let again = await cognito.resendCode("a@example.com", clientMetadata: nil)
      #expect(again.failure == .trigger(.messageResendCode, .messageLacks("{####}")))
      #expect(again.delivery == nil)
    }
  }

  @Test func `Whoever is unknown is fetched by the function, with the password that they gave`() async throws {
    let attributes = #""userAttributes":{"email":"old@example.com","email_verified":"true","username":"old"}"#
    let known = #"{\#(attributes),"finalUserStatus":"CONFIRMED"}"#
    let forgetful =
      #"{"userAttributes":{"preferred_username":"p","email":"p@example.com","email_verified":"true"}}"#
    let script =
      Self.respond(.migrationAuthentication, known) + Self.respond(.migrationForgotPassword, forgetful)
    try await Self.with(script) { cognito in
      let step = await cognito.signIn("old@example.com", password: "weak")
      #expect(step.failure == nil)
      #expect(sources(step) == [.migrationAuthentication, .preAuthentication, .signIn, .tokensAuthentication])
      #expect(step.user?.email == "old@example.com")
      #expect(await cognito.signIn("old@example.com", password: "weak").calls.count == 3, "they are known now")
      #expect(await cognito.signIn("old@example.com", password: "other").failure == .wrongPassword)

      let forgot = await cognito.forgotPassword("p", clientMetadata: nil)
      #expect(sources(forgot) == [.migrationForgotPassword, .messageForgotPassword])
      #expect(forgot.user?.status == .resetRequired)
      #expect(await cognito.signIn("p", password: "weak").failure == .passwordResetRequired)
    }
  }

  @Test func `Whom the function does not find either is not found`() async throws {
    try await Self.with(#"*UserMigration*) fail '{"errorMessage":"who?"}' ;;"#) { cognito in
      let step = await cognito.signIn("old", password: "weak")
      #expect(step.failure?.type == "UserNotFoundException")
      #expect(step.failure?.message == "Exception migrating user in app client local")
      #expect(await cognito.users.isEmpty)
    }
    try await Self.with(triggers: .standard) { cognito in
      #expect(await cognito.signIn("old", password: "weak").failure == .userNotFound)
    }
  }

  @Test func `What an app passes along reaches the triggers that get it`() async throws {
    let passed = #""validationData":{"invitation":"x"},"clientMetadata":{"campaign":"y"}"#
    let script = #"*PreSignUp*'\#(passed)'*) answer "$event" ;; *PreSignUp*) fail '{"errorMessage":"nothing"}' ;;"#
    try await Self.with(script) { cognito in
      let json = #"{"email":"a@b.c","validationData":{"invitation":"x"},"clientMetadata":{"campaign":"y"}}"#
      let account = try NewAccount(PoolRequest(json: Array(json.utf8)))
      #expect(await cognito.signUp(account, confirms: true).failure == nil)
      #expect(await cognito.signUp(try Self.account(), confirms: true).failure != nil)
    }
  }
}
