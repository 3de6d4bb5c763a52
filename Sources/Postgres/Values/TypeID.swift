/// The object id of a PostgreSQL type.
///
/// Source: `SELECT oid, typname FROM pg_type`, the same on every server for the types that PostgreSQL brings along.
public struct TypeID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The object id.
  public let rawValue: UInt32

  /// Takes any object id.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The object id's digits.
  public var description: String { String(rawValue) }

  /// Left to the server, which infers it from where the parameter stands.
  static let inferred = TypeID(rawValue: 0)
  static let bool = TypeID(rawValue: 16)
  static let bytea = TypeID(rawValue: 17)
  static let name = TypeID(rawValue: 19)
  static let int8 = TypeID(rawValue: 20)
  static let int2 = TypeID(rawValue: 21)
  static let int4 = TypeID(rawValue: 23)
  static let text = TypeID(rawValue: 25)
  static let json = TypeID(rawValue: 114)
  static let float4 = TypeID(rawValue: 700)
  static let float8 = TypeID(rawValue: 701)
  static let unknown = TypeID(rawValue: 705)
  static let bpchar = TypeID(rawValue: 1042)
  static let varchar = TypeID(rawValue: 1043)
  static let timestamp = TypeID(rawValue: 1114)
  static let timestamptz = TypeID(rawValue: 1184)
  static let uuid = TypeID(rawValue: 2950)
  static let jsonb = TypeID(rawValue: 3802)
}
