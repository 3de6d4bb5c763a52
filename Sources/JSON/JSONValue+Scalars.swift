/// Each throws a ``JSONError/Reason/typeMismatch(expected:found:)`` if the value is of another kind; nothing is converted.
extension JSONValue {
  /// The text of a string, its escapes replaced.
  ///
  /// - Throws: ``JSONError/Reason/notUnicode`` too, where an escape is half of a surrogate pair.
  public func string() throws(JSONError) -> String {
    try expect(.string)
    guard tape.entries[index].isUnicode else { throw error(.notUnicode) }
    return tape.text(index)
  }

  /// `true` or `false`.
  public func bool() throws(JSONError) -> Bool {
    try expect(.bool)
    return bytes.first == UInt8(ascii: "t")
  }

  /// A number as written.
  public func numberText() throws(JSONError) -> String {
    try expect(.number)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A number that is written without fraction and exponent.
  ///
  /// - Throws: ``JSONError/Reason/notAnInteger`` for `1.0` and `1e3`, ``JSONError/Reason/numberOutOfRange`` beyond `Int`.
  public func integer() throws(JSONError) -> Int {
    let text = try numberText()
    guard !text.utf8.contains(where: { ".eE".utf8.contains($0) }) else { throw error(.notAnInteger) }
    guard let integer = Int(text) else { throw error(.numberOutOfRange) }
    return integer
  }

  /// The `Double` next to a number.
  ///
  /// - Throws: ``JSONError/Reason/numberOutOfRange`` if that is infinite. A number too small becomes zero.
  public func double() throws(JSONError) -> Double {
    guard let double = Double(try numberText()), double.isFinite else { throw error(.numberOutOfRange) }
    return double
  }
}
