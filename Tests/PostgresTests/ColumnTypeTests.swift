import Postgres
import Testing

/// Which types of PostgreSQL each type of Swift reads: none but those that it names.
@Suite struct ColumnTypeTests {
  private static let all: [DataType] = [
    .bool, .bytea, .char, .name, .int8, .int2, .int4, .text, .oid, .json, .xml, .cidr, .float4, .float8, .unknown,
    .macaddr, .inet, .bpchar, .varchar, .date, .time, .timestamp, .timestamptz, .interval, .numeric, .uuid, .jsonb,
    DataType(rawValue: 600),
  ]
  private static let integers: [DataType] = [.int2, .int4, .int8, .oid]

  private static var read: [(any ColumnDecodable.Type, [DataType])] {
    [
      (String.self, [.text, .varchar, .bpchar, .name, .json, .jsonb, .xml, .unknown, .char]),
      (Bool.self, [.bool]), (UInt8.self, integers + [.char]), (Int8.self, integers), (Int16.self, integers),
      (Int32.self, integers), (Int64.self, integers), (Int.self, integers), (UInt16.self, integers),
      (UInt32.self, integers), (UInt64.self, integers), (UInt.self, integers), (Float.self, [.float4]),
      (Double.self, [.float4, .float8]), (BigDecimal.self, [.numeric]), (UUID.self, [.uuid]),
      (Timestamp.self, [.timestamptz, .timestamp]), (LocalDateTime.self, [.timestamp]), (LocalDate.self, [.date]),
      (LocalTime.self, [.time]), (Interval.self, [.interval]), (NetworkAddress.self, [.inet, .cidr]),
      ([UInt8].self, [.bytea, .json, .jsonb]), ([Int].self, [DataType(rawValue: 600)]),
    ]
  }

  @Test func `A value of another type is a mismatch, whatever its bytes`() {
    for (type, dataTypes) in Self.read {
      for dataType in Self.all {
        for count in [0, 1, 2, 4, 8, 16] {
          let bytes = [UInt8](repeating: 0, count: count)
          #expect(isMismatch(bytes, dataType, as: type) == !dataTypes.contains(dataType), "\(dataType) as \(type)")
        }
      }
    }
  }

  private func isMismatch<Value: ColumnDecodable>(_ bytes: [UInt8], _ dataType: DataType, as type: Value.Type) -> Bool {
    do throws(ColumnDecodingError) {
      _ = try Value(decoding: bytes.span.bytes, of: dataType)
      return false
    } catch {
      return error == .typeMismatch
    }
  }
}
