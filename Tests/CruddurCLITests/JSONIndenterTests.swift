import JSON
import Testing

@testable import CruddurCLI

/// JSON as a person reads it on a terminal.
struct JSONIndenterTests {
  private func indent(_ text: String, isColored: Bool = false) -> String? {
    JSONIndenter(isColored: isColored).indent(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("1.50e+3", "1.50e+3"), (#" "a" "#, #""a""#), ("{ }", "{}"), ("[\n]", "[]"), ("[[],{}]", "[\n  [],\n  {}\n]"),
    (
      #"{"a":[1,true],"b":{"c":null}}"#,
      "{\n  \"a\": [\n    1,\n    true\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}"
    ),
    (#"{"a,b:[{\"\\":"}],:\\"}"#, "{\n  \"a,b:[{\\\"\\\\\": \"}],:\\\\\"\n}"),
    (#"{"\u00e9 é" : "\/"}"#, "{\n  \"\\u00e9 é\": \"\\/\"\n}"),
  ])
  func `Each member and element has a line`(text: String, lines: String) {
    #expect(indent(text) == lines)
  }

  @Test func `Keys, strings, numbers and words have colours of their own`() {
    let lines = indent(#"{"a":"b","c":[-1,false,null]}"#, isColored: true)
    let expected = """
      {
        <34>"a"<0>: <32>"b"<0>,
        <34>"c"<0>: [
          <36>-1<0>,
          <33>false<0>,
          <33>null<0>
        ]
      }
      """
    let isColor = { (character: Character) in character == "<" || character == ">" }
    let coloured = expected.map { isColor($0) ? ($0 == "<" ? "\u{1B}[" : "m") : String($0) }.joined()
    #expect(lines == coloured)
  }

  @Test func `What would steer a terminal is an escape, and stays the same text`() throws {
    let text = "\"a\u{7F}\u{80}\u{9B}2J\u{9F}\u{A0}é\""
    let lines = try #require(indent(text))
    #expect(lines == #""a\u007f\u0080\u009b2J\u009f"# + "\u{A0}é\"")
    #expect(try JSONDocument(Array(lines.utf8)).root.string() == JSONDocument(Array(text.utf8)).root.string())
  }

  @Test func `What is no JSON, or more than somebody reads, is left as it is`() {
    for text in ["", "{", "[1] 2", "nil"] { #expect(indent(text) == nil) }
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(indent(nested(100)) != nil)
    #expect(indent(nested(101)) == nil)
    #expect(indent("\"\(String(repeating: "a", count: (1 << 20) - 2))\"") != nil)
    #expect(indent("\"\(String(repeating: "a", count: (1 << 20) - 1))\"") == nil)
  }
}
