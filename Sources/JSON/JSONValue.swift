/// A value in a ``JSONDocument``, which it keeps alive. Cheap to copy: a reference and an index.
///
/// Nothing is decoded until it is asked for, and nothing is kept of what was: reading twice decodes twice.
public struct JSONValue: Sendable {
  let tape: JSONTape
  let index: Int

  /// What kind of value it is.
  public var kind: JSONKind { tape.entries[index].kind }

  /// Whether it is `null`.
  public var isNull: Bool { kind == .null }

  /// Where the value begins in the document, in bytes.
  public var offset: Int { Int(tape.entries[index].start) }

  /// The value as written: an object from brace to brace, a string with its quotes and escapes.
  public var bytes: ArraySlice<UInt8> { tape.slice(index) }

  /// Where the value is in the document, as a JSONPath: `$.request.userAttributes.sub`, `$.list[2]["a key"]`.
  ///
  /// Found by a walk from the root, so meant for errors. Keys of over 64 characters are cut.
  public var path: String { tape.path(to: index) }

  func expect(_ expected: JSONKind) throws(JSONError) {
    guard kind == expected else { throw error(.typeMismatch(expected: expected, found: kind)) }
  }

  func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason, path: path, offset: offset)
  }
}
