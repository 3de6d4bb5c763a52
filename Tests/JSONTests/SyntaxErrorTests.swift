import Testing

@testable import JSON

/// What each kind of broken document is reported as: reason, byte offset, and the path of where the parser stood.
@Suite struct SyntaxErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var document: [UInt8]
    var error: JSONError
    var testDescription: String { String(document) }

    init(_ document: String, _ reason: JSONError.Reason, at offset: Int, _ path: String = "$") {
      self.init(Array(document.utf8), reason, at: offset, path)
    }

    init(_ document: [UInt8], _ reason: JSONError.Reason, at offset: Int, _ path: String = "$") {
      self.document = document
      error = JSONError(reason, path: path, offset: offset)
    }

    /// The document `["…"]` with `content` in the string.
    static func string(_ content: [UInt8], _ reason: JSONError.Reason, at offset: Int) -> Case {
      Case(Array("[\"".utf8) + content + Array("\"]".utf8), reason, at: offset, "$[0]")
    }
  }

  static let structure: [Case] = [
    Case("", .unexpectedEnd, at: 0),
    Case(" \n", .unexpectedEnd, at: 2),
    Case("[", .unexpectedEnd, at: 1),
    Case("{", .unexpectedEnd, at: 1),
    Case("[1", .unexpectedEnd, at: 2),
    Case("[1,", .unexpectedEnd, at: 3, "$[1]"),
    Case(#"{"a""#, .unexpectedEnd, at: 4),
    Case(#"{"a":"#, .unexpectedEnd, at: 5, "$.a"),
    Case(#"{"a":1,"#, .unexpectedEnd, at: 7),
    Case("]", .unexpectedByte(expected: .value), at: 0),
    Case("[,1]", .unexpectedByte(expected: .value), at: 1, "$[0]"),
    Case("[1,]", .unexpectedByte(expected: .value), at: 3, "$[1]"),
    Case("[1}", .unexpectedByte(expected: .commaOrBracket), at: 2),
    Case("[1 2]", .unexpectedByte(expected: .commaOrBracket), at: 3),
    Case(#"{"a":1]"#, .unexpectedByte(expected: .commaOrBracket), at: 6),
    Case(#"{"a":{"b":[0,"c":1]}}"#, .unexpectedByte(expected: .commaOrBracket), at: 16, "$.a.b"),
    Case("{1:2}", .unexpectedByte(expected: .key), at: 1),
    Case("{'a':1}", .unexpectedByte(expected: .key), at: 1),
    Case(#"{"a":1,}"#, .unexpectedByte(expected: .key), at: 7),
    Case(#"{"a" 1}"#, .unexpectedByte(expected: .colon), at: 5),
    Case(#"{"a":}"#, .unexpectedByte(expected: .value), at: 5, "$.a"),
    Case(#"{"a":1,"b":[true,{"c d":?}]}"#, .unexpectedByte(expected: .value), at: 24, #"$.b[1]["c d"]"#),
    Case("[1,/**/2]", .unexpectedByte(expected: .value), at: 3, "$[1]"),
    Case("[1]\u{0}", .trailingContent, at: 3),
    Case("1 2", .trailingContent, at: 2),
    Case("{}{}", .trailingContent, at: 2),
    Case("\u{FEFF}{}", .byteOrderMark, at: 0),
    Case("[\u{FEFF}]", .unexpectedByte(expected: .value), at: 1, "$[0]"),
    Case("[\u{A0}1]", .unexpectedByte(expected: .value), at: 1, "$[0]"),
  ]

  static let scalars: [Case] = [
    Case("tru", .unexpectedEnd, at: 3),
    Case("trUe", .unexpectedByte(expected: .value), at: 2),
    Case("[nul]", .unexpectedByte(expected: .value), at: 4, "$[0]"),
    Case("[fals\u{0}]", .unexpectedByte(expected: .value), at: 5, "$[0]"),
    Case("truex", .trailingContent, at: 4),
    Case("NaN", .unexpectedByte(expected: .value), at: 0),
    Case("[Infinity]", .unexpectedByte(expected: .value), at: 1, "$[0]"),
    Case("+1", .unexpectedByte(expected: .value), at: 0),
    Case(".5", .unexpectedByte(expected: .value), at: 0),
    Case("-", .unexpectedEnd, at: 1),
    Case("[-]", .invalidNumber, at: 2, "$[0]"),
    Case("-x", .invalidNumber, at: 1),
    Case("012", .invalidNumber, at: 1),
    Case("-00", .invalidNumber, at: 2),
    Case("1.", .unexpectedEnd, at: 2),
    Case("[1.]", .invalidNumber, at: 3, "$[0]"),
    Case("1.e1", .invalidNumber, at: 2),
    Case("1e", .unexpectedEnd, at: 2),
    Case("1e+", .unexpectedEnd, at: 3),
    Case("[1E-x]", .invalidNumber, at: 4, "$[0]"),
    Case("1.2.3", .trailingContent, at: 3),
    Case("0x1", .trailingContent, at: 1),
  ]

  static let strings: [Case] = [
    Case(#"""#, .unexpectedEnd, at: 1),
    Case(#""abcdefgh"#, .unexpectedEnd, at: 9),
    Case(#"["\"#, .unexpectedEnd, at: 3, "$[0]"),
    Case(#"["\u12"#, .unexpectedEnd, at: 6, "$[0]"),
    Case(#"["a\x"]"#, .invalidEscape, at: 3, "$[0]"),
    Case(#"["\'"]"#, .invalidEscape, at: 2, "$[0]"),
    Case(#"["\u00G0"]"#, .invalidEscape, at: 2, "$[0]"),
    Case(#"["\u12"]"#, .invalidEscape, at: 2, "$[0]"),
    Case(#"["\U0041"]"#, .invalidEscape, at: 2, "$[0]"),
    Case(#"["\uD83D"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uD83Dabcdef"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uD83D\n"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uD83D\u0041"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uD83D\uD83D\uDE00"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uDE00"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"["\uD83D\uZZZZ"]"#, .invalidEscape, at: 8, "$[0]"),
    Case(#"["\uD83D\x"]"#, .loneSurrogate, at: 2, "$[0]"),
    Case(#"{"a":{"\uD83D":1}}"#, .loneSurrogate, at: 7, "$.a"),
    Case(#"{"k\q":1}"#, .invalidEscape, at: 3),
  ]

  /// One of each row of table 3-7 of the Unicode standard, just outside of it.
  static let invalidUTF8: [Case] =
    [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x7F], [0xC2, 0xC0], [0xDF],
      [0xE0, 0x9F, 0xBF], [0xE0, 0xC0, 0x80], [0xE1, 0x7F, 0x80], [0xE1, 0x80, 0x7F], [0xE1, 0x80, 0xC0],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80],
      [0xF1, 0x80, 0x80, 0x7F], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ].map { .string($0, .invalidUTF8, at: 2) } + [Case([0x22, 0xF0, 0x9F, 0x98], .invalidUTF8, at: 1)]

  @Test(arguments: structure + scalars + strings + invalidUTF8)
  func `An error has its reason, offset and path`(_ case: Case) {
    #expect(jsonError { try JSONDocument(`case`.document, loneSurrogates: .refused) } == `case`.error)
  }

  /// At every distance from the quotes, for a string is looked at by eight bytes at a time.
  @Test(arguments: UInt8(0)..<0x20)
  func `Every control character is refused`(_ control: UInt8) {
    for before in 0..<10 {
      for after in 0..<10 {
        let text = [UInt8](repeating: 0x61, count: before) + [control] + [UInt8](repeating: 0x61, count: after)
        let error = jsonError { try JSONDocument(Array("[\"".utf8) + text + Array("\"]".utf8)) }
        #expect(error == JSONError(.controlCharacter, path: "$[0]", offset: 2 + before))
      }
    }
  }

  @Test func `A document that is too large is refused`() throws {
    var parser = JSONParser(maximumDepth: 1, maximumLength: 3)
    try parser.parse([0x20, 0x31, 0x20].span)
    let error = #expect(throws: JSONSyntaxError.self) { try parser.parse([0x20, 0x31, 0x20, 0x20].span) }
    #expect(error?.reason == .tooLarge(limit: 3))
    #expect(error?.offset == 3)
  }

  @Test(arguments: [
    ("[\"secret\u{1}\"]", 8), (#"{"secret":"secret" secret}"#, 19), (#"{"secret":{"secret":secret}}"#, 20),
    ("secret", 0),
  ])
  func `A description has nothing of the document`(_ document: String, _ offset: Int) throws {
    let error = try #require(jsonError { try parse(document) })
    #expect(!error.description.contains("secret"))
    #expect(error.description.hasPrefix("invalid JSON at byte \(offset): "))
  }

  @Test(arguments: [
    (JSONError.Reason.unexpectedEnd, "invalid JSON at byte 7: it ends too early"),
    (.unexpectedByte(expected: .commaOrBracket), "invalid JSON at byte 7: expected a comma or a closing bracket"),
    (.unexpectedByte(expected: .value), "invalid JSON at byte 7: expected a value"),
    (.unexpectedByte(expected: .key), "invalid JSON at byte 7: expected a key in quotes"),
    (.unexpectedByte(expected: .colon), "invalid JSON at byte 7: expected a colon"),
    (.byteOrderMark, "invalid JSON at byte 7: it begins with a byte order mark"),
    (.invalidUTF8, "invalid JSON at byte 7: a string is not UTF-8"),
    (.loneSurrogate, "invalid JSON at byte 7: an escape is half of a surrogate pair"),
    (.controlCharacter, "invalid JSON at byte 7: a control character is not escaped"),
    (.invalidEscape, "invalid JSON at byte 7: a backslash begins no escape"),
    (.invalidNumber, "invalid JSON at byte 7: a number is malformed"),
    (.tooDeep(limit: 512), "invalid JSON at byte 7: it is more than 512 levels deep"),
    (.tooLarge(limit: 10), "invalid JSON at byte 7: it has more than 10 bytes"),
    (.trailingContent, "invalid JSON at byte 7: something follows the value"),
    (.typeMismatch(expected: .string, found: .number), "$.a is of type number, not string (byte 7)"),
    (.missing(key: "a"), "$.a is missing (byte 7)"),
    (.notAnInteger, "$.a is not an integer (byte 7)"),
    (.numberOutOfRange, "$.a is out of range (byte 7)"),
    (.notUnicode, "$.a is not Unicode text: an escape is half of a surrogate pair (byte 7)"),
  ])
  func `Every reason has a description`(_ reason: JSONError.Reason, _ description: String) {
    #expect(JSONError(reason, path: "$.a", offset: 7).description == description)
  }
}
