/// A value that a result's column can be read as.
///
/// The module's own conformances are `String`, `Bool`, the integers, `Float`, `Double`, ``BigDecimal``, ``UUID``,
/// ``Timestamp``, ``LocalDateTime``, ``LocalDate``, ``LocalTime``, ``Interval``, ``NetworkAddress``, and arrays of them; an
/// array of `UInt8` is the bytes of a `bytea`. A type with a raw value of these types need only name the protocol; another
/// best conforms by decoding one of these.
public protocol ColumnDecodable: FieldDecodable {
  /// Reads a value that is not NULL, in the type's binary format.
  init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError)
}

/// What a field may be read as, which is a column of a row or an element of an array: a ``ColumnDecodable`` type, or its
/// optional where the field may be NULL.
///
/// A type conforms by being ``ColumnDecodable``.
public protocol FieldDecodable {
  /// Reads a field, which is nil for NULL.
  static func decode(field bytes: RawSpan?, of type: DataType) throws(ColumnDecodingError) -> Self

  /// Reads an array whose elements are of this type, as `[Self]` does. It is a requirement so that an array of `UInt8`
  /// can be the bytes of a `bytea`.
  static func decode(array bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) -> [Self]
}

/// Why a field's value cannot be read.
public enum ColumnDecodingError: Error, Hashable {
  /// The field has a type that is never read so.
  case typeMismatch
  /// The field's type may be read so, but not this value.
  case outOfRange
  /// The bytes are not of the type's binary format.
  case malformed
  /// The field is NULL, and was not asked for as an optional.
  case null
  /// The array has a NULL in it, and its elements were not asked for as optionals.
  case nullElement
  /// The array has more than one dimension.
  case multidimensional
}

extension ColumnDecodable {
  /// Reads a field that may not be NULL.
  public static func decode(field bytes: RawSpan?, of type: DataType) throws(ColumnDecodingError) -> Self {
    guard let bytes else { throw .null }
    return try Self(decoding: bytes, of: type)
  }

  /// Reads an array that has no NULL.
  public static func decode(array bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) -> [Self] {
    try decode(elementsOf: bytes, of: type)
  }
}

extension Optional: FieldDecodable where Wrapped: ColumnDecodable {
  /// Reads a field, nil being NULL.
  public static func decode(field bytes: RawSpan?, of type: DataType) throws(ColumnDecodingError) -> Self {
    guard let bytes else { return nil }
    return try Wrapped(decoding: bytes, of: type)
  }

  /// Reads an array, each NULL in it being nil.
  public static func decode(array bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) -> [Self] {
    try decode(elementsOf: bytes, of: type)
  }
}

extension Array: FieldDecodable where Element: FieldDecodable {}

extension Array: ColumnDecodable where Element: FieldDecodable {
  /// Reads an array of one dimension, or none, which is empty; for elements of type `UInt8` a `bytea`.
  ///
  /// An array of more dimensions throws ``ColumnDecodingError/multidimensional``; a NULL in one whose elements are not
  /// optionals, ``ColumnDecodingError/nullElement``. Where the indices begin is not told.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    self = try Element.decode(array: bytes, of: type)
  }
}

extension FieldDecodable {
  /// Reads the elements of an array in the format of
  /// [array_send](https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/arrayfuncs.c).
  fileprivate static func decode(
    elementsOf bytes: RawSpan, of type: DataType
  ) throws(ColumnDecodingError) -> [Self] {
    // Arrays of types that are not built in have identifiers that nobody knows beforehand.
    guard !type.isBuiltInScalar else { throw .typeMismatch }
    var bytes = bytes
    let dimensions = try bytes.takeInteger(as: Int32.self)
    let hasNull = try bytes.takeInteger(as: Int32.self)
    let elementType = DataType(rawValue: try bytes.takeInteger(as: UInt32.self))
    guard (0...1).contains(hasNull), dimensions >= 0 else { throw .malformed }
    guard dimensions > 0 else {
      guard bytes.isEmpty else { throw .malformed }
      return []
    }
    guard dimensions == 1 else { throw .multidimensional }
    let count = Int(try bytes.takeInteger(as: Int32.self))
    _ = try bytes.takeInteger(as: Int32.self)  // The first element's index.
    // An element has at least its length, so that nobody can ask for more memory than what was sent takes.
    guard (0...bytes.byteCount / 4).contains(count) else { throw .malformed }
    var elements: [Self] = []
    elements.reserveCapacity(count)
    do throws(ColumnDecodingError) {
      for _ in 0..<count { elements.append(try bytes.takeField(as: Self.self, of: elementType)) }
    } catch {
      throw error == .null ? .nullElement : error
    }
    guard bytes.isEmpty else { throw .malformed }
    return elements
  }
}
