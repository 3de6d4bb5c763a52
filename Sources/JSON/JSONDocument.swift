/// A JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), checked as a whole and kept as it was written.
///
/// Where the RFC leaves the choice to implementations:
/// - Text is UTF-8. Bytes that are not, a byte order mark, and a `\u` escape of half a surrogate pair are errors, so that every
///   string of a document is one in Swift.
/// - Numbers may be of any length and size. They are kept as written, and judged only when asked for as an `Int` or a `Double`.
/// - A key may occur more than once in an object: the last one wins. Keys are equal if their code units are, after escapes.
/// - Nesting is limited, see `maximumDepth`; the stack does not grow with it.
/// - Any value may be the root, not only objects and arrays.
public struct JSONDocument: Sendable {
  /// The number of arrays and objects that may stand inside one another unless told otherwise.
  public static let defaultMaximumDepth = 512

  private let tape: JSONTape

  /// Checks `bytes` and finds the values in them. The array is shared, not copied.
  ///
  /// - Parameters:
  ///   - bytes: A whole JSON text, at most 4 GiB.
  ///   - maximumDepth: How many arrays and objects may stand inside one another: that many are read, one more is an error.
  /// - Throws: An error that ``JSONError/isSyntaxError``.
  public init(_ bytes: [UInt8], maximumDepth: Int = JSONDocument.defaultMaximumDepth) throws(JSONError) {
    var parser = JSONParser(maximumDepth: maximumDepth)
    do {
      try parser.parse(bytes.span)
    } catch {
      let standing = parser.abandon(at: error.offset)
      let path = JSONTape(bytes: bytes, entries: parser.entries).path(to: standing)
      throw JSONError(error.reason, path: path, offset: error.offset)
    }
    tape = JSONTape(bytes: bytes, entries: parser.entries)
  }

  /// The text as it was given, white space included.
  public var bytes: [UInt8] { tape.bytes }

  /// The value that the text consists of.
  public var root: JSONValue { JSONValue(tape: tape, index: 0) }
}
