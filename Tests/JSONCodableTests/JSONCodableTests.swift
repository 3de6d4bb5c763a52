import FoundationEssentials
import JSON
import JSONCodable
import Testing

@Suite struct JSONCodableTests {
  struct SignUp: Codable, Equatable {
    var sub: String
    var email: String?
    var visits: Int
    var tags: [String]
  }

  private func parse(_ text: String, maximumDepth: Int = JSONDocument.defaultMaximumDepth) throws -> JSONDocument {
    try JSONDocument(Array(text.utf8), maximumDepth: maximumDepth)
  }

  @Test func `A document is decoded`() throws {
    let document = try parse(#" {"sub":"a\u00e9\n","visits":3,"email":null,"tags":["x"],"more":{}} "#)
    let expected = SignUp(sub: "aé\n", email: nil, visits: 3, tags: ["x"])
    #expect(try JSONDecoder().decode(SignUp.self, from: document) == expected)
  }

  @Test func `Half of a surrogate pair is an error where it is decoded`() throws {
    let document = try parse(#"{"sub":"s","visits":1,"tags":[],"email":"\uD83D"}"#)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(SignUp.self, from: document) }
    #expect(
      try JSONDecoder().decode([String: Int].self, from: parse(#"{"a":{"b":"\uD83D"},"c":{"d":1}}"#).root.member("c"))
        == ["d": 1])
  }

  @Test func `A value of a document is decoded`() throws {
    let document = try parse(#"{"request":[0,{"sub":"s","visits":0,"email":"e","tags":[]}],"sub":1}"#)
    let value = try #require(try document.root.member("request").elements().map { $0 }.last)
    let expected = SignUp(sub: "s", email: "e", visits: 0, tags: [])
    #expect(try JSONDecoder().decode(SignUp.self, from: value) == expected)
    #expect(try JSONDecoder().decode(Int.self, from: document.root.member("sub")) == 1)
  }

  @Test(arguments: [
    #"{"a":1,"a":2}"#, #"{"a":1,"b":0,"\u0061":2}"#, #"{"a":{"a":3,"a":4},"a":1,"a":2}"#,
    #"{"b":{"a":0,"a":1},"a":1,"a":2,"c":[]}"#,
    #"{ "a" : [ {"a":1,"a":2} ] , "a" : "," , "b" : 0, "a" : 2 }"#,
  ])
  func `The last of equal keys wins`(_ json: String) throws {
    struct Document: Decodable { var a: Int }
    let document = try parse(json)
    #expect(try document.root.member("a").integer() == 2)
    #expect(try JSONDecoder().decode(Document.self, from: document).a == 2)
  }

  @Test func `The last of equal keys wins at every level`() throws {
    struct Inner: Decodable, Equatable { var a: Int, b: Int }
    let document = try parse(#"[{"a":1,"b":1,"a":2},[],{"b":[{"b":1,"b":2}],"a":0,"b":3}]"#)
    let elements = try document.root.elements().map { $0 }
    #expect(try JSONDecoder().decode(Inner.self, from: elements[0]) == Inner(a: 2, b: 1))
    #expect(try JSONDecoder().decode(Inner.self, from: elements[2]) == Inner(a: 0, b: 3))
  }

  @Test func `The strategies of the decoder are used`() throws {
    struct Document: Decodable { var displayName: String }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    #expect(try decoder.decode(Document.self, from: parse(#"{"display_name":"Andrew"}"#)).displayName == "Andrew")
  }

  @Test func `The errors are Foundation's`() throws {
    let document = try parse(#"{"sub":1,"visits":3,"tags":[]}"#)
    let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(SignUp.self, from: document) }
    guard case .typeMismatch(_, let context) = error else {
      Issue.record("not a type mismatch: \(String(describing: error))")
      return
    }
    #expect(context.codingPath.map(\.stringValue) == ["sub"])
  }

  @Test func `What is too deep for Foundation is refused`() throws {
    struct Leaf: Decodable {}
    let nested = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    let document = try parse(nested, maximumDepth: 10_000)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Leaf].self, from: document) }
  }

  @Test func `A value is encoded into bytes`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes = try encoder.encodeBytes(SignUp(sub: "s\n", email: nil, visits: 3, tags: ["x"]))
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"sub":"s\n","tags":["x"],"visits":3}"#)
    #expect(throws: EncodingError.self) { try encoder.encodeBytes(Double.infinity) }
  }

  @Test func `What is encoded can be written and read back`() throws {
    let signUp = SignUp(sub: "\u{0}\u{7F}\"\\😀", email: "e", visits: .min, tags: ["", "/"])
    let encoded = try JSONEncoder().encodeBytes(signUp)
    let document = try JSONDocument(JSONWriter.object { $0.addRaw("user", encoded) })
    #expect(try JSONDecoder().decode(SignUp.self, from: document.root.member("user")) == signUp)
  }
}
