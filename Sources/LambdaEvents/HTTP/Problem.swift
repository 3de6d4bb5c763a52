/// A request that is not answered as it would like: thrown by a handler, sent as `application/problem+json`.
///
/// `{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"…","codes":["message_blank","ttl_blank"]}`; what status 422 is called
/// follows from the number. Source: <https://www.rfc-editor.org/rfc/rfc9457>.
public struct Problem: Error {
  /// The status code, 400 to 599.
  public var status: Int

  /// What is wrong, for programs: every reason that applies. They are part of an API and should not change.
  public var codes: [String]

  /// What is wrong, for people; nil where the title says it all. It must be safe to show.
  public var detail: String?

  /// Headers that go with it, `retry-after` or `www-authenticate` for example.
  public var headers: [(name: String, value: String)]

  /// The error behind it, which the log is told and the client is not.
  public var cause: (any Error)?

  /// Makes a problem.
  public init(
    status: Int, codes: [String], detail: String? = nil, headers: [(name: String, value: String)] = [],
    cause: (any Error)? = nil
  ) {
    self.status = status
    self.codes = codes
    self.detail = detail
    self.headers = headers
    self.cause = cause
  }
}
