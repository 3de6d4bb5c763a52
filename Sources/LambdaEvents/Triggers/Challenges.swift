public import JSON

extension TriggerSource {
  /// A custom sign-in needs to know what comes next.
  public static let defineAuthChallenge = TriggerSource(rawValue: "DefineAuthChallenge_Authentication")
  /// A custom challenge is to be made up.
  public static let createAuthChallenge = TriggerSource(rawValue: "CreateAuthChallenge_Authentication")
  /// A custom challenge was answered.
  public static let verifyAuthChallenge = TriggerSource(rawValue: "VerifyAuthChallengeResponse_Authentication")
}

/// A challenge of the sign-in that is under way, and what came of it.
public struct ChallengeResult: Sendable, Equatable {
  /// `CUSTOM_CHALLENGE`, or one of Cognito's own: `SRP_A`, `PASSWORD_VERIFIER`, `SMS_MFA` …
  public let name: String

  /// Whether the user passed it.
  public let isPassed: Bool

  /// What ``CreateAuthChallenge/Response`` called it; nil for Cognito's own.
  public let metadata: String?

  init(_ value: JSONValue) throws(JSONError) {
    name = try value.member("challengeName").string()
    isPassed = try value.member("challengeResult").bool()
    metadata = try value["challengeMetadata"].flatMap { $0.isNull ? nil : $0 }?.string()
  }

  /// The challenges so far, the first one first.
  fileprivate static func session(_ event: CognitoEvent) throws(JSONError) -> [ChallengeResult] {
    guard let elements = try event.requestMember("session")?.elements() else { return [] }
    var session: [ChallengeResult] = []
    for element in elements { session.append(try ChallengeResult(element)) }
    return session
  }
}

/// The trigger that says what comes next in a custom sign-in.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html>.
public struct DefineAuthChallenge: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes; none where there is no such user.
  public let userAttributes: UserAttributes

  /// The challenges so far, the first one first.
  public let session: [ChallengeResult]

  /// Whether there is no such user, and the app client is set to hide that: they should be challenged, and fail.
  public let isUserNotFound: Bool

  /// Covers ``TriggerSource/defineAuthChallenge``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .defineAuthChallenge }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributesIfAny()
    session = try ChallengeResult.session(event)
    isUserNotFound = try event.flag("userNotFound")
  }

  /// What comes next.
  public enum Response: CognitoResponse {
    /// A challenge: `CUSTOM_CHALLENGE`, or one of Cognito's own.
    case challenge(String)
    /// The user is signed in.
    case issueTokens
    /// The sign-in has failed.
    case failAuthentication

    /// Writes all three members, so that they never contradict each other.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      var (name, issuesTokens, fails): (String?, Bool, Bool) = (nil, false, false)
      switch self {
      case .challenge(let challenge): name = challenge
      case .issueTokens: issuesTokens = true
      case .failAuthentication: fails = true
      }
      response.add("challengeName", name)
      response.add("issueTokens", issuesTokens)
      response.add("failAuthentication", fails)
    }
  }
}

/// The trigger that makes up a custom challenge.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html>.
public struct CreateAuthChallenge: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes; none where there is no such user.
  public let userAttributes: UserAttributes

  /// What ``DefineAuthChallenge`` said.
  public let challengeName: String

  /// The challenges so far, the first one first.
  public let session: [ChallengeResult]

  /// Whether there is no such user, and the app client is set to hide that: nothing should be sent to anybody.
  public let isUserNotFound: Bool

  /// Covers ``TriggerSource/createAuthChallenge``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .createAuthChallenge }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributesIfAny()
    challengeName = try event.requiredText("challengeName")
    session = try ChallengeResult.session(event)
    isUserNotFound = try event.flag("userNotFound")
  }

  /// A challenge.
  public struct Response: CognitoResponse {
    /// What the app is told.
    public var publicChallengeParameters: [String: String]
    /// What ``VerifyAuthChallenge`` is told: the right answer. The app does not see it.
    public var privateChallengeParameters: [String: String]
    /// A name for the challenge, which later ones see in their session; nil for none.
    public var challengeMetadata: String?

    /// Makes a response.
    public init(
      publicChallengeParameters: [String: String], privateChallengeParameters: [String: String],
      challengeMetadata: String? = nil
    ) {
      self.publicChallengeParameters = publicChallengeParameters
      self.privateChallengeParameters = privateChallengeParameters
      self.challengeMetadata = challengeMetadata
    }

    /// Writes the challenge.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      response.add("publicChallengeParameters", publicChallengeParameters)
      response.add("privateChallengeParameters", privateChallengeParameters)
      if let challengeMetadata { response.add("challengeMetadata", challengeMetadata) }
    }
  }
}

/// The trigger that checks the answer to a custom challenge.
///
/// Source:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html>.
public struct VerifyAuthChallenge: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes; none where there is no such user.
  public let userAttributes: UserAttributes

  /// What ``CreateAuthChallenge`` said of the right answer.
  public let privateChallengeParameters: [String: String]

  /// The user's answer.
  public let challengeAnswer: String

  /// Whether there is no such user, and the app client is set to hide that: no answer is right.
  public let isUserNotFound: Bool

  /// Covers ``TriggerSource/verifyAuthChallenge``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .verifyAuthChallenge }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributesIfAny()
    privateChallengeParameters = try event.texts("privateChallengeParameters")
    challengeAnswer = try event.requiredText("challengeAnswer")
    isUserNotFound = try event.flag("userNotFound")
  }

  /// Whether the answer is right.
  public struct Response: CognitoResponse {
    /// Whether it is.
    public var answerCorrect: Bool

    /// Makes a response.
    public init(answerCorrect: Bool) {
      self.answerCorrect = answerCorrect
    }

    /// Writes it.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      response.add("answerCorrect", answerCorrect)
    }
  }
}
