import JSON
import Testing

@Suite struct ScalarTests {
  @Test(arguments: [
    (#""""#, ""), (#""plain""#, "plain"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0000\u0041\u00e9\u20AC""#, "\u{0}Aé€"), (#""\uD83D\uDE00""#, "😀"), (#""\ud800\udc00""#, "\u{10000}"),
    (#""\uDBFF\uDFFF\uFFFF""#, "\u{10FFFF}\u{FFFF}"), (#""é€😀\n""#, "é€😀\n"), ("\"\u{7F}\"", "\u{7F}"),
    (#""1234567\n12345678\n123456789\n""#, "1234567\n12345678\n123456789\n"),
  ])
  func `Strings are read`(_ json: String, _ text: String) throws {
    let read = try parse(json).string()
    #expect(Array(read.unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test func `Booleans and null are read`() throws {
    #expect(try parse("true").bool())
    #expect(try !parse(" false ").bool())
    #expect(try parse("null").isNull)
    #expect(try !parse("0").isNull)
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("9223372036854775807", .max), ("-9223372036854775808", .min),
  ])
  func `Integers are read`(_ json: String, _ integer: Int) throws {
    #expect(try parse(json).integer() == integer)
  }

  @Test(arguments: ["1.0", "1e3", "1E3", "-0.5"])
  func `A fraction or an exponent in an integer is refused`(_ json: String) {
    let error = jsonError { try parse("[\(json)]").elements().map { value throws(JSONError) in try value.integer() } }
    #expect(error == JSONError(.notAnInteger, path: "$[0]", offset: 1))
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "123456789012345678901234567890"])
  func `An integer that does not fit is refused`(_ json: String) {
    #expect(jsonError { try parse(json).integer() } == JSONError(.numberOutOfRange, path: "$", offset: 0))
  }

  @Test(arguments: [
    ("0", 0), ("1", 1), ("0.1", 0.1), ("-1.5e2", -150), ("1E+2", 100),
    ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0), ("0.30000000000000004", 0.1 + 0.2),
    ("12345678901234567890", 12_345_678_901_234_567_168),
  ])
  func `Doubles are read`(_ json: String, _ double: Double) throws {
    #expect(try parse(json).double() == double)
  }

  @Test func `The sign of zero is kept`() throws {
    #expect(try parse("-0.0").double().sign == .minus)
  }

  @Test(arguments: ["1e400", "-1e400", "1" + String(repeating: "0", count: 400)])
  func `An infinite double is refused`(_ json: String) {
    #expect(jsonError { try parse(json).double() } == JSONError(.numberOutOfRange, path: "$", offset: 0))
  }

  @Test(arguments: ["1", "-0", "1.50", "1E+02", "0.1e-1", "123456789012345678901234567890"])
  func `Numbers are kept as written`(_ json: String) throws {
    #expect(try parse(" \(json) ").numberText() == json)
  }

  @Test(arguments: [
    ("null", JSONKind.null), ("true", .bool), ("1", .number), ("\"1\"", .string), ("[]", .array), ("{}", .object),
  ])
  func `A value of every other kind is refused`(_ json: String, _ found: JSONKind) throws {
    let value = try parse(#"{"a":\#(json)}"#).member("a")
    #expect(value.kind == found)
    func mismatch(_ expected: JSONKind) -> JSONError? {
      expected == found ? nil : JSONError(.typeMismatch(expected: expected, found: found), path: "$.a", offset: 5)
    }
    func error(_ body: () throws -> Void) -> JSONError? {
      do { try body() } catch { return error as? JSONError }
      return nil
    }
    #expect(error { _ = try value.string() } == mismatch(.string))
    #expect(error { _ = try value.bool() } == mismatch(.bool))
    #expect(error { _ = try value.integer() } == mismatch(.number))
    #expect(error { _ = try value.double() } == mismatch(.number))
    #expect(error { _ = try value.numberText() } == mismatch(.number))
    #expect(error { _ = try value.members() } == mismatch(.object))
    #expect(error { _ = try value.elements() } == mismatch(.array))
    if found != .object {
      #expect(error { _ = try value.member("b") } == mismatch(.object))
      #expect(value["b"] == nil)
    }
  }
}
