import JSON

/// What the Runtime API is told of an error.
struct ErrorReport: Sendable, Equatable {
  var type: ErrorType
  var message: String

  /// Reports an error that making the handler threw.
  init(initialization error: any Error) {
    guard let error = error as? any LambdaError else {
      self.init(type: .runtime("InitError"), message: "The function could not start: \(Swift.type(of: error)).")
      return
    }
    self.init(type: error.errorType, message: error.errorMessage)
  }

  /// Reports an error that a handler threw.
  ///
  /// The description of an error that is no ``LambdaError`` may hold anything, personal data too: only its type is told.
  init(_ error: any Error) {
    switch error {
    case let error as any LambdaError:
      self.init(type: error.errorType, message: error.errorMessage)
    case is CancellationError:
      self.init(type: .function("Cancelled"), message: "The handler was cancelled.")
    default:
      self.init(type: .function("Unhandled"), message: "The handler failed: \(Swift.type(of: error)).")
    }
  }

  init(type: ErrorType, message: String) {
    self.type = type
    self.message = message
  }

  static let eventTooLarge = ErrorReport(
    type: .function("EventTooLarge"),
    message: "The event is larger than the \(Invocation.maximumLength) bytes that Lambda allows.")

  static func responseTooLarge(_ length: Int) -> ErrorReport {
    ErrorReport(
      type: .function("ResponseTooLarge"),
      message: "The answer has \(length) bytes, more than the \(Invocation.maximumLength) that Lambda allows.")
  }

  /// The JSON that the Runtime API wants.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror>.
  var body: [UInt8] {
    JSONWriter.object {
      $0.add("errorMessage", message)
      $0.add("errorType", type.rawValue)
      $0.array("stackTrace") { _ in }
    }
  }
}

extension ErrorReport {
  /// The header line that tells the Runtime API the kind of error.
  var header: String { "Lambda-Runtime-Function-Error-Type: \(type)" }
}
