public import JSON

/// What Cognito sends to each trigger: the envelope, as a view of the event's JSON.
///
/// Source:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
public struct CognitoEvent: Sendable {
  /// The whole event.
  public let document: JSONDocument

  /// What made Cognito invoke the function.
  public let triggerSource: TriggerSource

  /// Reads the envelope.
  ///
  /// - Throws: ``EventError`` where there is no trigger source, or it is no string.
  public init(_ document: JSONDocument) throws(EventError) {
    triggerSource = TriggerSource(
      rawValue: try EventError.reading { () throws(JSONError) in try document.root.member("triggerSource").string() })
    self.document = document
  }

  /// The user's name in the pool: what they sign in with, a `sub`, or `Google_…` for a federated user.
  public var userName: String? { string(document.root["userName"]) }

  /// The user pool's id.
  public var userPoolID: String? { string(document.root["userPoolId"]) }

  /// The user pool's region.
  public var region: String? { string(document.root["region"]) }

  /// The app client's id.
  public var clientID: String? { string(document.root["callerContext"]?["clientId"]) }

  /// What the app passed along with its call, JSON's object or null; nil where it passed nothing.
  public var clientMetadata: JSONValue? { document.root["request"]?["clientMetadata"] }

  /// The user's attributes.
  ///
  /// - Throws: ``EventError`` where the event has none.
  public func userAttributes() throws(EventError) -> UserAttributes {
    try UserAttributes(
      EventError.reading { () throws(JSONError) in try document.root.member("request").member("userAttributes") })
  }

  private func string(_ value: JSONValue?) -> String? {
    value.flatMap { try? $0.string() }
  }
}

/// What the triggers read of `request`. A member that is null counts as absent, and one of another type is the event's
/// fault.
extension CognitoEvent {
  func requestMember(_ name: String) -> JSONValue? {
    document.root["request"]?[name].flatMap { $0.isNull ? nil : $0 }
  }

  func text(_ name: String) throws(JSONError) -> String? {
    try requestMember(name)?.string()
  }

  func requiredText(_ name: String) throws(JSONError) -> String {
    try document.root.member("request").member(name).string()
  }

  /// False where it is absent.
  func flag(_ name: String) throws(JSONError) -> Bool {
    try requestMember(name)?.bool() ?? false
  }

  /// Empty where it is absent.
  func texts(_ name: String) throws(JSONError) -> [String: String] {
    guard let members = try requestMember(name)?.members() else { return [:] }
    var texts: [String: String] = [:]
    for (key, value) in members where !value.isNull { texts[key] = try value.string() }
    return texts
  }

  /// The user's attributes where there may be none: it is a machine that signs in, or nobody of that name.
  func userAttributesIfAny() throws(EventError) -> UserAttributes {
    try requestMember("userAttributes").map { (value) throws(EventError) in try UserAttributes(value) }
      ?? UserAttributes()
  }
}

extension JSONValue {
  /// The texts of an array; none where there is no array.
  static func texts(_ array: JSONValue?) throws(JSONError) -> [String] {
    guard let array, !array.isNull else { return [] }
    var texts: [String] = []
    for element in try array.elements() { texts.append(try element.string()) }
    return texts
  }
}

extension JSONObjectWriter {
  /// Adds an object of texts, in the order of their keys.
  mutating func add(_ key: String, _ texts: [String: String]) {
    object(key) { for name in texts.keys.sorted() { $0.add(name, texts[name]) } }
  }

  /// Adds an array of texts.
  mutating func add(_ key: String, _ texts: [String]) {
    array(key) { for text in texts { $0.add(text) } }
  }
}

extension CognitoEvent {
  /// The response of a trigger that has nothing to say: the event's own bytes.
  public var unchanged: [UInt8] { document.bytes }

  /// The response of a trigger that has something to say: the event's own bytes, with what the closure writes in its
  /// `response`.
  ///
  /// A member that the event's `response` has already gets its new value where it stands; the others are kept, because
  /// Cognito has put there what holds if a trigger does not say otherwise.
  ///
  /// - Throws: What the closure throws; `JSONError` where it adds raw bytes that are not JSON.
  public func withResponse(_ response: (inout JSONObjectWriter) throws -> Void) throws -> [UInt8] {
    let object = try JSONWriter.object(response)
    let said = try JSONDocument(object, maximumDepth: .max).root
    var bytes = document.bytes
    guard let old = document.root["response"] else {
      // Cognito's events have a response; one that a person wrote without gets it at its end. There is a member before:
      // the trigger source.
      bytes.insert(contentsOf: Array(#","response":"#.utf8) + object, at: document.root.bytes.endIndex - 1)
      return bytes
    }
    guard old.kind == .object else {
      bytes.replaceSubrange(old.bytes.indices, with: object)
      return bytes
    }
    // From the end on, so that what is still to be changed stays where it is.
    bytes.insert(contentsOf: try old.members(toAddFrom: said), at: old.bytes.endIndex - 1)
    for value in try old.values(toReplaceFrom: said) {
      bytes.replaceSubrange(value.old.bytes.indices, with: value.new.bytes)
    }
    return bytes
  }
}

extension JSONValue {
  /// Those members of another object that this one lacks, as they can stand at this one's end.
  fileprivate func members(toAddFrom other: JSONValue) throws(JSONError) -> [UInt8] {
    let object = try JSONWriter.object { (writer) throws(JSONError) in
      for (key, value) in try other.members() where self[key] == nil { writer.add(key, value) }
    }
    let members = object.dropFirst().dropLast()
    var own = try self.members()
    return members.isEmpty || own.next() == nil ? Array(members) : [UInt8(ascii: ",")] + members
  }

  /// The values of this object of which another has a new one, the last first.
  fileprivate func values(
    toReplaceFrom other: JSONValue
  ) throws(JSONError) -> [(old: JSONValue, new: JSONValue)] {
    var values: [Int: (old: JSONValue, new: JSONValue)] = [:]
    for (key, new) in try other.members() {
      if let old = self[key] { values[old.offset] = (old, new) }
    }
    return values.values.sorted { $0.old.offset > $1.old.offset }
  }
}

/// What made Cognito invoke the function, such as `PostConfirmation_ConfirmSignUp`.
///
/// An open list: Cognito may send sources that are not named here. Source:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
public struct TriggerSource: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// Cognito's name for it.
  public let rawValue: String

  /// Takes any name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Cognito's name for it.
  public var description: String { rawValue }
}

extension TriggerSource {
  /// The name if it looks like one of Cognito's: whoever may invoke the function may put anything here, persons and
  /// pages of it, too.
  var forLog: String {
    let looksLikeCognitos = rawValue.utf8.count <= 128 && rawValue.utf8.allSatisfy(\.isLetterDigitOrUnderscore)
    return looksLikeCognitos ? rawValue : "(no name of Cognito's)"
  }
}

extension UInt8 {
  fileprivate var isLetterDigitOrUnderscore: Bool {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
