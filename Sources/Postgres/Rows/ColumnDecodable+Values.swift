// Binary formats are those of the types' send functions, for example
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/jsonb.c (jsonb_send).

extension String: ColumnDecodable {
  /// Reads `text`, `varchar`, `char(n)`, `name`, `json`, `jsonb` and `unknown`. Another type can be cast to `text` in SQL.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    let headerLength =
      switch type {
      case .text, .varchar, .bpchar, .name, .json, .unknown: 0
      case .jsonb: try bytes.jsonbHeaderLength()
      default: throw .typeMismatch
      }
    let text = bytes.withUnsafeBytes { String(validating: $0.dropFirst(headerLength), as: UTF8.self) }
    guard let text else { throw .malformed }
    self = text
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
  /// Reads `smallint`, `integer` and `bigint`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    switch type {
    case .int2: self = Int(try bytes.bigEndian(as: Int16.self))
    case .int4: self = Int(try bytes.bigEndian(as: Int32.self))
    case .int8:
      guard let value = Int(exactly: try bytes.bigEndian(as: Int64.self)) else { throw .outOfRange }
      self = value
    default: throw .typeMismatch
    }
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
    guard microseconds != .min, microseconds != .max, !overflow else { throw .outOfRange }
    self.init(microsecondsSinceEpoch: sinceEpoch)
  }
}

extension [UInt8]: ColumnDecodable {
  /// Reads `bytea`, and `json` and `jsonb` as UTF-8.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    let headerLength =
      switch type {
      case .bytea, .json: 0
      case .jsonb: try bytes.jsonbHeaderLength()
      default: throw .typeMismatch
      }
    self = bytes.withUnsafeBytes { [UInt8]($0.dropFirst(headerLength)) }
  }
}

extension RawSpan {
  /// The length of what precedes the text of a `jsonb`: the format's version, of which there has only been the first.
  fileprivate func jsonbHeaderLength() throws(ColumnDecodingError) -> Int {
    guard byteCount > 0, unsafeLoad(as: UInt8.self) == 1 else { throw .malformed }
    return 1
  }
}
