import JSON
import Testing

/// Nothing that comes from outside may trap: whatever is done to an event, it is read or refused. Seeded, so that a failure repeats.
@Suite struct FuzzTests {
  static let event = Array(
    #"""
    {"version":"1","region":"us-east-1","userPoolId":"us-east-1_X","userName":"Google_123\u00e9\uD83D\uDE00",
     "callerContext":{"awsSdkVersion":"3","clientId":null},"triggerSource":"PostConfirmation_ConfirmSignUp",
     "request":{"userAttributes":{"sub":"5f1d7a3c-8c1e-4b7a-9a43-2f7f0f6f3d11","cognito:user_status":"CONFIRMED",
     "email_verified":true,"name":"Andrew \"B\" Brown é € 😀","updated_at":-1706704496.25e+0},
     "clientMetadata":{"list":[1,[2,[]],{}, false , null]}},"response":{}}
    """#.utf8)

  /// Whether `bytes` are JSON; if they are, reads all of it. They are read with lone surrogates kept if they are with them refused,
  /// or if that is the reason.
  @discardableResult
  private func read(_ bytes: [UInt8]) throws -> Bool {
    let strict = try reason(bytes, .refused)
    let lenient = try reason(bytes, .kept)
    if strict != .loneSurrogate { #expect(lenient == strict) }
    #expect(lenient != .loneSurrogate)
    return lenient == nil
  }

  /// Why `bytes` are refused; nil if they are not.
  private func reason(
    _ bytes: [UInt8], _ loneSurrogates: JSONDocument.LoneSurrogates
  ) throws -> JSONError.Reason? {
    do {
      try readEverything(
        JSONDocument(bytes, loneSurrogates: loneSurrogates).root, loneSurrogates: loneSurrogates)
      return nil
    } catch let error as JSONError {
      #expect(error.isSyntaxError)
      #expect(0...bytes.count ~= error.offset)
      return error.reason
    }
  }

  @Test func `Every prefix of an event is refused`() throws {
    #expect(try read(Self.event))
    for length in Self.event.indices {
      #expect(try !read(Array(Self.event.prefix(length))), "the first \(length) bytes")
    }
  }

  @Test func `Any byte may be another`() throws {
    let replacements: [UInt8] = [
      0x00, 0x09, 0x1F, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x3A, 0x41, 0x5B, 0x5C, 0x5D, 0x65, 0x75, 0x7B, 0x7D, 0x7F,
      0x80, 0xC2, 0xE2, 0xED, 0xF0, 0xF4, 0xFF,
    ]
    for position in Self.event.indices {
      for replacement in replacements {
        var bytes = Self.event
        bytes[position] = replacement
        try read(bytes)
      }
    }
  }

  @Test func `Any byte may be missing or doubled`() throws {
    for position in Self.event.indices {
      var bytes = Self.event
      bytes.remove(at: position)
      try read(bytes)
      bytes = Self.event
      bytes.insert(bytes[position], at: position)
      try read(bytes)
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `Tokens may come in any order`(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "D83D", "DE00", "1", "-", ".", "e", "true", "null", " ", "é",
      "\"a\"",
    ]
    for _ in 0..<4_000 {
      let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in tokens.randomElement(using: &random) ?? "" }
      try read(Array(text.joined().utf8))
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `What is written is read`(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let bytes = JSONWriter.array { write(to: &$0, depth: 6, &random) }
      let root = try JSONDocument(bytes, loneSurrogates: .refused).root
      try readEverything(root, loneSurrogates: .refused)
      // Copying what was read, value by value, gives the same bytes.
      let copy = try JSONWriter.array { array in try root.elements().forEach { try self.copy($0, to: &array) } }
      #expect(String(copy) == String(bytes))
    }
  }

  private func write(to array: inout JSONArrayWriter, depth: Int, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &random) {
      case 0: array.addNull()
      case 1: array.add(Bool.random(using: &random))
      case 2: array.add(Int.random(in: .min ... .max, using: &random))
      case 3: array.add(Double(bitPattern: random.next()))
      case 4, 5: array.add(text(&random))
      case 6: array.array { write(to: &$0, depth: depth - 1, &random) }
      default:
        array.object { object in
          object.array(text(&random)) { write(to: &$0, depth: depth - 1, &random) }
          object.add(text(&random), text(&random))
        }
      }
    }
  }

  private func text(_ random: inout SplitMix64) -> String {
    let scalars = (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
      Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &random) ? 0x7F : 0x10FFFF), using: &random))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private func copy(_ value: JSONValue, to array: inout JSONArrayWriter) throws {
    switch value.kind {
    case .null: array.addNull()
    case .bool: array.add(try value.bool())
    case .number: array.addRaw(try value.numberText().utf8)
    case .string: array.add(try value.string())
    case .array: try array.array { inner in for element in try value.elements() { try copy(element, to: &inner) } }
    case .object:
      try array.object { object in
        for (key, member) in try value.members() { object.add(key, member) }
      }
    }
  }
}
