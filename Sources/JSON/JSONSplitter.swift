/// Takes apart what is too large to be held: hands out the elements of an array, one by one, while its bytes come in.
///
/// The text is an object, and the array one of its members, such as `{"Users": [ … ], "NextToken": "…"}`. Any number of
/// such texts may follow one another.
///
///     var splitter = JSONSplitter(member: "Users")
///     while let bytes = try read() {
///       splitter.append(bytes)
///       while let piece = try splitter.next() { … }
///     }
///     try splitter.finish()
///
/// Each piece is a document of its own, checked as a whole. What is held is what was appended last, and the piece that has
/// not ended; the errors' paths and offsets are those of all that was appended.
public struct JSONSplitter: Sendable {
  /// What a text is taken apart into, in its order.
  public enum Piece: Sendable {
    /// An element of the array.
    case element(JSONDocument)
    /// Another member of the object, or the one that should be the array and is none. A key that is not Unicode is
    /// U+FFFD.
    case member(key: String, value: JSONDocument)
    /// The object has ended; whether it had the array.
    case end(hadArray: Bool)
  }

  /// What comes next.
  private enum State {
    case object, firstKey, key, colon, value, firstElement, element, afterElement, afterValue
  }

  private let arrayKey: String
  private let maximumLength: Int
  private var state = State.object
  private var key = ""
  private var elementCount = 0
  private var hadArray = false
  private var search: ValueSearch?

  private var buffer: [UInt8] = []
  /// How much of the buffer is done with.
  private var position = 0
  /// How much was done with before the buffer.
  private var dropped = 0

  /// Makes a splitter of the array that is the member `key`.
  ///
  /// - Parameters:
  ///   - key: The member's key.
  ///   - maximumLength: How many bytes an element, another member's value or a key may have: as much may be held.
  public init(member key: String, maximumLength: Int = 1 << 24) {
    arrayKey = key
    self.maximumLength = maximumLength
  }

  /// Takes bytes that follow those before; they may end anywhere.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    buffer.removeFirst(position)
    dropped += position
    search?.position -= position
    position = 0
    buffer.append(contentsOf: bytes)
  }

  /// The next piece; nil where more bytes are needed for it.
  ///
  /// - Throws: `JSONError`, after which there are no more pieces to be had.
  public mutating func next() throws(JSONError) -> Piece? {
    while true {
      position = buffer.span.afterWhitespace(from: position)
      guard position < buffer.count else { return nil }
      let byte = buffer[position]
      switch state {
      case .object: try begin(byte)
      case .firstKey where byte == UInt8(ascii: "}"), .afterValue where byte == UInt8(ascii: "}"):
        return endObject()
      case .firstKey, .key:
        guard byte == UInt8(ascii: "\"") else { throw error(.unexpectedByte(expected: .key)) }
        guard let document = try document() else { return nil }
        key = (try? document.root.string()) ?? "\u{FFFD}"
        state = .colon
      case .colon:
        try skip(UInt8(ascii: ":"), expected: .colon, state: .value)
      case .value where byte == UInt8(ascii: "[") && key.utf8.elementsEqual(arrayKey.utf8):
        position += 1
        (hadArray, elementCount, state) = (true, 0, .firstElement)
      case .value:
        guard let document = try document() else { return nil }
        state = .afterValue
        return .member(key: key, value: document)
      case .firstElement where byte == UInt8(ascii: "]"), .afterElement where byte == UInt8(ascii: "]"):
        position += 1
        state = .afterValue
      case .firstElement, .element:
        guard let document = try document() else { return nil }
        elementCount += 1
        state = .afterElement
        return .element(document)
      case .afterElement: try skip(UInt8(ascii: ","), expected: .commaOrBracket, state: .element)
      case .afterValue: try skip(UInt8(ascii: ","), expected: .commaOrBracket, state: .key)
      }
    }
  }

  /// Says that no more bytes will come. All pieces have to have been taken.
  ///
  /// - Throws: `JSONError` where a text has begun and not ended.
  public func finish() throws(JSONError) {
    guard state == .object, position == buffer.count else {
      throw JSONError(.unexpectedEnd, path: path, offset: dropped + buffer.count)
    }
  }
}

extension JSONSplitter {
  private mutating func begin(_ byte: UInt8) throws(JSONError) {
    let found: JSONKind
    switch byte {
    case UInt8(ascii: "{"): found = .object
    case UInt8(ascii: "["): found = .array
    case UInt8(ascii: "\""): found = .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): found = .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): found = .bool
    case UInt8(ascii: "n"): found = .null
    case 0xEF: throw error(.byteOrderMark)
    default: throw error(.unexpectedByte(expected: .value))
    }
    guard found == .object else { throw error(.typeMismatch(expected: .object, found: found)) }
    position += 1
    (hadArray, state) = (false, .firstKey)
  }

  private mutating func endObject() -> Piece {
    position += 1
    state = .object
    return .end(hadArray: hadArray)
  }

  private mutating func skip(
    _ byte: UInt8, expected: JSONError.Expectation, state next: State
  ) throws(JSONError) {
    guard buffer[position] == byte else { throw error(.unexpectedByte(expected: expected)) }
    position += 1
    state = next
  }

  /// The value that begins where we are, if all of it has come.
  private mutating func document() throws(JSONError) -> JSONDocument? {
    var search = search ?? ValueSearch(position: position)
    let end = search.end(in: buffer.span)
    guard (end ?? buffer.count) - position <= maximumLength else { throw error(.tooLarge(limit: maximumLength)) }
    self.search = end == nil ? search : nil
    guard let end else { return nil }
    guard end > position else { throw error(.unexpectedByte(expected: .value)) }
    do throws(JSONError) {
      let document = try JSONDocument(Array(buffer[position..<end]))
      position = end
      return document
    } catch {
      throw JSONError(error.reason, path: path + error.path.dropFirst(), offset: dropped + position + error.offset)
    }
  }

  private func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason, path: path, offset: dropped + position)
  }

  /// Where we are.
  private var path: String {
    switch state {
    case .object, .firstKey, .key, .afterValue: "$"
    case .colon, .value: "$" + JSONTape.selector(key)
    case .firstElement, .element, .afterElement: "$\(JSONTape.selector(arrayKey))[\(elementCount)]"
    }
  }
}

/// How far the search for the end of a value has come, so that no byte is looked at twice.
private struct ValueSearch {
  var position: Int
  private var depth = 0
  private var isInString = false

  init(position: Int) {
    self.position = position
  }

  /// The end of the value, nil where it has not come. Whatever is between the first byte and that is for the parser to
  /// judge.
  mutating func end(in bytes: Span<UInt8>) -> Int? {
    while position < bytes.count {
      if isInString {
        position = bytes.endOfPlainText(from: position)
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "\\"):
          // What the backslash escapes may be a quote: both, or neither.
          guard position + 1 < bytes.count else { return nil }
          position += 1
        case UInt8(ascii: "\""):
          isInString = false
          if depth == 0 { return position + 1 }
        default: break
        }
        position += 1
        continue
      }
      switch bytes[position] {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return position }
        depth -= 1
        if depth == 0 { return position + 1 }
      case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        UInt8(ascii: "\t"):
        if depth == 0 { return position }
      default: break
      }
      position += 1
    }
    return nil
  }
}
