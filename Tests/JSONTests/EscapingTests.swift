import JSON
import Testing

@Suite struct EscapingTests {
  private func written(_ text: String) -> String {
    String(JSONWriter.array { $0.add(text) }.dropFirst(2).dropLast(2))
  }

  @Test(arguments: Array(UInt8(0)..<0x20) + [0x7F])
  func `Every control character of ASCII is escaped`(_ byte: UInt8) throws {
    let short: [UInt8: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
    let hex = String(byte, radix: 16)
    let expected = short[byte] ?? "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    #expect(written(String(Unicode.Scalar(byte))) == expected)
    #expect(written("a\(Unicode.Scalar(byte))b") == "a\(expected)b")
  }

  @Test(arguments: [
    ("\"", "\\\""), ("\\", "\\\\"), ("/", "/"), ("a\"b\\c", "a\\\"b\\\\c"), ("", ""),
    ("\u{80}", "\\u0080"), ("\u{85}", "\\u0085"), ("\u{9F}", "\\u009f"), ("\u{A0}", "\u{A0}"),
    ("\u{2027}", "\u{2027}"), ("\u{2028}", "\\u2028"), ("\u{2029}", "\\u2029"), ("\u{202A}", "\u{202A}"),
    ("é", "é"), ("€", "€"), ("😀", "😀"), ("\u{FFFF}", "\u{FFFF}"), ("\u{10FFFF}", "\u{10FFFF}"),
  ])
  func `What a script or a log could take for its own is escaped`(_ text: String, _ expected: String) {
    #expect(Array(written(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func `Keys are escaped`() {
    #expect(String(JSONWriter.object { $0.add("a\"\n", 1) }) == #"{"a\"\n":1}"#)
  }

  @Test func `Every scalar reads back`() throws {
    let scalars = (0...UInt32(0x10FFFF)).lazy.compactMap(Unicode.Scalar.init)
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    let document = try JSONDocument(JSONWriter.object { $0.add(text, text) })
    let (key, value) = try #require(try document.root.members().first { _ in true })
    #expect(key.utf8.elementsEqual(text.utf8))
    #expect(try value.string().utf8.elementsEqual(text.utf8))
    let controls = document.bytes.filter { $0 < 0x20 || $0 == 0x7F }
    #expect(controls.isEmpty)
  }
}
