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

  /// By the definition, one character after the other.
  private func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\" + String(scalar)
      case "\u{8}": "\\b"
      case "\t": "\\t"
      case "\n": "\\n"
      case "\u{C}": "\\f"
      case "\r": "\\r"
      case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        "\\u" + String(String(scalar.value + 0x10000, radix: 16).dropFirst())
      default: String(scalar)
      }
    }.joined()
  }

  /// Of each kind that is written in a way of its own, and two of them next to each other.
  private static let characters = [
    "\"", "\\", "\n", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "é", "â", "€", "😀", "\"\\", "é\"", "\u{85}x",
  ]

  @Test func `Each character is written so wherever it stands among the eight that are copied at a time`() {
    for before in 0...17 {
      for after in 0...17 {
        for character in EscapingTests.characters {
          let text = String(repeating: "a", count: before) + character + String(repeating: "b", count: after)
          #expect(written(text) == escaped(text), "\(before), \(after)")
        }
      }
    }
  }

  @Test func `Each character is written so wherever it stands among the 512 that there is room for`() {
    for before in 505...512 {
      for after in 0...9 {
        for character in EscapingTests.characters {
          let text =
            String(repeating: "\u{1}", count: before) + character + String(repeating: "b", count: after) + "\u{1}"
          #expect(written(text) == escaped(text), "\(before), \(after)")
        }
      }
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `A long text of any characters is written so`(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for limit: UInt32 in [0x7F, 0xFF, 0x2FFF, 0x10FFFF] {
      let scalars = (0..<2_000).compactMap { _ in
        Bool.random(using: &random)
          ? Unicode.Scalar(UInt8(ascii: "x")) : Unicode.Scalar(UInt32.random(in: 0...limit, using: &random))
      }
      let text = String(String.UnicodeScalarView(scalars))
      #expect(written(text).utf8.elementsEqual(escaped(text).utf8))
    }
  }

  @Test func `A text of escapes alone is written so`() {
    let text = String(repeating: "\u{1}", count: 100_000)
    #expect(written(text) == String(repeating: "\\u0001", count: 100_000))
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
