/// An error that says itself what a function's caller is told.
public protocol LambdaError: Error {
  /// The kind of error, such as `Function.InvalidEvent`: for programs, metrics and alarms.
  var errorType: ErrorType { get }

  /// A sentence for the caller. It must be safe to show: no payload, no personal data, no host, no secret.
  var errorMessage: String { get }

  /// A sentence for the log, where it may say more than the caller is told; ``errorMessage`` unless the error has one of its own. No personal data, no secret.
  var logMessage: String { get }
}

extension LambdaError {
  /// The same as ``errorMessage``.
  public var logMessage: String { errorMessage }
}

/// A kind of error in the form that Lambda requires: `Function.Reason` or `Runtime.Reason`.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror>.
public struct ErrorType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The whole text.
  public let rawValue: String

  /// Takes a text as it is, if it is of the form `^(Runtime|Function)\.[A-Z][A-Za-z]+$`.
  public init?(rawValue: String) {
    let parts = rawValue.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].elementsEqual("Function".utf8) || parts[0].elementsEqual("Runtime".utf8),
      ErrorType.isReason(parts[1])
    else { return nil }
    self.rawValue = rawValue
  }

  /// An error of the function: `Function.` and the reason, or `Function.Unknown` where the reason is not of the form `[A-Z][A-Za-z]+`.
  public static func function(_ reason: String) -> ErrorType {
    ErrorType(prefix: "Function.", reason: reason)
  }

  /// An error of the runtime: `Runtime.` and the reason, or `Runtime.Unknown` where the reason is not of the form `[A-Z][A-Za-z]+`.
  public static func runtime(_ reason: String) -> ErrorType {
    ErrorType(prefix: "Runtime.", reason: reason)
  }

  /// The whole text.
  public var description: String { rawValue }

  private init(prefix: String, reason: String) {
    rawValue = prefix + (ErrorType.isReason(reason.utf8[...]) ? reason : "Unknown")
  }

  private static func isReason(_ text: Substring.UTF8View) -> Bool {
    guard let first = text.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first), text.count > 1 else {
      return false
    }
    return text.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
  }
}
