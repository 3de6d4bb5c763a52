extension JSONValue {
  /// The value of a member, or nil if there is none or this is no object. If the key occurs more than once, the last one's.
  public subscript(_ key: String) -> JSONValue? {
    guard kind == .object else { return nil }
    return tape.lastMember(key, ofObjectAt: index).map { JSONValue(tape: tape, index: $0) }
  }

  /// The value of a member that has to be there; it may be `null`. If the key occurs more than once, the last one's.
  ///
  /// - Throws: ``JSONError/Reason/missing(key:)``, or a type mismatch if this is no object.
  public func member(_ key: String) throws(JSONError) -> JSONValue {
    try expect(.object)
    guard let member = self[key] else {
      throw JSONError(.missing(key: key), path: path + JSONTape.selector(key), offset: offset)
    }
    return member
  }

  /// The value of the first member whose key differs from `key` in the case of ASCII's letters at most, as HTTP compares the names
  /// of headers; nil if there is none or this is no object.
  package func firstMember(ignoringASCIICase key: String) -> JSONValue? {
    guard kind == .object else { return nil }
    return tape.firstMember(ignoringASCIICase: key, ofObjectAt: index).map { JSONValue(tape: tape, index: $0) }
  }

  /// Throws a type mismatch if this is no object, or that of its first member of another kind than `expected`.
  package func expectMembers(_ expected: JSONKind) throws(JSONError) {
    try expect(.object)
    let end = Int(tape.entries[index].next)
    var member = index + 1
    while member < end {
      try JSONValue(tape: tape, index: member + 1).expect(expected)
      member = Int(tape.entries[member + 1].next)
    }
  }

  /// The members of an object in the order in which they are written, those of equal keys included. A key that is not Unicode has
  /// U+FFFD for each half of a surrogate pair.
  ///
  /// An error that is thrown while reading such a value has its key in the path, and so in its description.
  ///
  /// - Throws: A type mismatch if this is no object.
  public func members() throws(JSONError) -> JSONMembers {
    try expect(.object)
    return JSONMembers(object: self)
  }

  /// The elements of an array.
  ///
  /// - Throws: A type mismatch if this is no array.
  public func elements() throws(JSONError) -> JSONElements {
    try expect(.array)
    return JSONElements(array: self)
  }
}

/// The members of an object, see ``JSONValue/members()``.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
  private let tape: JSONTape
  private let end: Int
  private var position: Int

  init(object: JSONValue) {
    tape = object.tape
    end = Int(tape.entries[object.index].next)
    position = object.index + 1
  }

  /// The next member, or nil.
  public mutating func next() -> (key: String, value: JSONValue)? {
    guard position < end else { return nil }
    let value = JSONValue(tape: tape, index: position + 1)
    defer { position = Int(tape.entries[value.index].next) }
    return (tape.text(position), value)
  }
}

/// The elements of an array, see ``JSONValue/elements()``.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
  private let tape: JSONTape
  private let end: Int
  private var position: Int

  init(array: JSONValue) {
    tape = array.tape
    end = Int(tape.entries[array.index].next)
    position = array.index + 1
  }

  /// The next element, or nil.
  public mutating func next() -> JSONValue? {
    guard position < end else { return nil }
    defer { position = Int(tape.entries[position].next) }
    return JSONValue(tape: tape, index: position)
  }
}
