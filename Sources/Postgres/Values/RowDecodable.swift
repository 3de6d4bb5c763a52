/// A type that a row's value can be read as.
public protocol RowDecodable {
  /// Reads a value that is not NULL, in PostgreSQL's binary format.
  ///
  /// - Parameters:
  ///   - bytes: The value, valid only during the call.
  ///   - type: The column's type.
  /// - Returns: nil where the column's type is another one, or the value does not fit.
  init?(postgres bytes: Span<UInt8>, type: TypeID)
}

extension String: RowDecodable {
  /// Reads text, varchar, char, name, json, jsonb and untyped literals.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    switch type {
    case .text, .varchar, .bpchar, .name, .json, .unknown:
      self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    case .jsonb:
      // jsonb's binary format is the number of its version, 1, and the text.
      guard !bytes.isEmpty, bytes[0] == 1 else { return nil }
      self = bytes.extracting(1...).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    default: return nil
    }
  }
}

extension Bool: RowDecodable {
  /// Reads bool.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    guard type == .bool, bytes.count == 1 else { return nil }
    self = bytes[0] != 0
  }
}

extension Int: RowDecodable {
  /// Reads int2, int4 and int8.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    switch type {
    case .int2 where bytes.count == 2: self = Int(Int16(truncatingIfNeeded: bytes.bigEndian))
    case .int4 where bytes.count == 4: self = Int(Int32(truncatingIfNeeded: bytes.bigEndian))
    case .int8 where bytes.count == 8: self = Int(truncatingIfNeeded: bytes.bigEndian)
    default: return nil
    }
  }
}

extension Double: RowDecodable {
  /// Reads float4 and float8.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    switch type {
    case .float4 where bytes.count == 4: self = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bytes.bigEndian)))
    case .float8 where bytes.count == 8: self = Double(bitPattern: bytes.bigEndian)
    default: return nil
    }
  }
}

extension UUID: RowDecodable {
  /// Reads uuid.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    guard type == .uuid, bytes.count == 16 else { return nil }
    self.init(high: bytes.extracting(..<8).bigEndian, low: bytes.extracting(8...).bigEndian)
  }
}

extension Timestamp: RowDecodable {
  /// Reads timestamptz, but for infinity. A timestamp without a zone names no moment and is not read.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    guard type == .timestamptz, bytes.count == 8 else { return nil }
    self.init(microsecondsSince2000: Int64(bitPattern: bytes.bigEndian))
  }
}

extension [UInt8]: RowDecodable {
  /// Reads bytea; json and text, too, as their UTF-8.
  public init?(postgres bytes: Span<UInt8>, type: TypeID) {
    switch type {
    case .bytea, .json, .text: self = bytes.withUnsafeBufferPointer { [UInt8]($0) }
    default: return nil
    }
  }
}

extension Span<UInt8> {
  /// The bytes, eight at the most, as a number.
  fileprivate var bigEndian: UInt64 {
    var number: UInt64 = 0
    for index in indices { number = number << 8 | UInt64(self[index]) }
    return number
  }
}
