import ArgumentParser

/// The option `--timeout`: how long an invocation may take.
enum Timeout {
  /// Checks a number of seconds.
  static func validate(_ seconds: Double) throws(ValidationError) {
    guard seconds > 0, seconds <= 900 else {
      throw ValidationError("--timeout is \(seconds), but must be more than 0 and at most 900 seconds.")
    }
  }
}
