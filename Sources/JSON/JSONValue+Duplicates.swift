extension JSONValue {
  /// The value as written, but for the members that a later one with the same key hides.
  ///
  /// For parsers with another opinion of duplicate keys, so that nobody can show one value to them and another to this module.
  /// Theirs are Swift's strings, of which those are equal that are canonically equivalent: the last of these is left, too.
  package var bytesWithoutDuplicates: [UInt8] {
    var bytes: [UInt8] = []
    var position = offset
    for range in hiddenMembers.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound >= position {
      bytes += tape.bytes[position..<range.lowerBound]
      position = range.upperBound
    }
    return bytes + tape.bytes[position..<self.bytes.endIndex]
  }

  /// Where they are: each from its key to the next one, for the last member of an object is never hidden.
  private var hiddenMembers: [Range<Int>] {
    var ranges: [Range<Int>] = []
    let entries = tape.entries
    for object in index..<Int(entries[index].next) where entries[object].kind == .object {
      var members: [String: Int] = [:]
      var member = object + 1
      while member < entries[object].next {
        // No lookup finds a key that is not Unicode, so none of them hides another.
        if entries[member].isUnicode, let hidden = members.updateValue(member, forKey: tape.text(member)) {
          let following = Int(entries[hidden + 1].next)
          ranges.append(Int(entries[hidden].start)..<Int(entries[following].start))
        }
        member = Int(entries[member + 1].next)
      }
    }
    return ranges
  }
}
