extension JSONError: CustomStringConvertible {
  /// One sentence that is safe to show: it has no value of the document in it and, if the document is not JSON, no key either.
  public var description: String {
    isSyntaxError ? "invalid JSON at byte \(offset): \(sentence)" : "\(path) \(sentence) (byte \(offset))"
  }

  private var sentence: String {
    switch reason {
    case .unexpectedEnd: "it ends too early"
    case .unexpectedByte(let expected): "expected \(expected.rawValue)"
    case .byteOrderMark: "it begins with a byte order mark"
    case .invalidUTF8: "a string is not UTF-8"
    case .loneSurrogate: "an escape is half of a surrogate pair"
    case .controlCharacter: "a control character is not escaped"
    case .invalidEscape: "a backslash begins no escape"
    case .invalidNumber: "a number is malformed"
    case .tooDeep(let limit): "it is more than \(limit) levels deep"
    case .tooLarge(let limit): "it has more than \(limit) bytes"
    case .trailingContent: "something follows the value"
    case .typeMismatch(let expected, let found): "is of type \(found.rawValue), not \(expected.rawValue)"
    case .missing: "is missing"
    case .notAnInteger: "is not an integer"
    case .numberOutOfRange: "is out of range"
    case .notUnicode: "is not Unicode text: an escape is half of a surrogate pair"
    }
  }
}
