import JSON
import Testing

@Suite struct DepthTests {
  private func nested(_ depth: Int, _ opening: String = "[", _ closing: String = "]") -> String {
    String(repeating: opening, count: depth) + String(repeating: closing, count: depth)
  }

  @Test func `A document is read as deep as the default allows`() throws {
    let deepest = try JSONDocument(Array(nested(512).utf8)).root
    var value = deepest
    var depth = 1
    while let inner = try value.elements().first(where: { _ in true }) {
      value = inner
      depth += 1
    }
    #expect(depth == 512)
    #expect(value.path == "$" + String(repeating: "[0]", count: 511))
  }

  @Test func `One level more is refused`() {
    let path = "$" + String(repeating: "[0]", count: 512)
    #expect(
      jsonError { try JSONDocument(Array(nested(513).utf8)) }
        == JSONError(.tooDeep(limit: 512), path: path, offset: 512))
  }

  @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#, #"{"a":["#, " [ "])
  func `A hundred thousand levels are refused`(_ opening: String) {
    let open = String(repeating: opening, count: 100_000)
    #expect(jsonError { try parse(open) }?.reason == .tooDeep(limit: 512))
    #expect(jsonError { try parse(open, maximumDepth: .max) }?.reason == .unexpectedEnd)
  }

  @Test func `A hundred thousand levels are read if the limit allows it`() throws {
    let value = try parse(nested(100_000), maximumDepth: 100_000)
    #expect(value.bytes.count == 200_000)
  }

  @Test(arguments: [0, -1, .min])
  func `A limit of zero allows scalars alone`(_ maximumDepth: Int) throws {
    #expect(try parse("1", maximumDepth: maximumDepth).integer() == 1)
    let error = JSONError(.tooDeep(limit: maximumDepth), path: "$", offset: 1)
    #expect(jsonError { try parse(" []", maximumDepth: maximumDepth) } == error)
    #expect(jsonError { try parse(" {}", maximumDepth: maximumDepth) } == error)
  }

  @Test func `Depth is counted, not containers`() throws {
    let value = try parse("[[],{},[],{}]", maximumDepth: 2)
    #expect(try value.elements().map(\.kind) == [.array, .object, .array, .object])
  }
}
