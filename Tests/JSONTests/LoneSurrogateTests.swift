import Testing

@testable import JSON

/// Strings that JSON's grammar allows and Unicode does not: an error of whoever decodes them, and of nobody else.
@Suite struct LoneSurrogateTests {
  static let strings = [
    #""\uD83D""#, #""\uDE00""#, #""a\uD83Dbcdefghijk""#, #""\uD83D\n""#, #""\uD83D\u0041""#, #""\uD83D\uD83D\uDE00""#,
    #""\uDE00\uD83D""#, #""\ud800 \udbff""#,
  ]

  @Test(arguments: strings)
  func `A document with one is kept byte for byte, and all else in it is read`(string: String) throws {
    let text = #"{"before":"a\u00e9","half":\#(string), "list":[\#(string),1],"after":"\uD83D\uDE00"}"#
    let document = try JSONDocument(Array(text.utf8))
    #expect(String(document.bytes) == text)
    #expect(try document.root.member("before").string() == "aé")
    #expect(try document.root.member("after").string() == "😀")
    #expect(try document.root.member("list").elements().map(\.kind) == [.string, .number])
    #expect(String(try document.root.member("half").bytes) == string)
    #expect(document.root["half"]?.kind == .string)
  }

  @Test(arguments: strings)
  func `To decode one is an error that says where it is`(string: String) throws {
    let root = try parse(#"{"a":["x",\#(string)]}"#)
    let error = try #require(jsonError { try root.member("a").elements().map { try $0.string() } })
    #expect(error == JSONError(.notUnicode, path: "$.a[1]", offset: 10))
    #expect(!error.isSyntaxError)
  }

  @Test(arguments: strings)
  func `A strict document has none`(string: String) {
    let error = jsonError { try parse(#"{"a":\#(string)}"#, loneSurrogates: .refused) }
    #expect(error?.reason == .loneSurrogate && error?.path == "$.a")
  }

  @Test func `A key with one is found by no name, and listed with U+FFFD`() throws {
    let root = try parse(#"{"\ud800":1,"\ud801":2,"\ufffd":3,"a\udc00":{"b":[true,"x"]}}"#)
    let keys = try root.members().map(\.key)
    #expect(keys == ["\u{FFFD}", "\u{FFFD}", "\u{FFFD}", "a\u{FFFD}"])
    #expect(try root.member("\u{FFFD}").integer() == 3)
    #expect(root["a\u{FFFD}"] == nil)
    let last = try #require(try root.members().map(\.value).last)
    #expect(try last.member("b").elements().map(\.path) == [#"$["a\#u{FFFD}"].b[0]"#, #"$["a\#u{FFFD}"].b[1]"#])
  }

  @Test func `Keys that are not Unicode hide nothing`() throws {
    let text = #"{"\ud800":1,"\ud801":2,"a":3,"\ud800":4,"a":5}"#
    #expect(String(try parse(text).bytesWithoutDuplicates) == #"{"\ud800":1,"\ud801":2,"\ud800":4,"a":5}"#)
  }
}
