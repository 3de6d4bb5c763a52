/// A value that a result's column can be read as.
///
/// The module's own conformances are `String`, `Bool`, `Int`, `Double`, ``UUID``, ``Timestamp`` and `[UInt8]`; a column
/// that may be NULL is read as one of their optionals.
public protocol ColumnDecodable {
  /// Reads a value that is not NULL, in the type's binary format.
  init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError)
}

/// Why a column's value cannot be read.
public enum ColumnDecodingError: Error, Hashable {
  /// The column has a type that is never read so.
  case typeMismatch
  /// The column's type may be read so, but not this value.
  case outOfRange
  /// The bytes are not of the type's binary format.
  case malformed
}

extension RawSpan {
  /// Reads an integer in network byte order that takes up the whole span.
  func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type
  ) throws(ColumnDecodingError) -> Integer {
    guard byteCount == MemoryLayout<Integer>.size else { throw .malformed }
    return Integer(bigEndian: unsafeLoadUnaligned(as: type))
  }
}
