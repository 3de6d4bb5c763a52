import JSON

/// The value of a token's claim.
public indirect enum ClaimValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Text.
  case string(String)
  /// A whole number.
  case integer(Int)
  /// Any number; JSON has none for infinity, which becomes null.
  case number(Double)
  /// Yes or no.
  case boolean(Bool)
  /// Several values.
  case array([ClaimValue])
  /// Values with names, which are written in the names' order.
  case object([String: ClaimValue])

  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Yes or no.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// Several values.
  public init(arrayLiteral elements: ClaimValue...) { self = .array(elements) }
  /// Values with names; of equal names the last one counts.
  public init(dictionaryLiteral elements: (String, ClaimValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }

  var isString: Bool {
    if case .string = self { true } else { false }
  }

  func write(to object: inout JSONObjectWriter, _ name: String) {
    switch self {
    case .string(let text): object.add(name, text)
    case .integer(let number): object.add(name, number)
    case .number(let number): object.add(name, number)
    case .boolean(let flag): object.add(name, flag)
    case .array(let values): object.array(name) { for value in values { value.write(to: &$0) } }
    case .object(let values): object.object(name) { ClaimValue.write(values, to: &$0) }
    }
  }

  private func write(to array: inout JSONArrayWriter) {
    switch self {
    case .string(let text): array.add(text)
    case .integer(let number): array.add(number)
    case .number(let number): array.add(number)
    case .boolean(let flag): array.add(flag)
    case .array(let values): array.array { for value in values { value.write(to: &$0) } }
    case .object(let values): array.object { ClaimValue.write(values, to: &$0) }
    }
  }

  private static func write(_ values: [String: ClaimValue], to object: inout JSONObjectWriter) {
    for name in values.keys.sorted() { values[name]?.write(to: &object, name) }
  }
}
