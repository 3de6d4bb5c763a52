import JSON
import Testing

@Suite struct PathTests {
  @Test func `A path leads to every value`() throws {
    let root = try parse(#"{"a":{"b":[0,[1],{"c":2}]},"d":[],"e":{}}"#)
    var paths: [String] = []
    func visit(_ value: JSONValue) throws {
      paths.append(value.path)
      if value.kind == .array { for element in try value.elements() { try visit(element) } }
      if value.kind == .object { for (_, member) in try value.members() { try visit(member) } }
    }
    try visit(root)
    #expect(
      paths == [
        "$", "$.a", "$.a.b", "$.a.b[0]", "$.a.b[1]", "$.a.b[1][0]", "$.a.b[2]", "$.a.b[2].c", "$.d", "$.e",
      ])
  }

  @Test(arguments: [
    ("name", "$.name"), ("_n4me", "$._n4me"), ("4", #"$["4"]"#), ("", #"$[""]"#), ("a b", #"$["a b"]"#),
    ("cognito:user_status", #"$["cognito:user_status"]"#), ("é", #"$["é"]"#), ("\"\n", #"$["\"\n"]"#),
  ])
  func `Keys that are not plain are quoted`(_ key: String, _ path: String) throws {
    let root = try JSONDocument(JSONWriter.object { $0.add(key, 1) }).root
    #expect(root[key]?.path == path)
    let empty = try parse("{}")
    #expect(jsonError { try empty.member(key) }?.path == path)
  }

  @Test func `Long keys are cut`() throws {
    let long = String(repeating: "k", count: 64)
    let root = try parse(#"{"\#(long)":1,"\#(long)2":2}"#)
    #expect(root[long]?.path == "$.\(long)")
    #expect(root[long + "2"]?.path == "$[\"\(long)…\"]")
  }

  @Test func `A value has its own path where keys are equal`() throws {
    let members = try parse(#"{"a":[1],"a":[2,[3]]}"#).members().map(\.value)
    #expect(members.map(\.path) == ["$.a", "$.a"])
    // What is in the second is not looked for in the first.
    #expect(try members.map { try $0.elements().map(\.path) } == [["$.a[0]"], ["$.a[0]", "$.a[1]"]])
    #expect(try members.last?.elements().map { $0 }.last?.elements().map(\.path) == ["$.a[1][0]"])
  }
}
