/// A type that can be a parameter and be read from a column.
///
/// A type with a raw value needs nothing else: it is sent and read as its raw value.
///
/// ```swift
/// enum Mood: String, PostgresCodable { case sad, glad }
/// ```
public typealias PostgresCodable = ParameterEncodable & ColumnDecodable

extension ParameterEncodable where Self: RawRepresentable, RawValue: ParameterEncodable {
  /// The raw value's.
  public static var dataType: DataType { RawValue.dataType }

  /// The raw value's.
  public static var format: DataFormat { RawValue.format }

  /// Appends the raw value.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    try rawValue.encode(into: &buffer)
  }
}

extension ColumnDecodable where Self: RawRepresentable, RawValue: ColumnDecodable {
  /// Reads the raw value. Throws ``ColumnDecodingError/outOfRange`` if there is none such.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard let value = Self(rawValue: try RawValue(decoding: bytes, of: type)) else { throw .outOfRange }
    self = value
  }
}
