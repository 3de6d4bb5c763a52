public import FoundationEssentials
public import JSON

/// For those who want `Codable` more than speed: Foundation copies the bytes, parses them once more, and is linked.
extension JSONDecoder {
  /// Decodes a value of a document, by this decoder's strategies. If a key occurs more than once, the last one wins,
  /// here as there.
  ///
  /// - Throws: What Foundation and the type throw, a `DecodingError` as a rule. Unlike a ``JSONError`` it may describe
  ///   the document's data, and its coding path begins at `value`. Foundation reads 512 levels, however many the
  ///   document was allowed.
  public func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
    try decode(type, from: Data(value.bytesWithoutDuplicates))
  }

  /// Decodes a whole document, see ``decode(_:from:)``.
  public func decode<T: Decodable>(_ type: T.Type, from document: JSONDocument) throws -> T {
    try decode(type, from: document.root)
  }
}
