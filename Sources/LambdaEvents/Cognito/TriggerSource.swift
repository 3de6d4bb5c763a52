/// What made Cognito invoke the function, such as `PostConfirmation_ConfirmSignUp`.
///
/// An open list: Cognito may send sources that are not named here.
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
public struct TriggerSource: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// Cognito's name for it.
  public let rawValue: String

  /// Takes any name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Cognito's name for it.
  public var description: String { rawValue }

  /// A user, an administrator on their behalf, or their first federated sign-in confirmed a sign-up.
  public static let confirmSignUp = TriggerSource(rawValue: "PostConfirmation_ConfirmSignUp")

  /// A user set a new password after having forgotten the old one.
  public static let confirmForgotPassword = TriggerSource(rawValue: "PostConfirmation_ConfirmForgotPassword")
}

extension TriggerSource {
  /// The name if it looks like one of Cognito's: whoever may invoke the function may put anything here, persons and pages of it, too.
  var forLog: String {
    let looksLikeCognitos = rawValue.utf8.count <= 128 && rawValue.utf8.allSatisfy(\.isLetterDigitOrUnderscore)
    return looksLikeCognitos ? rawValue : "(no name of Cognito's)"
  }
}

extension UInt8 {
  fileprivate var isLetterDigitOrUnderscore: Bool {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
