import JSON
import Logging

/// What the Runtime API, and the log, are told of an error.
package struct ErrorReport: Sendable, Equatable {
  package var type: ErrorType
  package var message: String
  /// For the log alone.
  package var logMessage: String

  /// Reports an error that making the handler threw.
  init(initialization error: any Error) {
    guard let error = error as? any LambdaError else {
      self.init(type: .runtime("InitError"), message: "The function could not start: \(Swift.type(of: error)).")
      return
    }
    self.init(error)
  }

  /// Reports an error that a handler threw.
  ///
  /// The description of an error that is no ``LambdaError`` may hold anything, personal data too: only its type is told.
  package init(_ error: any Error) {
    switch error {
    case let error as any LambdaError:
      self.init(error)
    case is CancellationError:
      self.init(type: .function("Cancelled"), message: "The handler was cancelled.")
    default:
      self.init(type: .function("Unhandled"), message: "The handler failed: \(Swift.type(of: error)).")
    }
  }

  private init(_ error: any LambdaError) {
    self.init(type: error.errorType, message: error.errorMessage, logMessage: error.logMessage)
  }

  init(type: ErrorType, message: String, logMessage: String? = nil) {
    self.type = type
    self.message = message
    self.logMessage = logMessage ?? message
  }

  static let eventTooLarge = ErrorReport(
    type: .function("EventTooLarge"),
    message: "The event is larger than the \(Invocation.maximumLength) bytes that Lambda allows.")

  /// The handler was cancelled, because its time was up.
  static let deadlineExceeded = ErrorReport(
    type: .function("DeadlineExceeded"), message: "The handler was not done in time.")

  static func responseTooLarge(_ length: Int) -> ErrorReport {
    ErrorReport(
      type: .function("ResponseTooLarge"),
      message: "The response has \(length) bytes, more than the \(Invocation.maximumLength) that Lambda allows.")
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
  func log(to logger: Logger, _ level: Logger.Level = .error) {
    logger.log(level: level, "\(logMessage)", metadata: [LambdaLogHandler.errorTypeKey: .string(type.rawValue)])
  }

  /// The header line that tells the Runtime API the kind of error.
  var header: String { "Lambda-Runtime-Function-Error-Type: \(type)" }

  /// What stands behind a stream that breaks.
  var trailers: [String] {
    [header, "Lambda-Runtime-Function-Error-Body: \(String(decoding: body.base64, as: UTF8.self))"]
  }
}
