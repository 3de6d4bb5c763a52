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
  /// `"char"`, one byte, as the catalogs have it
  public static let char = DataType(rawValue: 18)
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
  /// `oid`, an object identifier
  public static let oid = DataType(rawValue: 26)
  /// `json`
  public static let json = DataType(rawValue: 114)
  /// `xml`
  public static let xml = DataType(rawValue: 142)
  /// `cidr`, a network
  public static let cidr = DataType(rawValue: 650)
  /// `real`
  public static let float4 = DataType(rawValue: 700)
  /// `double precision`
  public static let float8 = DataType(rawValue: 701)
  /// `unknown`, the type of a literal that nothing gave a type to
  public static let unknown = DataType(rawValue: 705)
  /// `macaddr`
  public static let macaddr = DataType(rawValue: 829)
  /// `inet`, an address in a network
  public static let inet = DataType(rawValue: 869)
  /// `character`, which is `char(n)`
  public static let bpchar = DataType(rawValue: 1042)
  /// `character varying`
  public static let varchar = DataType(rawValue: 1043)
  /// `date`
  public static let date = DataType(rawValue: 1082)
  /// `time without time zone`
  public static let time = DataType(rawValue: 1083)
  /// `timestamp without time zone`
  public static let timestamp = DataType(rawValue: 1114)
  /// `timestamp with time zone`
  public static let timestamptz = DataType(rawValue: 1184)
  /// `interval`
  public static let interval = DataType(rawValue: 1186)
  /// `numeric`
  public static let numeric = DataType(rawValue: 1700)
  /// `uuid`
  public static let uuid = DataType(rawValue: 2950)
  /// `jsonb`
  public static let jsonb = DataType(rawValue: 3802)

  /// The array of a type, where that is built in: `text[]` of `text`. Nil for a type that is an array itself.
  public var array: DataType? {
    Self.builtIn.first { $0.type == rawValue }.flatMap { $0.array }.map(DataType.init)
  }

  /// Whether it comes from `CREATE TYPE` or an extension, so that its identifier differs from database to database:
  /// <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/access/transam.h> (FirstNormalObjectId).
  var isDefinedInDatabase: Bool { rawValue >= 16_384 }

  /// Whether it is one of the types above, none of which is an array.
  var isBuiltInScalar: Bool { Self.builtIn.contains { $0.type == rawValue } }

  /// The type's name as `format_type` has it, `text[]`, or for one that is not known here `type` and the object identifier,
  /// which `SELECT 16::regtype` turns into a name.
  public var description: String {
    for (type, array, name) in Self.builtIn {
      if type == rawValue { return name }
      if array == rawValue { return name + "[]" }
    }
    return "type \(rawValue)"
  }

  private static let builtIn: [(type: UInt32, array: UInt32?, name: String)] = [
    (16, 1000, "boolean"),
    (17, 1001, "bytea"),
    (18, 1002, #""char""#),
    (19, 1003, "name"),
    (20, 1016, "bigint"),
    (21, 1005, "smallint"),
    (23, 1007, "integer"),
    (25, 1009, "text"),
    (26, 1028, "oid"),
    (114, 199, "json"),
    (142, 143, "xml"),
    (650, 651, "cidr"),
    (700, 1021, "real"),
    (701, 1022, "double precision"),
    (705, nil, "unknown"),
    (829, 1040, "macaddr"),
    (869, 1041, "inet"),
    (1042, 1014, "character"),
    (1043, 1015, "character varying"),
    (1082, 1182, "date"),
    (1083, 1183, "time without time zone"),
    (1114, 1115, "timestamp without time zone"),
    (1184, 1185, "timestamp with time zone"),
    (1186, 1187, "interval"),
    (1700, 1231, "numeric"),
    (2950, 2951, "uuid"),
    (3802, 3807, "jsonb"),
  ]
}
