// Binary formats are those of the types' send functions, for example
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/jsonb.c (jsonb_send).

extension String: ColumnDecodable {
  /// Reads `text`, `varchar`, `char(n)`, `name`, `json`, `jsonb`, `xml`, `"char"` and `unknown`, and of the types that are
  /// not built in those that are sent as their text: `citext` and enums. Another type can be cast to `text` in SQL.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    switch type {
    case .text, .varchar, .bpchar, .name, .json, .xml, .unknown: try self.init(validating: bytes)
    case .jsonb: try self.init(validating: bytes.extracting(droppingFirst: try bytes.jsonbHeaderLength()))
    case .char:
      let byte = try bytes.bigEndian(as: UInt8.self)
      guard byte < 0x80 else { throw .outOfRange }
      self = byte == 0 ? "" : String(UnicodeScalar(byte))
    case _ where type.isDefinedInDatabase && bytes.isLikeText: try self.init(validating: bytes)
    default: throw .typeMismatch
    }
  }

  private init(validating bytes: RawSpan) throws(ColumnDecodingError) {
    guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else { throw .malformed }
    self = text
  }
}

extension RawSpan {
  /// Whether it can be a text, and cannot be anything else that begins with an integer, flags or a version: composites,
  /// ranges, arrays, `hstore`, `ltree`, PostGIS's geometries. Those hold a zero, which PostgreSQL's text never does, or begin
  /// with a control character, which no text does that anybody means.
  fileprivate var isLikeText: Bool {
    withUnsafeBytes { bytes in
      guard let first = bytes.first else { return true }
      return (first >= 0x20 || (0x09...0x0D).contains(first)) && !bytes.contains(0)
    }
  }
}

extension Bool: ColumnDecodable {
  /// Reads `boolean`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .bool else { throw .typeMismatch }
    self = try bytes.bigEndian(as: UInt8.self) != 0
  }
}

extension Int: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension Int8: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension Int16: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension Int32: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension Int64: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension UInt: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension UInt16: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension UInt32: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension UInt64: ColumnDecodable {
  /// Reads `smallint`, `integer`, `bigint` and `oid`, as far as the value fits.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    try self.init(decodingInteger: bytes, of: type)
  }
}

extension FixedWidthInteger {
  fileprivate init(decodingInteger bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    let value: Self? =
      switch type {
      case .int2: Self(exactly: try bytes.bigEndian(as: Int16.self))
      case .int4: Self(exactly: try bytes.bigEndian(as: Int32.self))
      case .int8: Self(exactly: try bytes.bigEndian(as: Int64.self))
      case .oid: Self(exactly: try bytes.bigEndian(as: UInt32.self))
      default: throw .typeMismatch
      }
    guard let value else { throw .outOfRange }
    self = value
  }
}

extension Float: ColumnDecodable {
  /// Reads `real`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .float4 else { throw .typeMismatch }
    self = Float(bitPattern: try bytes.bigEndian())
  }
}

extension Double: ColumnDecodable {
  /// Reads `real` and `double precision`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    switch type {
    case .float4: self = Double(Float(bitPattern: try bytes.bigEndian(as: UInt32.self)))
    case .float8: self = Double(bitPattern: try bytes.bigEndian(as: UInt64.self))
    default: throw .typeMismatch
    }
  }
}

extension UUID: ColumnDecodable {
  /// Reads `uuid`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .uuid else { throw .typeMismatch }
    let value = try bytes.bigEndian(as: UInt128.self)
    self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
  }
}

extension Timestamp: ColumnDecodable {
  /// Reads `timestamptz`, and `timestamp` as a time in UTC. Neither infinity is an instant: both throw
  /// ``ColumnDecodingError/outOfRange``.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .timestamptz || type == .timestamp else { throw .typeMismatch }
    let microseconds = try bytes.bigEndian(as: Int64.self)
    let (sinceEpoch, overflow) = microseconds.addingReportingOverflow(Self.postgresEpoch)
    guard microseconds != .min, !overflow else { throw .outOfRange }
    self.init(microsecondsSinceEpoch: sinceEpoch)
  }
}

extension UInt8: ColumnDecodable {
  /// Reads `"char"`, and `smallint`, `integer`, `bigint` and `oid` from 0 to 255.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    self = type == .char ? try bytes.bigEndian() : try Self(decodingInteger: bytes, of: type)
  }

  /// Reads `bytea`, and `json` and `jsonb` as UTF-8.
  public static func decode(array bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) -> [UInt8] {
    var array: [UInt8] = []
    try append(array: bytes, of: type, to: &array)
    return array
  }

  /// Reads the same behind what is there already.
  static func append(array bytes: RawSpan, of type: DataType, to array: inout [UInt8]) throws(ColumnDecodingError) {
    let headerLength =
      switch type {
      case .bytea, .json: 0
      case .jsonb: try bytes.jsonbHeaderLength()
      default: throw .typeMismatch
      }
    bytes.extracting(droppingFirst: headerLength).withUnsafeBytes { array.append(contentsOf: $0) }
  }
}

extension RawSpan {
  /// The length of what precedes the text of a `jsonb`: the format's version, of which there has only been the first.
  fileprivate func jsonbHeaderLength() throws(ColumnDecodingError) -> Int {
    guard byteCount > 0, unsafeLoad(as: UInt8.self) == 1 else { throw .malformed }
    return 1
  }
}
