/// A JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), checked as a whole and kept as it was written.
///
/// Where the RFC leaves the choice to implementations:
/// - Text is UTF-8. Bytes that are not, and a byte order mark, are errors.
/// - A `\u` escape may be half of a surrogate pair, which is no character: such a string cannot be decoded, and that is an error
///   of whoever asks for it, not of the document, unless that is told to refuse them, see ``LoneSurrogates``.
/// - Numbers may be of any length and size. They are kept as written, and judged only when asked for as an `Int` or a `Double`.
/// - A key may occur more than once in an object: the last one wins. Keys are equal if their code units are, after escapes.
/// - Nesting is limited, see `maximumDepth`; the stack does not grow with it.
/// - Any value may be the root, not only objects and arrays.
public struct JSONDocument: Sendable {
  /// The number of arrays and objects that may stand inside one another unless told otherwise.
  public static let defaultMaximumDepth = 512

  private let tape: JSONTape

  /// What becomes of a string or key that has half of a surrogate pair as an escape: JSON by
  /// [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-8.2)'s grammar, but no Unicode text.
  public enum LoneSurrogates: Sendable {
    /// The document is read, and its bytes are as they were. To decode such a string throws
    /// ``JSONError/Reason/notUnicode``. No lookup finds such a key; where all keys are listed, it has U+FFFD for each half.
    case kept
    /// The document is refused with ``JSONError/Reason/loneSurrogate``, so that every string of one that is read is a Swift string.
    case refused
  }

  /// Checks `bytes` and finds the values in them. The array is shared, not copied.
  ///
  /// - Parameters:
  ///   - bytes: A whole JSON text, at most 4 GiB.
  ///   - maximumDepth: How many arrays and objects may stand inside one another: that many are read, one more is an error.
  ///   - loneSurrogates: Whether a string that cannot be decoded is an error of the document.
  /// - Throws: An error that ``JSONError/isSyntaxError``.
  public init(
    _ bytes: [UInt8], maximumDepth: Int = JSONDocument.defaultMaximumDepth, loneSurrogates: LoneSurrogates = .kept
  ) throws(JSONError) {
    var parser = JSONParser(maximumDepth: maximumDepth, loneSurrogates: loneSurrogates)
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
