/// A PostgreSQL data type, by its object identifier.
///
/// The identifiers of built-in types never change:
/// <https://www.postgresql.org/docs/current/datatype-oid.html> and the catalog
/// [pg_type](https://www.postgresql.org/docs/current/catalog-pg-type.html).
public struct DataType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The object identifier (OID).
  public let rawValue: UInt32

  /// Makes the type that has this object identifier.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// No type: the server infers a parameter's type from where it stands.
  public static let inferred = DataType(rawValue: 0)
  /// `boolean`
  public static let bool = DataType(rawValue: 16)
  /// `bytea`
  public static let bytea = DataType(rawValue: 17)
  /// `name`, the type of identifiers in the catalogs
  public static let name = DataType(rawValue: 19)
  /// `bigint`
  public static let int8 = DataType(rawValue: 20)
  /// `smallint`
  public static let int2 = DataType(rawValue: 21)
  /// `integer`
  public static let int4 = DataType(rawValue: 23)
  /// `text`
  public static let text = DataType(rawValue: 25)
  /// `json`
  public static let json = DataType(rawValue: 114)
  /// `real`
  public static let float4 = DataType(rawValue: 700)
  /// `double precision`
  public static let float8 = DataType(rawValue: 701)
  /// `unknown`, the type of a literal that nothing gave a type to
  public static let unknown = DataType(rawValue: 705)
  /// `character(n)`
  public static let bpchar = DataType(rawValue: 1042)
  /// `character varying`
  public static let varchar = DataType(rawValue: 1043)
  /// `timestamp without time zone`
  public static let timestamp = DataType(rawValue: 1114)
  /// `timestamp with time zone`
  public static let timestamptz = DataType(rawValue: 1184)
  /// `uuid`
  public static let uuid = DataType(rawValue: 2950)
  /// `jsonb`
  public static let jsonb = DataType(rawValue: 3802)

  /// `type` and the object identifier, which `SELECT 16::regtype` turns into a name.
  public var description: String { "type \(rawValue)" }
}
