import LambdaRuntime
import Logging

extension Problem {
  /// The problem that an error which is none becomes: the client is not told what it was.
  init(unexpected error: any Error) {
    self.init(status: 500, codes: ["internal_error"], cause: error)
  }

  /// The problem in the place of a response of so many bytes, of which Lambda would send nothing.
  init(tooLarge length: Int) {
    let detail = "The answer is larger than can be sent. Ask for less."
    self.init(status: 500, codes: ["response_too_large"], detail: detail, cause: InvalidResponse.tooLarge(length))
  }

  /// Says in the log what the client was told and what was behind it: an error where it is the server's, else for debugging.
  func log(to logger: Logger) {
    var metadata: Logger.Metadata = ["status": "\(status)", "codes": .string(codes.joined(separator: " "))]
    var message = title
    if let cause {
      let (type, sentence) = Problem.report(cause)
      metadata[LambdaLogHandler.errorTypeKey] = .string(type.rawValue)
      message = sentence
    }
    logger.log(level: status < 500 ? .debug : .error, "\(message)", metadata: metadata)
  }

  /// The description of an error that is no `LambdaError` may hold anything, personal data too: only its type is told.
  private static func report(_ error: any Error) -> (type: ErrorType, sentence: String) {
    switch error {
    case let error as any LambdaError: (error.errorType, error.logMessage)
    case is CancellationError: (.function("Cancelled"), "The handler was cancelled.")
    default: (.function("Unhandled"), "The handler failed: \(Swift.type(of: error)).")
    }
  }
}
