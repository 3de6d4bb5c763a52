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

  /// The index of the value of the member of the object at `index` whose key is `key`, code unit by code unit: what Unicode calls
  /// canonically equivalent differs, and a key that is not Unicode is nobody's. The last one's if there are several.
  func lastMember(_ key: String, ofObjectAt index: Int) -> Int? {
    let key = key.utf8.span
    let end = Int(entries[index].next)
    var member = index + 1
    var found: Int?
    while member < end {
      if isKey(member, of: key.count, where: { key.isEqual(to: $0) }) { found = member + 1 }
      member = Int(entries[member + 1].next)
    }
    return found
  }

  /// The same for the first one whose key differs from `key` in the case of ASCII's letters at most.
  func firstMember(ignoringASCIICase key: String, ofObjectAt index: Int) -> Int? {
    let key = key.utf8.span
    let end = Int(entries[index].next)
    var member = index + 1
    while member < end {
      if isKey(member, of: key.count, where: { key.isEqual(to: $0, ignoringASCIICase: true) }) { return member + 1 }
      member = Int(entries[member + 1].next)
    }
    return nil
  }

  /// Whether the key at `index` has so many bytes and is wanted. Most are of another length, and not looked at.
  @inline(__always)
  private func isKey(_ index: Int, of count: Int, where isWanted: (Span<UInt8>) -> Bool) -> Bool {
    let entry = entries[index]
    if entry.hasEscapes { return entry.isUnicode && isWanted(text(index).utf8.span) }
    guard Int(entry.end - entry.start) == count + 2 else { return false }
    let bytes = self.bytes
    return isWanted(bytes.span.extracting(Int(entry.start) + 1..<Int(entry.end) - 1))
  }
}

extension Span<UInt8> {
  @inline(__always)
  fileprivate func isEqual(to other: Span<UInt8>, ignoringASCIICase: Bool = false) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] {
      guard ignoringASCIICase, self[index].asciiLowercased == other[index].asciiLowercased else { return false }
    }
    return true
  }
}

extension UInt8 {
  fileprivate var asciiLowercased: UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self
  }
}
