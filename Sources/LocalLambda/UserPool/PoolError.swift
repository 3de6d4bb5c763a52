import JSON

/// What Cognito refuses, in its own words where it has some:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>.
enum PoolError: Error, Equatable {
  case invalidParameter(String)
  case usernameExists(attribute: String)
  case userNotFound

  var status: Int {
    switch self {
    case .invalidParameter, .usernameExists: 400
    case .userNotFound: 404
    }
  }

  var type: String {
    switch self {
    case .invalidParameter: "InvalidParameterException"
    case .usernameExists: "UsernameExistsException"
    case .userNotFound: "UserNotFoundException"
    }
  }

  var message: String {
    switch self {
    case .invalidParameter(let message): message
    case .usernameExists(let attribute): "An account with the given \(attribute) already exists."
    case .userNotFound: "User does not exist."
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
