public import JSON

/// The attributes of a user, `request.userAttributes` of an event: a view of the event's JSON.
public struct UserAttributes: Sendable {
  private let object: JSONValue?

  /// No attributes: the request has none.
  init() {
    object = nil
  }

  /// - Throws: ``EventError`` where the value is not an object.
  init(_ value: JSONValue) throws(EventError) {
    guard value.kind == .object else {
      throw EventError(.unusable(path: value.path, requirement: "has to be an object"))
    }
    object = value
  }

  /// An attribute's value; nil where the user does not have it, or it is a string that is not Unicode: half of a
  /// surrogate pair is in it.
  public subscript(_ name: String) -> AttributeValue? {
    guard let value = object?[name] else { return nil }
    return try? AttributeValue(value)
  }

  /// An attribute that is text; nil where the user does not have it or it is something else, half of a surrogate pair
  /// included.
  public func string(_ name: String) -> String? {
    guard let value = object?[name], value.kind == .string else { return nil }
    return try? value.string()
  }

  /// An attribute that the event cannot be without.
  ///
  /// - Throws: ``EventError`` where it is absent, no string, or not Unicode.
  public func requiredString(_ name: String) throws(EventError) -> String {
    guard let object else {
      throw EventError(.unusable(path: "$.request.userAttributes", requirement: "is missing"))
    }
    return try EventError.reading { () throws(JSONError) in try object.member(name).string() }
  }
}

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
