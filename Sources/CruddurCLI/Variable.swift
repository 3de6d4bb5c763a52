import ArgumentParser

/// An environment variable of the function's configuration, given as `KEY=VALUE`.
struct Variable: ExpressibleByArgument, Equatable {
  let key: String
  let value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    key = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }

  /// Checks the variables of a command line.
  static func validate(_ variables: [Variable]) throws(ValidationError) {
    guard !variables.contains(where: { $0.key == "AWS_LAMBDA_RUNTIME_API" }) else {
      throw ValidationError("--env cannot set AWS_LAMBDA_RUNTIME_API, for cruddur itself is the Runtime API.")
    }
  }
}
