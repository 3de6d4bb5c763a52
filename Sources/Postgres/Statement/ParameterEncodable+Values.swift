import Glibc

// Binary formats are those of the types' receive functions, for example
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/timestamp.c (timestamptz_recv).

extension String: ParameterEncodable {
  /// Inferred, so that text can be given for a column of any type.
  public static var dataType: DataType { .inferred }

  /// Appends the UTF-8 bytes. Throws ``ParameterError/nulCharacter`` for text that holds U+0000.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    var text = self
    let hasNUL = text.withUTF8 { utf8 in
      buffer.append(contentsOf: utf8)
      return utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
    }
    if hasNUL { throw .nulCharacter }
  }
}

extension Bool: ParameterEncodable {
  /// `boolean`
  public static var dataType: DataType { .bool }

  /// Appends one byte.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(UInt8(self ? 1 : 0))
  }
}

extension Int: ParameterEncodable {
  /// `bigint`, which PostgreSQL compares with and assigns to the smaller integers.
  public static var dataType: DataType { .int8 }

  /// Appends eight bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(Int64(self))
  }
}

extension Int8: ParameterEncodable {
  /// `smallint`
  public static var dataType: DataType { .int2 }

  /// Appends two bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(Int16(self))
  }
}

extension Int16: ParameterEncodable {
  /// `smallint`
  public static var dataType: DataType { .int2 }

  /// Appends two bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(self)
  }
}

extension Int32: ParameterEncodable {
  /// `integer`
  public static var dataType: DataType { .int4 }

  /// Appends four bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(self)
  }
}

extension Int64: ParameterEncodable {
  /// `bigint`
  public static var dataType: DataType { .int8 }

  /// Appends eight bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(self)
  }
}

extension UInt16: ParameterEncodable {
  /// `integer`
  public static var dataType: DataType { .int4 }

  /// Appends four bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(Int32(self))
  }
}

extension UInt32: ParameterEncodable {
  /// `bigint`
  public static var dataType: DataType { .int8 }

  /// Appends eight bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(Int64(self))
  }
}

extension UInt: ParameterEncodable {
  /// `bigint`
  public static var dataType: DataType { .int8 }

  /// Appends eight bytes. Throws ``ParameterError/outOfRange`` for a number that a `bigint` cannot be.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    guard let integer = Int64(exactly: self) else { throw .outOfRange }
    buffer.append(integer)
  }
}

extension UInt64: ParameterEncodable {
  /// `bigint`
  public static var dataType: DataType { .int8 }

  /// Appends eight bytes. Throws ``ParameterError/outOfRange`` for a number that a `bigint` cannot be.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    guard let integer = Int64(exactly: self) else { throw .outOfRange }
    buffer.append(integer)
  }
}

extension Float: ParameterEncodable {
  /// `real`
  public static var dataType: DataType { .float4 }

  /// Appends the IEEE 754 bit pattern.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(bitPattern)
  }
}

extension Double: ParameterEncodable {
  /// `double precision`
  public static var dataType: DataType { .float8 }

  /// Appends the IEEE 754 bit pattern.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(bitPattern)
  }
}

extension UUID: ParameterEncodable {
  /// `uuid`
  public static var dataType: DataType { .uuid }

  /// Appends the 16 bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(high)
    buffer.append(low)
  }
}

extension Timestamp: ParameterEncodable {
  /// `timestamp with time zone`
  public static var dataType: DataType { .timestamptz }

  /// Microseconds from 1970-01-01 to 2000-01-01, the day that PostgreSQL counts from.
  static let postgresEpoch: Int64 = 946_684_800_000_000

  /// Appends the microseconds since 2000. Throws ``ParameterError/outOfRange`` for an instant that PostgreSQL would
  /// take for an infinity, or that does not fit.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    let (microseconds, overflow) = microsecondsSinceEpoch.subtractingReportingOverflow(Self.postgresEpoch)
    guard !overflow, microseconds != .min else { throw .outOfRange }
    buffer.append(microseconds)
  }
}

extension UInt8: ParameterEncodable {
  /// `smallint`
  public static var dataType: DataType { .int2 }

  /// Appends two bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(Int16(self))
  }

  /// `bytea`
  public static var arrayType: DataType { .bytea }

  /// Appends the bytes of a `bytea`.
  public static func encode(array: [UInt8], into buffer: inout ParameterBuffer) {
    buffer.append(contentsOf: array)
  }
}
