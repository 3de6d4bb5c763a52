import JSON

/// What Cognito refuses, in its own words where it has some:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>.
enum PoolError: Error, Equatable {
  case invalidParameter(String)
  case usernameExists(attribute: String)
  case userNotFound
  /// There is nowhere to send a code to.
  case noVerifiedAddress

  var status: Int {
    switch self {
    case .invalidParameter, .usernameExists, .noVerifiedAddress: 400
    case .userNotFound: 404
    }
  }

  var type: String {
    switch self {
    case .invalidParameter, .noVerifiedAddress: "InvalidParameterException"
    case .usernameExists: "UsernameExistsException"
    case .userNotFound: "UserNotFoundException"
    }
  }

  var message: String {
    switch self {
    case .invalidParameter(let message): message
    case .usernameExists(let attribute): "An account with the given \(attribute) already exists."
    case .userNotFound: "User does not exist."
    case .noVerifiedAddress:
      "Cannot reset password for the user as there is no registered/verified email or phone_number"
    }
  }

  var answer: Answer {
    .json(
      JSONWriter.object {
        $0.add("__type", type)
        $0.add("message", message)
      }, status: status)
  }
}
