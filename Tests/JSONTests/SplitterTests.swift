import JSON
import Testing

/// A text that is taken apart while it comes in.
@Suite struct SplitterTests {
  /// All pieces of a text that comes in so many bytes at a time, a line each.
  private func split(
    _ text: some Sequence<UInt8>, by size: Int = .max, member: String = "Users", maximumLength: Int = 1 << 24
  ) throws(JSONError) -> [String] {
    var splitter = JSONSplitter(member: member, maximumLength: maximumLength)
    var pieces: [String] = []
    var rest = Array(text)[...]
    while !rest.isEmpty {
      splitter.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let piece = try splitter.next() {
        switch piece {
        case .element(let document): pieces.append(String(document.bytes))
        case .member(let key, let value): pieces.append("\(key)=\(String(value.bytes))")
        case .end(let hadArray): pieces.append(hadArray ? "end" : "end without")
        }
      }
    }
    try splitter.finish()
    return pieces
  }

  private static let page = #"""
     { "Next" : "a]}\"" , "Users" :
    [ {"Name":"Ana \"]\" \\","A":[1,{"b":[]}]} , "x\\\"," ,1 ,-2.5e3,true,null,[[],[","]],{}, "é👩‍👩‍👧‍👦\ud83d" ] , "Users":7,
    "\ud83d":{"Users":[1]}, "é":[ ] }

    """#

  private static let pieces = [
    #"Next="a]}\"""#, #"{"Name":"Ana \"]\" \\","A":[1,{"b":[]}]}"#, #""x\\\",""#, "1", "-2.5e3", "true", "null",
    #"[[],[","]]"#, "{}", #""é👩‍👩‍👧‍👦\ud83d""#, "Users=7", #"�={"Users":[1]}"#, "é=[ ]", "end",
  ]

  @Test func `The pieces are the same wherever the bytes are cut`() throws {
    for size in [1, 2, 3, 5, 7, 8, 9, 64, 10_000] {
      #expect(try split(Self.page.utf8, by: size) == Self.pieces, "\(size) bytes at a time")
    }
  }

  @Test func `Texts follow one another, with and without white space`() throws {
    let texts = Self.page + "{}{\"Users\":[]}\n" + Self.page
    for size in [1, 11, .max] {
      #expect(try split(texts.utf8, by: size) == Self.pieces + ["end without", "end"] + Self.pieces)
    }
    #expect(try split(" \n\t".utf8) == [])
  }

  @Test func `A key is found whatever way it is written`() throws {
    #expect(try split(#"{"U\u0073ers":[1]}"#.utf8) == ["1", "end"])
    // Strings that Swift calls equal are not the same key.
    #expect(try split("{\"e\u{301}\":[1]}".utf8, member: "é") == ["e\u{301}=[1]", "end without"])
  }

  @Test func `A text that is cut anywhere is told from one that has ended`() throws {
    let page = Self.page.split(separator: "\n").joined()
    let end = try #require(page.utf8.lastIndex(of: UInt8(ascii: "}")))
    let begin = try #require(page.utf8.firstIndex(of: UInt8(ascii: "{")))
    for index in page.utf8.indices where index > begin && index <= end {
      let cut = page.utf8[..<index]
      let error = jsonError { try split(cut, by: 5) }
      #expect(error?.reason == .unexpectedEnd && error?.offset == cut.count, "\(String(cut))")
    }
  }

  @Test(arguments: [
    ("[]", "$ is of type array, not object (byte 0)"), (" 7", "$ is of type number, not object (byte 1)"),
    ("{}null", "$ is of type null, not object (byte 2)"),
    ("\u{FEFF}{}", "invalid JSON at byte 0: it begins with a byte order mark"),
    ("}", "invalid JSON at byte 0: expected a value"), ("{,}", "invalid JSON at byte 1: expected a key in quotes"),
    (#"{"a":1,}"#, "invalid JSON at byte 7: expected a key in quotes"),
    (#"{"a" 1}"#, "invalid JSON at byte 5: expected a colon"), (#"{"a":}"#, "invalid JSON at byte 5: expected a value"),
    (#"{"a":1 2}"#, "invalid JSON at byte 7: expected a comma or a closing bracket"),
    (#"{"Users":[1 2]}"#, "invalid JSON at byte 12: expected a comma or a closing bracket"),
    (#"{"Users":[1,]}"#, "invalid JSON at byte 12: expected a value"),
    (#"{"Users":[1]]"#, "invalid JSON at byte 12: expected a comma or a closing bracket"),
    (#"{"Users":[01]}"#, "invalid JSON at byte 11: a number is malformed"),
    (#"{"Users":[nil]}"#, "invalid JSON at byte 11: expected a value"),
    (#"{"Users":[{"a":[}]}"#, "invalid JSON at byte 16: expected a value"),
    ("{\"Users\":[\"\n\"]}", "invalid JSON at byte 11: a control character is not escaped"),
    (#"{"Users":["\x"]}"#, "invalid JSON at byte 11: a backslash begins no escape"),
  ])
  func `What is wrong is named, with its place in all that came`(text: String, sentence: String) {
    for size in [1, 4, .max] { #expect(jsonError { try split(text.utf8, by: size) }?.description == sentence) }
  }

  @Test func `The path of an error leads to the element`() {
    let error = jsonError { try split(#"{"Users":[{"a":1},{"b":[2,x]}]}"#.utf8, by: 3) }
    #expect(error?.path == "$.Users[1].b[1]" && error?.offset == 26)
    #expect(jsonError { try split(#"{"the key":{"b":x}}"#.utf8) }?.path == #"$["the key"].b"#)
  }

  @Test func `A piece has a limit, and the text has none`() throws {
    let long = #"{"Users":[\#(Array(repeating: "\"12345678\"", count: 1_000).joined(separator: ", "))]}"#
    #expect(try split(long.utf8, by: 16, maximumLength: 10).count == 1_001)
    for size in [1, 16, .max] {
      for text in [#"{"Users":["123456789"]}"#, #"{"123456789":1}"#, #"{"a":[1,2,3,4,5]}"#, #"{"Users":[{"a":["#] {
        let error = jsonError { try split(text.utf8, by: size, maximumLength: text.hasSuffix("[") ? 3 : 10) }
        #expect(error?.reason == .tooLarge(limit: text.hasSuffix("[") ? 3 : 10), "\(text)")
      }
    }
  }

  /// Whatever is done to a text, it is split into what the parser of whole documents reads, or refused as there.
  @Test func `A broken text is refused where a parser refuses it`() throws {
    var random = SplitMix64(seed: 11)
    let page = Array(Self.page.utf8)
    var (read, refused) = (0, 0)
    for _ in 1...5_000 {
      var bytes = page
      for _ in 1...Int.random(in: 1...2, using: &random) {
        let position = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[position] = Array("{}[]\",:\\ 1e\u{0}\u{FF}".utf8).randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: position)
        default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: position)
        }
      }
      let document = try? JSONDocument(bytes)
      do throws(JSONError) {
        let pieces = try split(bytes, by: Int.random(in: 1...100, using: &random))
        // Two texts, or none, are not one document.
        if pieces.count(where: { $0.hasPrefix("end") }) == 1 {
          #expect(document?.root.kind == .object, "\(String(bytes))")
        }
        read += 1
      } catch {
        if !error.isSyntaxError { continue }
        #expect(document == nil, "\(String(bytes)): \(error)")
        refused += 1
      }
    }
    #expect(read > 500 && refused > 500)
  }
}
