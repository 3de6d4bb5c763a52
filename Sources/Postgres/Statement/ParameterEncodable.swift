/// A value that a ``Statement`` can take as a parameter.
///
/// The module's own conformances are `String`, `Bool`, `Int`, `Double`, ``UUID``, ``Timestamp`` and `[UInt8]`; their
/// optionals can be parameters, too, nil being NULL. Another type best conforms by encoding one of these.
public protocol ParameterEncodable: Sendable {
  /// The type that the parameter is declared to have, or ``DataType/inferred``.
  static var dataType: DataType { get }

  /// Appends the value: as text for ``DataType/inferred``, else in the type's binary format.
  func encode(into buffer: inout ParameterBuffer) throws(ParameterError)
}

/// Why a value cannot be a parameter.
public enum ParameterError: Error, Hashable {
  /// Text holds U+0000, which PostgreSQL cannot store.
  case nulCharacter
  /// The value has no representation in its PostgreSQL type.
  case outOfRange
}

/// The bytes of a statement's parameters, one after the other.
public struct ParameterBuffer: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func reserveCapacity(_ count: Int) {
    bytes.reserveCapacity(count)
  }

  /// Appends bytes as they are.
  public mutating func append(contentsOf newBytes: some Collection<UInt8>) {
    bytes.append(contentsOf: newBytes)
  }

  /// Appends an integer in network byte order, as PostgreSQL's binary formats have it.
  public mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
