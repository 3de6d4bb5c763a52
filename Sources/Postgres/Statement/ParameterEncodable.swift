/// A value that a ``Statement`` can take as a parameter.
///
/// The module's own conformances are `String`, `Bool`, the integers, `Float`, `Double`, ``BigDecimal``, ``UUID``,
/// ``Timestamp``, ``LocalDateTime``, ``LocalDate``, ``LocalTime``, ``Interval``, ``NetworkAddress``, and arrays of them and of
/// their optionals; an array of `UInt8` is the bytes of a `bytea`. Their optionals can be parameters, too, nil being NULL. A
/// type with a raw value of these types need only name the protocol; another best conforms by encoding one of these.
public protocol ParameterEncodable: FieldEncodable {
  /// The type that the parameter is declared to have, or ``DataType/inferred``.
  static var dataType: DataType { get }

  /// The format of what ``encode(into:)`` appends: by default text if the type is ``DataType/inferred``, otherwise binary.
  static var format: DataFormat { get }

  /// Appends the value in its type's ``format``.
  func encode(into buffer: inout ParameterBuffer) throws(ParameterError)
}

/// What can be an element of an array that is a parameter: a ``ParameterEncodable`` type, or its optional.
///
/// A type conforms by being ``ParameterEncodable``.
public protocol FieldEncodable: Sendable {
  /// The type that an array of these is declared to have, or ``DataType/inferred``.
  static var arrayType: DataType { get }

  /// The format of what ``encode(array:into:)`` appends.
  static var arrayFormat: DataFormat { get }

  /// Appends an array, as `[Self]` does. It is a requirement so that an array of `UInt8` can be the bytes of a `bytea`.
  static func encode(array: [Self], into buffer: inout ParameterBuffer) throws(ParameterError)
}

/// Either of the formats that PostgreSQL has for values:
/// <https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES>.
public enum DataFormat: Int32, Hashable, Sendable {
  /// What SQL has between quotes.
  case text = 0
  /// What the type's send and receive functions define.
  case binary = 1
}

/// Why a value cannot be a parameter.
public enum ParameterError: Error, Hashable {
  /// Text holds U+0000, which PostgreSQL cannot store.
  case nulCharacter
  /// The value has no representation in its PostgreSQL type.
  case outOfRange
  /// An array holds arrays.
  case multidimensional
  /// The value's own encoder refuses it.
  case unencodable
}

extension ParameterEncodable {
  /// Text if the type is ``DataType/inferred``, otherwise binary.
  public static var format: DataFormat { dataType == .inferred ? .text : .binary }

  /// The array of the type, inferred where nobody knows its identifier beforehand.
  public static var arrayType: DataType { dataType.array ?? .inferred }

  /// The element's.
  public static var arrayFormat: DataFormat { format }

  /// Appends an array in the element's format.
  public static func encode(array: [Self], into buffer: inout ParameterBuffer) throws(ParameterError) {
    try buffer.append(elements: array.lazy.map(Optional.some))
  }
}

extension Optional: FieldEncodable where Wrapped: ParameterEncodable {
  /// The array of the type, inferred where nobody knows its identifier beforehand.
  public static var arrayType: DataType { Wrapped.dataType.array ?? .inferred }

  /// The element's.
  public static var arrayFormat: DataFormat { Wrapped.format }

  /// Appends an array in the element's format, nil being NULL.
  public static func encode(array: [Self], into buffer: inout ParameterBuffer) throws(ParameterError) {
    try buffer.append(elements: array)
  }
}

extension Array: FieldEncodable where Element: FieldEncodable {
  /// Appends an array of arrays: only of `bytea`, as PostgreSQL has no array whose elements are arrays. Throws
  /// ``ParameterError/multidimensional`` for any other.
  public static func encode(array: [Self], into buffer: inout ParameterBuffer) throws(ParameterError) {
    guard dataType.array != nil else { throw .multidimensional }
    try buffer.append(elements: array.lazy.map(Optional.some))
  }
}

extension Array: ParameterEncodable where Element: FieldEncodable {
  /// The array of the element's type. It is inferred where the element's is, so that an array of text can be given for an
  /// array of any type; where nothing tells which, as for `unnest`, it has to be cast: `unnest(\(names)::text[])`.
  public static var dataType: DataType { Element.arrayType }

  /// The element's.
  public static var format: DataFormat { Element.arrayFormat }

  /// Appends the elements; for those of type `UInt8` as they are.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    try Element.encode(array: self, into: &buffer)
  }
}
