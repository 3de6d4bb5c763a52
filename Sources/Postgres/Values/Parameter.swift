/// A value bound to a statement: sent beside its text, never in it.
public struct Parameter: Sendable, Equatable {
  /// The type that the server is told.
  public let type: TypeID

  let content: Content

  enum Content: Sendable, Equatable {
    case null
    case text(String)
    case binary([UInt8])
    /// The lowest `count` bytes of a number.
    case number(UInt64, count: Int)
    case uuid(UUID)
    /// A value that PostgreSQL's type cannot hold, and why.
    case invalid(String)
  }

  init(type: TypeID, _ content: Content) {
    self.type = type
    self.content = content
  }
}

/// A type whose values can be bound to a statement.
public protocol ParameterConvertible: Sendable {
  /// The type that the server is told; with 0 it infers it from where the parameter stands.
  static var parameterType: TypeID { get }

  /// The value as it is sent.
  var parameter: Parameter { get }
}

extension String: ParameterConvertible {
  /// Left to the server: text may stand for an enumeration or a date, too.
  public static var parameterType: TypeID { .inferred }

  /// The text. One with a U+0000, which PostgreSQL cannot store, is refused when the statement is executed.
  public var parameter: Parameter { Parameter(type: .inferred, .text(self)) }
}

extension Bool: ParameterConvertible {
  /// bool.
  public static var parameterType: TypeID { .bool }

  /// One byte.
  public var parameter: Parameter { Parameter(type: .bool, .number(self ? 1 : 0, count: 1)) }
}

extension Int: ParameterConvertible {
  /// int8.
  public static var parameterType: TypeID { .int8 }

  /// Eight bytes.
  public var parameter: Parameter { Parameter(type: .int8, .number(UInt64(bitPattern: Int64(self)), count: 8)) }
}

extension Double: ParameterConvertible {
  /// float8.
  public static var parameterType: TypeID { .float8 }

  /// Eight bytes.
  public var parameter: Parameter { Parameter(type: .float8, .number(bitPattern, count: 8)) }
}

extension UUID: ParameterConvertible {
  /// uuid.
  public static var parameterType: TypeID { .uuid }

  /// Sixteen bytes.
  public var parameter: Parameter { Parameter(type: .uuid, .uuid(self)) }
}

extension Timestamp: ParameterConvertible {
  /// timestamptz.
  public static var parameterType: TypeID { .timestamptz }

  /// Microseconds since the beginning of the year 2000. One before 4714 BC, or so late that it would mean infinity, is refused when the statement is executed.
  public var parameter: Parameter {
    guard let microseconds = microsecondsSince2000 else {
      return Parameter(type: .timestamptz, .invalid("a timestamp is outside of what PostgreSQL can store"))
    }
    return Parameter(type: .timestamptz, .number(UInt64(bitPattern: microseconds), count: 8))
  }
}

extension [UInt8]: ParameterConvertible {
  /// bytea.
  public static var parameterType: TypeID { .bytea }

  /// The bytes.
  public var parameter: Parameter { Parameter(type: .bytea, .binary(self)) }
}
