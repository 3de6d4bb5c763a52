/// An error that a runtime reported.
public struct ReportedError: Sendable, Equatable {
  /// `Function.…` or `Runtime.…`, as Lambda records it.
  public let type: String
  /// The error's JSON as it was posted.
  public let body: [UInt8]
}
