/// What a request wants to be done: an open list, for a method may be any token, and case counts.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-9>.
public struct HTTPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The name as it stands in a request.
  public let rawValue: String

  /// Takes any name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The name as it stands in a request.
  public var description: String { rawValue }

  /// Reads.
  public static let get = HTTPMethod(rawValue: "GET")
  /// Reads as GET does, but the answer has no body.
  public static let head = HTTPMethod(rawValue: "HEAD")
  /// Has the resource do its own work, such as adding something.
  public static let post = HTTPMethod(rawValue: "POST")
  /// Puts something where the path says, in place of what was there.
  public static let put = HTTPMethod(rawValue: "PUT")
  /// Changes parts of what is there.
  public static let patch = HTTPMethod(rawValue: "PATCH")
  /// Removes what is there.
  public static let delete = HTTPMethod(rawValue: "DELETE")
  /// Asks which methods there are.
  public static let options = HTTPMethod(rawValue: "OPTIONS")
}
