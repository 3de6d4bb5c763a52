// What reads PostgreSQL's binary formats, for the conformances of this module and for those of its users.

extension RawSpan {
  /// Reads an integer in network byte order that takes up the whole span. Throws ``ColumnDecodingError/malformed`` if
  /// it is not the whole.
  public func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type = Integer.self
  ) throws(ColumnDecodingError) -> Integer {
    guard byteCount == MemoryLayout<Integer>.size else { throw .malformed }
    return Integer(bigEndian: unsafeLoadUnaligned(as: type))
  }

  /// Reads an integer in network byte order from the span's beginning, and drops it there. Throws
  /// ``ColumnDecodingError/malformed`` if there is too little.
  public mutating func takeInteger<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type = Integer.self
  ) throws(ColumnDecodingError) -> Integer {
    guard byteCount >= MemoryLayout<Integer>.size else { throw .malformed }
    let integer = Integer(bigEndian: unsafeLoadUnaligned(as: type))
    self = extracting(droppingFirst: MemoryLayout<Integer>.size)
    return integer
  }

  /// Reads a field from the span's beginning as it stands in arrays, composites and ranges, and drops it there: its
  /// length in four bytes, -1 for NULL, and then its value. Throws ``ColumnDecodingError/malformed`` if there is too
  /// little.
  public mutating func takeField<Value: FieldDecodable>(
    as type: Value.Type = Value.self, of dataType: DataType
  ) throws(ColumnDecodingError) -> Value {
    let length = Int(try takeInteger(as: Int32.self))
    guard length != -1 else { return try Value.decode(field: nil, of: dataType) }
    guard (0...byteCount).contains(length) else { throw .malformed }
    let bytes = extracting(first: length)
    self = extracting(droppingFirst: length)
    return try Value.decode(field: bytes, of: dataType)
  }
}
