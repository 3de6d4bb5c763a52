@testable import JSON
@testable import LambdaEvents

/// An event that may be one of Cognito's: every trigger reads it, whatever its source is, and answers it. The response has
/// to be the event as it was, with what the trigger says in its `response`.
enum CognitoTarget {
  static func run(_ bytes: [UInt8]) {
    guard let document = try? JSONDocument(bytes) else { return }
    let event: CognitoEvent
    do throws(EventError) {
      event = try CognitoEvent(document)
    } catch {
      return checkError(error)
    }
    check(event.triggerSource.forLog.isOneLine, "a trigger's source can stand in a log")
    _ = (event.userName, event.userPoolID, event.region, event.clientID, event.clientMetadata)
    check(event.unchanged == bytes, "an event is answered with itself")
    checkTriggers(event)
  }

  private static func checkError(_ error: any Error) {
    let message = (error as? EventError)?.errorMessage ?? (error as? JSONError)?.description
    guard let message else { return check(false, "an event's error says what is wrong with it: \(error)") }
    check(message.isOneLine, "an event's error is one line: \(message)")
  }

  private static func checkTriggers(_ event: CognitoEvent) {
    trigger(PostConfirmation.self, event) { _ = texts($0.userAttributes, event) }
    trigger(PreAuthentication.self, event) { _ = $0.validationData }
    trigger(PostAuthentication.self, event) { _ = $0.isNewDeviceUsed }
    trigger(CustomEmailSender.self, event) { _ = $0.encryptedCode }
    trigger(CustomSMSSender.self, event) { _ = $0.encryptedCode }
    trigger(PreSignUp.self, event) { trigger in
      let attributes = texts(trigger.userAttributes, event)
      return PreSignUp.Response(
        autoConfirmUser: attributes.isEmpty ? nil : true, autoVerifyEmail: attributes["email"] != nil)
    }
    trigger(UserMigration.self, event) { trigger in
      UserMigration.Response(
        userAttributes: trigger.validationData, finalUserStatus: .confirmed, suppressesMessage: trigger.password != nil,
        desiredDeliveryMediums: [.email, .sms], forceAliasCreation: false)
    }
    trigger(CustomMessage.self, event) { trigger in
      CustomMessage.Response(smsMessage: trigger.codeParameter, emailMessage: trigger.linkParameter)
    }
    trigger(DefineAuthChallenge.self, event) { trigger in
      trigger.session.last.map { DefineAuthChallenge.Response.challenge($0.metadata ?? $0.name) } ?? .issueTokens
    }
    trigger(CreateAuthChallenge.self, event) { trigger in
      let parameters = Dictionary(trigger.session.map { ($0.name, $0.metadata ?? "") }) { $1 }
      return CreateAuthChallenge.Response(
        publicChallengeParameters: parameters, privateChallengeParameters: [trigger.challengeName: "x"],
        challengeMetadata: trigger.challengeName)
    }
    trigger(VerifyAuthChallenge.self, event) { trigger in
      VerifyAuthChallenge.Response(
        answerCorrect: trigger.privateChallengeParameters["answer"] == trigger.challengeAnswer)
    }
    trigger(InboundFederation.self, event) { trigger in
      InboundFederation.Response(userAttributesToMap: (try? trigger.userAttributes()) ?? [:])
    }
    trigger(TokenGeneration.self, event) { trigger in
      var response = TokenGeneration.Response(groups: trigger.groups)
      response.idToken.claims = texts(trigger.userAttributes, event).mapValues { .string($0) }
      response.idToken.suppressedClaims = trigger.groups.names
      if trigger.version > 1 {
        response.accessToken.scopes = trigger.scopes
        response.accessToken.claims = ["list": ["a", 1, true, ["n": .number(.infinity)]]]
      }
      return response
    }
  }

  /// The attributes that are texts, with the keys that they stand under.
  private static func texts(_ attributes: UserAttributes, _ event: CognitoEvent) -> [String: String] {
    var texts: [String: String] = [:]
    guard let members = try? event.requestMember("userAttributes")?.members() else { return texts }
    for (key, _) in members { texts[key] = attributes.string(key) }
    return texts
  }
}

extension CognitoTarget {
  /// A trigger that says nothing.
  private static func trigger<Trigger: CognitoTrigger>(
    _ type: Trigger.Type, _ event: CognitoEvent, _ look: (Trigger) -> Void
  ) where Trigger.Response == Void {
    do {
      let trigger = try EventError.blamingEvent { try Trigger(event) }
      look(trigger)
      _ = (Trigger.covers(trigger.source), trigger.userName)
    } catch {
      checkError(error)
    }
  }

  private static func trigger<Trigger: CognitoTrigger>(
    _ type: Trigger.Type, _ event: CognitoEvent, _ respond: (Trigger) -> Trigger.Response
  ) where Trigger.Response: CognitoResponse {
    let trigger: Trigger
    do {
      trigger = try EventError.blamingEvent { try Trigger(event) }
    } catch {
      return checkError(error)
    }
    _ = (Trigger.covers(trigger.source), trigger.userName)
    let response = respond(trigger)
    do {
      let bytes = try event.withResponse { try response.write(to: &$0, for: event) }
      try checkResponse(bytes, to: event, said: JSONWriter.object { try response.write(to: &$0, for: event) })
    } catch {
      check(false, "\(type) answers what it has read: \(error)")
    }
  }

  /// What is not in `response` is as it was; in it, what was said has been put in place of what stood there.
  private static func checkResponse(_ bytes: [UInt8], to event: CognitoEvent, said: [UInt8]) throws {
    let response = requiredDocument(bytes, "a trigger's response").root
    let (before, after) = (Array(try event.document.root.members()), Array(try response.members()))
    let isAdded = event.document.root["response"] == nil
    check(after.count == before.count + (isAdded ? 1 : 0), "an event keeps its members")
    for (old, new) in zip(before, after) {
      check(old.key.utf8.elementsEqual(new.key.utf8), "an event's members stand where they were")
      // Of several the last one counts.
      if old.value.offset == event.document.root["response"]?.offset { continue }
      check(old.value.bytes.elementsEqual(new.value.bytes), "\(old.key) is as it was")
    }
    guard let now = response["response"] else { return check(false, "there is a response") }
    let saidRoot = requiredDocument(said, "what a trigger says").root
    for (key, value) in try saidRoot.members() {
      check(now[key]?.bytes.elementsEqual(value.bytes) == true, "the response says \(key)")
    }
    guard let old = event.document.root["response"], old.kind == .object else { return }
    for (key, value) in try old.members() where saidRoot[key] == nil && old[key]?.offset == value.offset {
      check(now[key]?.bytes.elementsEqual(value.bytes) == true, "the response keeps \(key)")
    }
  }
}
