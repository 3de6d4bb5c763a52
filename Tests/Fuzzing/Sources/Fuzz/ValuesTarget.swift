@testable import Postgres

/// Values as a server sends them, of a type that an input's first byte chooses: each is read as every type that can be read.
/// What was read can be sent, and is read again as the same.
enum ValuesTarget {
  static func run(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let type = types[Int(input.byte()) % types.count]
    let value = input.remaining()
    for reading in readings { reading(value, type) }
  }

  private static let types: [DataType] = [
    .bool, .bytea, .name, .int8, .int2, .int4, .text, .json, .float4, .float8, .unknown, .bpchar, .varchar, .timestamp,
    .timestamptz, .uuid, .jsonb, .inferred, DataType(rawValue: 100_000),
  ]

  private static let readings: [@Sendable ([UInt8], DataType) -> Void] = [
    reading(String.self), reading(Bool.self), reading(Int.self), reading(Double.self), reading(UUID.self),
    reading(Timestamp.self), reading([UInt8].self),
  ]

  private static func reading<Value: ColumnDecodable & ParameterEncodable>(
    _ type: Value.Type
  ) -> @Sendable ([UInt8], DataType) -> Void {
    { bytes, dataType in
      guard let value = decoded(bytes, dataType, as: Value.self) else { return }
      _ = "\(value)"
      guard let sent = encoded(value) else { return }
      // A parameter whose type is left to the server is text.
      let sentType = Value.dataType == .inferred ? DataType.text : Value.dataType
      guard let again = decoded(sent, sentType, as: Value.self) else {
        return check(false, "what is sent can be read: \(value) of \(dataType)")
      }
      check(encoded(again) == sent, "what is sent is read as it was: \(value), \(again)")
    }
  }

  private static func decoded<Value: ColumnDecodable>(
    _ bytes: [UInt8], _ type: DataType, as: Value.Type
  ) -> Value? {
    // A buffer of its own, so that whoever reads beyond its end is found out.
    bytes.withUnsafeBytes { try? Value(decoding: RawSpan(_unsafeBytes: $0), of: type) }
  }

  /// Nil where the value cannot be sent: text with U+0000.
  private static func encoded(_ value: some ParameterEncodable) -> [UInt8]? {
    var buffer = ParameterBuffer()
    do throws(ParameterError) {
      try value.encode(into: &buffer)
      return buffer.bytes
    } catch {
      return nil
    }
  }
}
