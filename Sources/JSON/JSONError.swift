/// Why a document could not be parsed, or a value not be read.
public struct JSONError: Error, Sendable, Equatable {
  /// What was wrong.
  public var reason: Reason
  /// Of the value that was being read, as a JSONPath: `$.request.userAttributes.sub`. If the document is not JSON, of the value
  /// or, between two values, the container in which the parser stood.
  ///
  /// It is made of keys of the document, each cut after 64 characters.
  public var path: String
  /// Where in the document, in bytes: that of the offending byte or escape if the document is not JSON, else where the value begins.
  public var offset: Int

  /// What can be wrong.
  public enum Reason: Sendable, Equatable {
    /// The document ends before its value does.
    case unexpectedEnd
    /// A byte that JSON does not allow where it stands.
    case unexpectedByte(expected: Expectation)
    /// The document begins with a byte order mark, which RFC 8259 §8.1 forbids to send.
    case byteOrderMark
    /// A string has bytes that are no UTF-8.
    case invalidUTF8
    /// A string has one half of a UTF-16 surrogate pair as an escape, which is no character, and the document was read with
    /// ``JSONDocument/LoneSurrogates/refused``.
    case loneSurrogate
    /// A string has a byte below U+0020, which has to be escaped.
    case controlCharacter
    /// A backslash with something after it that is no escape.
    case invalidEscape
    /// Something that begins like a number, but is none.
    case invalidNumber
    /// More than `limit` arrays and objects inside one another.
    case tooDeep(limit: Int)
    /// More than `limit` bytes.
    case tooLarge(limit: Int)
    /// Something other than white space follows the document's value.
    case trailingContent

    /// The value is of another kind than the one that was asked for.
    case typeMismatch(expected: JSONKind, found: JSONKind)
    /// The object has no such member. The path and the offset are the member's would-be path and the object's offset.
    case missing(key: String)
    /// The number was asked for as an integer, but is written with a fraction or an exponent.
    case notAnInteger
    /// The number is beyond what the type that was asked for can hold.
    case numberOutOfRange
    /// The string was asked for as text, but an escape in it is half of a UTF-16 surrogate pair.
    case notUnicode
  }

  /// What could have stood in the place of an unexpected byte.
  public enum Expectation: String, Sendable {
    case value = "a value"
    case key = "a key in quotes"
    case colon = "a colon"
    case commaOrBracket = "a comma or a closing bracket"
  }

  /// Makes an error.
  public init(_ reason: Reason, path: String, offset: Int) {
    self.reason = reason
    self.path = path
    self.offset = offset
  }

  /// Whether the document is not JSON (or deeper or larger than allowed), rather than JSON of an unexpected form.
  public var isSyntaxError: Bool {
    switch reason {
    case .typeMismatch, .missing, .notAnInteger, .numberOutOfRange, .notUnicode: false
    default: true
    }
  }
}

/// What the parser throws: the path is found afterwards, so that the fast way carries no string.
struct JSONSyntaxError: Error {
  var reason: JSONError.Reason
  var offset: Int
}
