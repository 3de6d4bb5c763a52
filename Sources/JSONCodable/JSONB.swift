import FoundationEssentials
public import Postgres

/// A `Codable` value as a `jsonb` of PostgreSQL: a parameter, a column, or an element of an array of either.
///
/// ```swift
/// let address = Address(street: "Main Street", number: 1)
/// try await pool.execute("UPDATE people SET address = \(JSONB(address)) WHERE handle = \(handle)", until: deadline)
/// let addresses = try await pool.execute("SELECT address FROM people", until: deadline).decode(JSONB<Address>?.self)
/// ```
///
/// Foundation's coders write and read it, with their default strategies.
public struct JSONB<Value: Sendable>: Sendable {
  /// The value itself.
  public var value: Value

  /// Wraps a value.
  public init(_ value: Value) {
    self.value = value
  }
}

extension JSONB: Equatable where Value: Equatable {}
extension JSONB: Hashable where Value: Hashable {}

extension JSONB: FieldEncodable, ParameterEncodable where Value: Encodable {
  /// `jsonb`, which PostgreSQL assigns to `json` as well.
  public static var dataType: DataType { .jsonb }

  /// Appends the format's version and the JSON. Throws ``ParameterError/unencodable`` for a value that Foundation cannot
  /// encode, such as a `Double` that is not finite.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    let json: [UInt8]
    do {
      json = try JSONEncoder().encodeBytes(value)
    } catch {
      throw .unencodable
    }
    buffer.append(UInt8(1))
    buffer.append(contentsOf: json)
  }
}

extension JSONB: FieldDecodable, ColumnDecodable where Value: Decodable {
  /// Reads `jsonb` and `json`. Throws ``ColumnDecodingError/outOfRange`` for JSON that is no such value: what it is may be
  /// secret, so that nothing says more.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .jsonb || type == .json else { throw .typeMismatch }
    let json = try [UInt8](decoding: bytes, of: type)
    do {
      value = try JSONDecoder().decode(Value.self, from: Data(json))
    } catch {
      throw .outOfRange
    }
  }
}
