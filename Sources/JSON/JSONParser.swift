/// Fills a tape from bytes in one pass, without recursion.
///
/// The tape is the parser's stack, too: the entry of an open container holds in `next` the index of the container around it, until
/// the bracket that closes it is seen.
struct JSONParser {
  private(set) var entries: [JSONTape.Entry] = []
  private let maximumDepth: Int
  private let maximumLength: Int
  private let loneSurrogates: JSONDocument.LoneSurrogates
  private var depth = 0
  /// The index of the innermost open container, if `depth` is over 0.
  private var container = 0
  /// Whether the parser stands where a value is or should be, rather than at a key or between values.
  private var isAtValue = false

  init(
    maximumDepth: Int, maximumLength: Int = JSONTape.maximumLength,
    loneSurrogates: JSONDocument.LoneSurrogates = .kept
  ) {
    self.maximumDepth = maximumDepth
    self.maximumLength = maximumLength
    self.loneSurrogates = loneSurrogates
  }

  mutating func parse(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    guard bytes.count <= maximumLength else {
      throw JSONSyntaxError(reason: .tooLarge(limit: maximumLength), offset: maximumLength)
    }
    guard !bytes.startsWithByteOrderMark else { throw JSONSyntaxError(reason: .byteOrderMark, offset: 0) }
    // Enough for an event not to grow it; little enough for a large body in one string.
    entries.reserveCapacity(min(bytes.count / 8, 1_000) + 1)

    var position = bytes.afterWhitespace(from: 0)
    repeat {
      position = try parseValue(bytes, from: position)
      position = try parseSeparator(bytes, from: position)
    } while depth > 0
    guard position == bytes.count else { throw JSONSyntaxError(reason: .trailingContent, offset: position) }
  }

  /// Reads a scalar or an empty container, or else opens containers up to their first scalar.
  private mutating func parseValue(_ bytes: Span<UInt8>, from start: Int) throws(JSONSyntaxError) -> Int {
    var position = start
    while true {
      isAtValue = true
      let first = try bytes.byte(at: position)
      guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
        position = try parseScalar(bytes, first, from: position)
        isAtValue = false
        return position
      }
      try open(first == UInt8(ascii: "{") ? .object : .array, at: position)
      isAtValue = false
      position = bytes.afterWhitespace(from: position + 1)
      if try bytes.byte(at: position) == closingBracket {
        closeContainer(at: position)
        return position + 1
      }
      if entries[container].kind == .object { position = try parseKey(bytes, from: position) }
    }
  }

  private mutating func parseScalar(
    _ bytes: Span<UInt8>, _ first: UInt8, from start: Int
  ) throws(JSONSyntaxError) -> Int {
    switch first {
    case UInt8(ascii: "\""):
      return try parseString(bytes, from: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return append(.number, start, try bytes.endOfNumber(from: start))
    case UInt8(ascii: "t"):
      return append(.bool, start, try bytes.endOfLiteral("true", from: start))
    case UInt8(ascii: "f"):
      return append(.bool, start, try bytes.endOfLiteral("false", from: start))
    case UInt8(ascii: "n"):
      return append(.null, start, try bytes.endOfLiteral("null", from: start))
    default:
      throw JSONSyntaxError(reason: .unexpectedByte(expected: .value), offset: start)
    }
  }

  /// Reads a string or key.
  @inline(__always)
  private mutating func parseString(_ bytes: Span<UInt8>, from start: Int) throws(JSONSyntaxError) -> Int {
    let end = bytes.endOfPlainText(from: start + 1)
    // Most are plain to their end.
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") { return append(.string, start, end + 1) }
    let string = try bytes.endOfString(from: end, loneSurrogates)
    return append(.string, start, string.end, hasEscapes: string.hasEscapes, isUnicode: string.isUnicode)
  }

  /// Goes on behind a value, closing the containers that end there: to the next value, or to where the root has ended.
  private mutating func parseSeparator(_ bytes: Span<UInt8>, from start: Int) throws(JSONSyntaxError) -> Int {
    var position = bytes.afterWhitespace(from: start)
    while depth > 0 {
      let byte = try bytes.byte(at: position)
      if byte == UInt8(ascii: ",") {
        position = bytes.afterWhitespace(from: position + 1)
        return entries[container].kind == .object ? try parseKey(bytes, from: position) : position
      }
      guard byte == closingBracket else {
        throw JSONSyntaxError(reason: .unexpectedByte(expected: .commaOrBracket), offset: position)
      }
      closeContainer(at: position)
      position = bytes.afterWhitespace(from: position + 1)
    }
    return position
  }

  /// Reads a key and its colon, and goes to its value.
  private mutating func parseKey(_ bytes: Span<UInt8>, from start: Int) throws(JSONSyntaxError) -> Int {
    guard try bytes.byte(at: start) == UInt8(ascii: "\"") else {
      throw JSONSyntaxError(reason: .unexpectedByte(expected: .key), offset: start)
    }
    let end = try parseString(bytes, from: start)
    let colon = bytes.afterWhitespace(from: end)
    guard try bytes.byte(at: colon) == UInt8(ascii: ":") else {
      throw JSONSyntaxError(reason: .unexpectedByte(expected: .colon), offset: colon)
    }
    return bytes.afterWhitespace(from: colon + 1)
  }
}

extension JSONParser {
  private var closingBracket: UInt8 {
    entries[container].kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
  }

  /// Adds an entry. The positions and the number of entries fit, because the document is not larger than ``JSONTape/maximumLength``.
  @discardableResult @inline(__always)
  private mutating func append(
    _ kind: JSONKind, _ start: Int, _ end: Int, hasEscapes: Bool = false, isUnicode: Bool = true
  ) -> Int {
    entries.append(
      JSONTape.Entry(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
        next: UInt32(truncatingIfNeeded: entries.count + 1), kind: kind, hasEscapes: hasEscapes, isUnicode: isUnicode))
    return end
  }

  private mutating func open(_ kind: JSONKind, at start: Int) throws(JSONSyntaxError) {
    guard depth < maximumDepth else {
      throw JSONSyntaxError(reason: .tooDeep(limit: maximumDepth), offset: start)
    }
    let around = UInt32(container)
    container = entries.count
    append(kind, start, start)
    entries[container].next = around
    depth += 1
  }

  private mutating func closeContainer(at position: Int) {
    let around = Int(entries[container].next)
    entries[container].end = UInt32(position + 1)
    entries[container].next = UInt32(entries.count)
    container = around
    depth -= 1
  }

  /// Makes the tape of a broken document whole as far as it goes.
  ///
  /// - Returns: The index of the value, the key or the container that the parser stands at.
  mutating func abandon(at position: Int) -> Int {
    let standing = isAtValue ? entries.count : container
    if isAtValue { append(.null, position, position) }
    while depth > 0 { closeContainer(at: position) }
    return standing
  }
}
