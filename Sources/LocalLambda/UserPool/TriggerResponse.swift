import JSON

/// What a trigger said to Cognito, which takes of it what is said of in
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
struct TriggerResponse {
  private let response: JSONValue?

  /// Reads what Lambda gave; nil where nothing came in time.
  init(
    _ result: InvocationResult?, requestID: String, timeout: Duration
  ) throws(Trigger.Failure) {
    guard let result else { throw .noResponse }
    if result == .throttled { throw .throttled }
    switch result.output(requestID: requestID, timeout: timeout) {
    case nil: throw .noResponse
    case .response(let bytes): try self.init(bytes)
    case .error(let bytes): throw .functionError(message: Self.errorMessage(bytes))
    }
  }

  /// Reads the function's response, which should be the event.
  init(_ bytes: [UInt8]) throws(Trigger.Failure) {
    guard let root = try? JSONDocument(bytes).root else { throw .notJSON }
    guard root.kind == .object else { throw .notAnEvent }
    response = root["response"].flatMap { $0.isNull ? nil : $0 }
    guard response == nil || response?.kind == .object else { throw .notAnEvent }
  }

  /// The `errorMessage` of a function error; without one, Cognito has nothing to say.
  private static func errorMessage(_ error: [UInt8]) -> String {
    (try? JSONDocument(error).root["errorMessage"]?.string()) ?? "null"
  }

  // MARK: Each trigger's

  /// Of PreSignUp: `autoConfirmUser`, `autoVerifyEmail`, `autoVerifyPhone`; false where nothing is said.
  func flag(_ name: String) throws(Trigger.Failure) -> Bool {
    guard let value = member(name) else { return false }
    do { return try value.bool() } catch { throw .notAnEvent }
  }

  /// A message of the trigger's own.
  struct Message {
    var subject: String?
    var text: String?
  }

  /// Of CustomMessage.
  func message() throws(Trigger.Failure) -> Message {
    Message(subject: try text("emailSubject"), text: try text("emailMessage"))
  }

  /// Of UserMigration: `finalUserStatus`.
  func text(_ name: String) throws(Trigger.Failure) -> String? {
    guard let value = member(name) else { return nil }
    do { return try value.string() } catch { throw .notAnEvent }
  }

  /// Of UserMigration, `userAttributes`, and of InboundFederation, `userAttributesToMap`; none where nothing is said.
  func attributes(_ name: String) throws(Trigger.Failure) -> [String: String] {
    guard let value = member(name) else { return [:] }
    do {
      var attributes: [String: String] = [:]
      for (key, value) in try value.members() where !value.isNull {
        attributes[key] = value.kind == .bool ? String(try value.bool()) : try value.string()
      }
      return attributes
    } catch { throw .notAnEvent }
  }

  /// Of PreTokenGeneration, in the form of the event's version.
  func claims(version: Int) throws(Trigger.Failure) -> TokenChanges {
    do {
      guard let details = member(version == 1 ? "claimsOverrideDetails" : "claimsAndScopeOverrideDetails") else {
        return TokenChanges()
      }
      guard details.kind == .object else { throw Trigger.Failure.notAnEvent }
      var changes = TokenChanges()
      if version == 1 {
        changes.id = try TokenChanges.Claims(details, isTextAlone: true)
      } else {
        changes.id = try TokenChanges.Claims(details["idTokenGeneration"], isTextAlone: false)
        let access = details["accessTokenGeneration"]
        changes.access = try TokenChanges.Claims(access, isTextAlone: false)
        changes.addedScopes = try TokenChanges.texts(access?["scopesToAdd"])
        changes.suppressedScopes = try TokenChanges.texts(access?["scopesToSuppress"])
      }
      if let groups = details["groupOverrideDetails"], !groups.isNull {
        changes.groups = try TokenChanges.texts(groups["groupsToOverride"])
        changes.roles = try TokenChanges.texts(groups["iamRolesToOverride"])
        changes.preferredRole = try groups["preferredRole"].flatMap { $0.isNull ? nil : $0 }?.string()
      }
      return changes
    } catch { throw .notAnEvent }
  }

  private func member(_ name: String) -> JSONValue? {
    response?[name].flatMap { $0.isNull ? nil : $0 }
  }
}

/// What is different in tokens, because PreTokenGeneration said so.
struct TokenChanges {
  /// What is different in one token.
  struct Claims {
    var added: [(name: String, json: [UInt8])] = []
    var suppressed: Set<String> = []

    init() {}

    /// In version 1, a claim that is no string is left out without a word.
    init(_ details: JSONValue?, isTextAlone: Bool) throws(JSONError) {
      if let claims = details?["claimsToAddOrOverride"], !claims.isNull {
        for (name, value) in try claims.members() where !isTextAlone || value.kind == .string {
          added.append((name, Array(value.bytes)))
        }
      }
      suppressed = Set(try TokenChanges.texts(details?["claimsToSuppress"]))
    }
  }

  var id = Claims()
  var access = Claims()
  var addedScopes: [String] = []
  var suppressedScopes: [String] = []
  /// In the place of the user's, of whom there are none here; nil where nothing is said.
  var groups: [String]?
  var roles: [String] = []
  var preferredRole: String?

  static func texts(_ array: JSONValue?) throws(JSONError) -> [String] {
    guard let array, !array.isNull else { return [] }
    var texts: [String] = []
    for element in try array.elements() { texts.append(try element.string()) }
    return texts
  }
}
