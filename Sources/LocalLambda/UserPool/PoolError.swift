import JSON

/// What Cognito refuses, in its own words where it has some:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html>, and the errors of each
/// operation there.
enum PoolError: Error, Equatable {
  case invalidParameter(String)
  /// The password does not do for the pool's policy.
  case invalidPassword(String)
  case usernameExists(attribute: String)
  case userNotFound
  /// There is nowhere to send a code to.
  case noVerifiedAddress
  case notAuthorized(String)
  case userNotConfirmed
  case passwordResetRequired
  case codeMismatch
  /// The code is too old, or there is none.
  case expiredCode
  /// Too many wrong codes.
  case limitExceeded
  /// Another client, or another pool, is asked for.
  case resourceNotFound(String)
  case unknownOperation(String)
  /// A trigger failed.
  case trigger(Trigger.Source, Trigger.Failure)
  /// What was asked for was not done, because it could not be stored.
  case notStored(String)

  /// What a sign-in says of a wrong name and of a wrong password, so that nobody learns which it was.
  static let wrongPassword = PoolError.notAuthorized("Incorrect username or password.")

  var status: Int {
    switch self {
    case .userNotFound: 404
    case .notStored: 500
    default: 400
    }
  }

  var type: String {
    switch self {
    case .invalidParameter, .noVerifiedAddress: "InvalidParameterException"
    case .invalidPassword: "InvalidPasswordException"
    case .usernameExists: "UsernameExistsException"
    case .userNotFound: "UserNotFoundException"
    case .notAuthorized: "NotAuthorizedException"
    case .userNotConfirmed: "UserNotConfirmedException"
    case .passwordResetRequired: "PasswordResetRequiredException"
    case .codeMismatch: "CodeMismatchException"
    case .expiredCode: "ExpiredCodeException"
    case .limitExceeded: "LimitExceededException"
    case .resourceNotFound: "ResourceNotFoundException"
    case .unknownOperation: "UnknownOperationException"
    // Cognito tells of a user that could not be fetched as of one that there is not.
    case .trigger(let source, .functionError) where source.trigger == .userMigration: "UserNotFoundException"
    case .trigger(_, let failure): failure.type
    case .notStored: "InternalErrorException"
    }
  }

  var message: String {
    switch self {
    case .invalidParameter(let message), .notAuthorized(let message), .notStored(let message),
      .resourceNotFound(let message), .unknownOperation(let message):
      message
    case .invalidPassword(let lack): "Password did not conform with policy: \(lack)"
    case .usernameExists(let attribute): "An account with the given \(attribute) already exists."
    case .userNotFound: "User does not exist."
    case .noVerifiedAddress:
      "Cannot reset password for the user as there is no registered/verified email or phone_number"
    case .userNotConfirmed: "User is not confirmed."
    case .passwordResetRequired: "Password reset required for the user"
    case .codeMismatch: "Invalid verification code provided, please try again."
    case .expiredCode: "Invalid code provided, please request a code again."
    case .limitExceeded: "Attempt limit exceeded, please try after some time."
    case .trigger(let source, .functionError) where source.trigger == .userMigration:
      "Exception migrating user in app client \(UserPool.clientID)"
    case .trigger(let source, let failure): failure.message(of: source)
    }
  }
}
