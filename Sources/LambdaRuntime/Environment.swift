import Glibc

/// The environment variables that a process was started with. A variable that is empty counts as absent.
public struct Environment: Sendable {
  private let variables: [String: String]?

  /// The process's own.
  public static let process = Environment(variables: nil)

  /// An environment of a test's own.
  public init(_ variables: [String: String]) {
    self.init(variables: variables)
  }

  private init(variables: [String: String]?) {
    self.variables = variables
  }

  /// A variable's value.
  public subscript(_ name: String) -> String? {
    let value = variables.map { $0[name] } ?? getenv(name).map { String(cString: $0) }
    return value.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// An environment variable that cannot be used.
public struct ConfigurationError: LambdaError, Equatable, CustomStringConvertible {
  /// A sentence that names the variable and says what it has to be. It holds no value: that may be a secret.
  public let description: String

  /// Makes an error.
  public init(_ description: String) {
    self.description = description
  }

  /// `Function.InvalidConfiguration`.
  public var errorType: ErrorType { .function("InvalidConfiguration") }

  /// The sentence.
  public var errorMessage: String { description }
}
