public import JSON

/// The value of a user attribute. Cognito sends strings; its console's test events have booleans, too.
public enum AttributeValue: Hashable, Sendable {
  /// Text.
  case string(String)
  /// `true` or `false` as JSON's own.
  case boolean(Bool)
  /// A number as it was written.
  case number(String)
  /// JSON's null.
  case null
  /// An array or an object, which no attribute should be, as it was written.
  case structured([UInt8])

  /// Takes a value over from an event.
  ///
  /// - Throws: `JSONError` for a string that is not Unicode: half of a surrogate pair is in it.
  public init(_ value: JSONValue) throws(JSONError) {
    switch value.kind {
    case .string: self = .string(try value.string())
    case .bool: self = .boolean(try value.bool())
    case .number: self = .number(try value.numberText())
    case .null: self = .null
    case .array, .object: self = .structured(Array(value.bytes))
    }
  }
}
