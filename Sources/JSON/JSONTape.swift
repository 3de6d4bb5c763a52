/// A document's bytes and, in the order in which they begin, its values and keys.
///
/// The tree is flat: a container's entry is followed by those of its content, an object's content alternates between keys and
/// values, and `next` leads past a whole subtree. So reading allocates one array however deep the document is, a lookup passes
/// over a sibling in one step, and nothing that walks the tree needs a stack.
final class JSONTape: Sendable {
  /// A value or a key. Half the size that it would have with `Int`s, which is why a document is limited to `maximumLength`.
  struct Entry: BitwiseCopyable, Sendable {
    /// The offset of the first byte.
    var start: UInt32
    /// The offset after the last byte.
    var end: UInt32
    /// The index of the first entry after this one and its content. While the parser has a container open: the index of the
    /// container around it, see ``JSONParser``.
    var next: UInt32
    var kind: JSONKind
    /// Whether a string has a backslash in it.
    var hasEscapes = false
    /// Whether a string has no half of a surrogate pair as an escape, so that it can be decoded.
    var isUnicode = true
  }

  /// In bytes. There are never more entries than bytes, so that an entry's index fits wherever an offset does.
  static let maximumLength = Int(UInt32.max) - 1

  let bytes: [UInt8]
  let entries: [Entry]

  init(bytes: [UInt8], entries: [Entry]) {
    self.bytes = bytes
    self.entries = entries
  }

  /// The bytes of the entry at `index`, as written: a string's with its quotes.
  func slice(_ index: Int) -> ArraySlice<UInt8> {
    let entry = entries[index]
    return bytes[Int(entry.start)..<Int(entry.end)]
  }

  /// The text of the string or key at `index`, with U+FFFD for what is not Unicode.
  func text(_ index: Int) -> String {
    let entry = entries[index]
    let bytes = self.bytes  // A span must not outlive the access to a property of a class; a local lasts long enough.
    let content = bytes.span.extracting(Int(entry.start) + 1..<Int(entry.end) - 1)
    return entry.hasEscapes ? content.unescaped() : String(copying: UTF8Span(unchecked: content))
  }

  /// Whether the key at `index` is `key`, code unit by code unit: what Unicode calls canonically equivalent differs, and one that
  /// is not Unicode is nobody's.
  func isKey(_ index: Int, _ key: String) -> Bool {
    let entry = entries[index]
    if entry.hasEscapes { return entry.isUnicode && text(index).utf8.elementsEqual(key.utf8) }
    let wanted = key.utf8.span
    guard Int(entry.end - entry.start) == wanted.count + 2 else { return false }
    let bytes = self.bytes
    let written = bytes.span.extracting(Int(entry.start) + 1..<Int(entry.end) - 1)
    for i in wanted.indices where wanted[i] != written[i] { return false }
    return true
  }
}
