public import JSON

extension CognitoEvent {
  /// The answer of a trigger that has nothing to say: the event's own bytes.
  public var answer: [UInt8] { document.bytes }

  /// The answer of a trigger that has something to say: the event's own bytes, with what the closure writes in its `response`.
  ///
  /// A member that the event's `response` has already gets its new value where it stands; the others are kept, because Cognito
  /// has put there what holds if a trigger does not say otherwise.
  ///
  /// - Throws: `JSONError` where the closure adds raw bytes that are not JSON.
  public func answer(response: (inout JSONObjectWriter) -> Void) throws(JSONError) -> [UInt8] {
    let object = JSONWriter.object(response)
    let said = try JSONDocument(object, maximumDepth: .max).root
    var bytes = document.bytes
    guard let old = document.root["response"] else {
      // Cognito's events have a response; one that a person wrote without gets it at its end. There is a member before: the trigger source.
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
