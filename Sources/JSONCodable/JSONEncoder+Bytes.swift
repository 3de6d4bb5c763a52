public import FoundationEssentials

extension JSONEncoder {
  /// The bytes of a value as JSON, by this encoder's strategies: to send, or for ``JSONObjectWriter/addRaw(_:_:)``.
  ///
  /// - Throws: What Foundation and the type throw: an `EncodingError` for a `Double` that is not finite, unless a
  ///   strategy says more.
  public func encodeBytes(_ value: some Encodable) throws -> [UInt8] {
    [UInt8](try encode(value))
  }
}
