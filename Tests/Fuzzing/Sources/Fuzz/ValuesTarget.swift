@testable import Postgres

/// Values as a server sends them: two bytes of a type's identifier, then the value. Each is read as every type that can be
/// read. What was read can be sent, and is read again as the same.
enum ValuesTarget {
  /// What can be a column and a parameter.
  typealias Value = ColumnDecodable & ParameterEncodable

  /// All that can.
  static let types: [any Value.Type] = [
    String.self, Bool.self, Int.self, Int8.self, Int16.self, Int32.self, Int64.self, UInt.self, UInt8.self, UInt16.self,
    UInt32.self, UInt64.self, Float.self, Double.self, UUID.self, Timestamp.self, [UInt8].self, [Int].self, [Int?].self,
    [String].self, [String?].self, [Bool].self, [Double?].self, [UUID].self, [Timestamp?].self, [[UInt8]].self,
    [[Int]].self, BigDecimal.self, Interval.self, LocalDate.self, LocalTime.self, LocalDateTime.self,
    NetworkAddress.self, [BigDecimal?].self, [LocalDate].self,
  ]

  static func run(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let type = DataType(rawValue: UInt32(input.byte()) << 8 | UInt32(input.byte()))
    check(type.description.isOneLine, "a type's name is one line")
    let bytes = input.remaining()
    for value in types { checkReading(bytes, type, as: value) }
  }

  private static func checkReading<Value: ColumnDecodable & ParameterEncodable>(
    _ bytes: [UInt8], _ type: DataType, as: Value.Type
  ) {
    guard let value = decoded(bytes, type, as: Value.self) else { return }
    _ = "\(value)"
    // What is left to the server is sent as text, which it does not send itself, but for text.
    guard let sent = encoded(value), Value.format == .binary || Value.self == String.self else { return }
    let sentType = Value.dataType == .inferred ? DataType.text : Value.dataType
    guard let again = decoded(sent, sentType, as: Value.self) else {
      return check(false, "what is sent can be read: \(value) of \(type)")
    }
    check(encoded(again) == sent, "what is sent is read as it was: \(value), \(again)")
  }

  private static func decoded<Value: ColumnDecodable>(
    _ bytes: [UInt8], _ type: DataType, as: Value.Type
  ) -> Value? {
    // The bytes are memory of their own, so that whoever reads beyond their end is found out.
    bytes.withUnsafeBytes { try? Value(decoding: RawSpan(_unsafeBytes: $0), of: type) }
  }

  /// Nil where the value cannot be sent: text with U+0000, say.
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
