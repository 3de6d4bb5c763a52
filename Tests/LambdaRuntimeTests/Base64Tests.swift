import Testing

@testable import LambdaRuntime

@Suite struct Base64Tests {
  private func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
    let text = Array(text)
    return [UInt8](base64: text.span)
  }

  /// The examples of <https://www.rfc-editor.org/rfc/rfc4648#section-10>.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ]) func `The examples of the RFC are encoded and decoded`(plain: String, text: String) {
    #expect(String(decoding: Array(plain.utf8).base64, as: UTF8.self) == text)
    #expect(decoded(text.utf8) == Array(plain.utf8))
  }

  @Test func `Every digit has its place`() throws {
    let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let bytes = try #require(decoded(text.utf8))
    #expect(bytes.count == 48)
    #expect(bytes.prefix(3) == [0x00, 0x10, 0x83] && bytes.suffix(3) == [0xF3, 0xDF, 0xBF])
    #expect(bytes.base64 == Array(text.utf8))
  }

  @Test(arguments: 0...300) func `What is encoded is decoded again`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
    #expect(decoded(bytes.base64) == bytes)
  }

  @Test(arguments: [
    // Padding that is missing, or elsewhere.
    "Z", "Zg", "Zg=", "Zm8", "Zm9vY", "Zm9vYg", "Zm9vYg=", "=", "==", "====", "Z===", "Zg==Zg==", "Zm9v=", "Zm9v==",
    "Zm9v====", "Zg=v", "=Zg=", "Z=g=",
    // Bits that are left over.
    "Zh==", "Zv==", "Zm9=", "Zm+=", "//==", "///=",
    // White space.
    "Zg==\n", "Zm9\n", "Zm9 ", " Zm9v", "Zm\n9v", "Zm9v\r\n",
    // No digits.
    "Zm9-", "Zm9_", "Zm9.", "Zm9\0", "Zm9é", "Zm9@", "Zm9[", "Zm9`", "Zm9{", "Zm9:",
  ]) func `What no encoder writes is refused`(text: String) {
    #expect(decoded(text.utf8) == nil)
  }

  @Test func `Every byte that is no digit is refused`() {
    let digits = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in UInt8.min...UInt8.max {
      let text: [UInt8] = [UInt8(ascii: "A"), byte, UInt8(ascii: "A"), UInt8(ascii: "A")]
      #expect((decoded(text) != nil) == digits.contains(byte), "byte \(byte)")
    }
  }
}
