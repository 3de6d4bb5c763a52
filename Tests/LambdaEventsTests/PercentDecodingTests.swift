import Testing

@testable import LambdaEvents

@Suite struct PercentDecodingTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("%41%62", "Ab"), ("%c3%A9", "é"), ("é", "é"), ("%F0%9F%98%80", "😀"),
    ("%", "%"), ("%4", "%4"), ("100%", "100%"), ("%zz", "%zz"), ("%4g", "%4g"), ("%+1", "%+1"), ("%-1", "%-1"),
    ("%%41", "%A"), ("%2541", "%41"), ("%é", "%é"), ("%00", "\0"), ("%FF", "\u{FFFD}"), ("%c3", "\u{FFFD}"),
    ("a+b", "a+b"),
  ]) func `Escapes are replaced, and the rest is left alone`(text: String, decoded: String) {
    #expect(String(percentDecoding: text.utf8) == decoded)
  }

  @Test(arguments: [("a+b", "a b"), ("%2B+", "+ "), ("%+41", "% 41")])
  func `A plus may be a space`(text: String, decoded: String) {
    #expect(String(percentDecoding: text.utf8, plusIsSpace: true) == decoded)
  }
}
