import JSON
import Testing

@Suite struct WriterTests {
  @Test func `Every kind of member is written`() throws {
    let read = try parse(#"[1.50, {"a" : "\u0041"}]"#)
    let bytes = JSONWriter.object {
      $0.add("string", "text")
      $0.add("bool", true)
      $0.add("int", -3)
      $0.add("double", 0.1)
      $0.add("value", read)
      $0.addNull("null")
      $0.addRaw("raw", read.bytes.dropFirst().prefix(4))
      $0.object("object") { $0.add("false", false) }
      $0.array("array") { _ in }
    }
    #expect(
      String(bytes) == #"{"string":"text","bool":true,"int":-3,"double":0.1,"value":[1.50, {"a" : "\u0041"}],"#
        + #""null":null,"raw":1.50,"object":{"false":false},"array":[]}"#)
  }

  @Test func `Every kind of element is written`() throws {
    let read = try parse("[ 1e2 ]")
    let bytes = JSONWriter.array {
      $0.add("text")
      $0.add(false)
      $0.add(3)
      $0.add(1e300)
      $0.add(read)
      $0.addNull()
      $0.addRaw(Array("{}".utf8))
      $0.object { _ in }
      $0.array { $0.array { $0.add(1) } }
    }
    #expect(String(bytes) == #"["text",false,3,1e+300,[ 1e2 ],null,{},{},[[1]]]"#)
  }

  @Test func `Text that is at hand as bytes is written`() throws {
    let bytes = Array("é\"\n\u{85}\u{2028}😀".utf8)
    let text = try UTF8Span(validating: bytes.span)
    #expect(String(JSONWriter.array { $0.add(text) }) == #"["é\"\n\u0085\u2028😀"]"#)
    #expect(String(JSONWriter.object { $0.add("a", text) }) == #"{"a":"é\"\n\u0085\u2028😀"}"#)
  }

  @Test func `nil is written as null`() {
    let bytes = JSONWriter.object {
      $0.add("a", String?.none)
      $0.add("b", Bool?.none)
      $0.add("c", Int?.none)
      $0.add("d", Double?.none)
      $0.add("e", JSONValue?.none)
    }
    #expect(String(bytes) == #"{"a":null,"b":null,"c":null,"d":null,"e":null}"#)
  }

  @Test(arguments: [Double.infinity, -.infinity, .nan, .signalingNaN])
  func `A double that is no number is written as null`(_ double: Double) {
    #expect(String(JSONWriter.array { $0.add(double) }) == "[null]")
  }

  @Test(arguments: [Int.min, -1, 0, 1, .max])
  func `Integers read back`(_ integer: Int) throws {
    let document = try JSONDocument(JSONWriter.object { $0.add("n", integer) })
    #expect(try document.root.member("n").integer() == integer)
  }

  @Test func `Doubles read back`() throws {
    var random = SplitMix64(seed: 7)
    let edges: [Double] = [
      0, -0.0, 1e15, 1e16, 1e-4, 1e-5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude, .pi,
    ]
    let anything = (0..<10_000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
    let doubles = edges + anything
    let document = try JSONDocument(JSONWriter.array { for double in doubles { $0.add(double) } })
    let read = try document.root.elements().map { try $0.double() }
    #expect(read.map(\.bitPattern) == doubles.map(\.bitPattern))
  }

  @Test func `JSON is appended in place`() {
    var line = Array("before ".utf8)
    line.reserveCapacity(1_000)
    let address = line.withUnsafeBytes { $0.baseAddress }
    JSONWriter.object(appendingTo: &line) {
      $0.add("a", 1)
      $0.object("b") { $0.array("c") { $0.add("d") } }
    }
    JSONWriter.array(appendingTo: &line) { $0.add(2) }
    #expect(String(line) == #"before {"a":1,"b":{"c":["d"]}}[2]"#)
    #expect(line.withUnsafeBytes { $0.baseAddress } == address)
  }

  struct Refusal: Error, Equatable {}

  @Test func `Nothing is written if the content throws`() {
    var line = Array("before".utf8)
    #expect(throws: Refusal()) {
      try JSONWriter.object(appendingTo: &line) {
        $0.add("a", 1)
        try $0.array("b") { _ in throw Refusal() }
      }
    }
    #expect(String(line) == "before")
  }

  @Test func `The JSON stays well-formed if an error inside is caught`() {
    let bytes = JSONWriter.object { object in
      #expect(throws: Refusal()) { try object.object("first") { _ in throw Refusal() } }
      object.array("a") { array in
        array.add(1)
        #expect(throws: Refusal()) {
          try array.object {
            $0.add("gone", 1)
            throw Refusal()
          }
        }
        array.add(2)
      }
    }
    #expect(String(bytes) == #"{"a":[1,2]}"#)
  }
}
