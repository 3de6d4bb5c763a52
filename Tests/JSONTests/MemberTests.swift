import JSON
import Testing

@Suite struct MemberTests {
  @Test func `Members are found behind nested ones`() throws {
    let root = try parse(#" { "a" : {"b":[1,{"c":2}],"z":0} , "b" : "x" , "c":[] } "#)
    #expect(try root.member("b").string() == "x")
    #expect(try root.member("a").member("z").integer() == 0)
    #expect(root["c"]?.kind == .array)
    #expect(root["z"] == nil)
    #expect(root[""] == nil)
  }

  @Test func `The last of equal keys wins`() throws {
    let root = try parse(#"{"a":1,"b":{"a":9},"a":[2],"\u0061":3,"ab":4}"#)
    #expect(try root.member("a").integer() == 3)
    #expect(try root.members().map(\.key) == ["a", "b", "a", "a", "ab"])
  }

  @Test func `Keys are compared after their escapes`() throws {
    let root = try parse(#"{"cognito\u003Auser_status":1,"a\\nb":2,"a\nb":3,"":4,"\uD83D\uDE00":5}"#)
    #expect(try root.member("cognito:user_status").integer() == 1)
    #expect(try root.member(#"a\nb"#).integer() == 2)
    #expect(try root.member("a\nb").integer() == 3)
    #expect(try root.member("").integer() == 4)
    #expect(try root.member("😀").integer() == 5)
  }

  @Test func `The first key that differs in the case of ASCII's letters at most is found as HTTP wants it`() throws {
    let root = try parse(#"{"x-a[":1,"X-A":2,"x-a":3,"CONTENT-\u0054YPE":4,"É":5,"\uD83Dx":6}"#)
    #expect(try root.firstMember(ignoringASCIICase: "x-a")?.integer() == 2)
    #expect(try root.firstMember(ignoringASCIICase: "Content-Type")?.integer() == 4)
    #expect(try root.firstMember(ignoringASCIICase: "X-A[")?.integer() == 1)
    for key in ["é", "x-a{", "x", "", "\u{FFFD}x"] { #expect(root.firstMember(ignoringASCIICase: key) == nil) }
    #expect(try parse("[]").firstMember(ignoringASCIICase: "x") == nil)
  }

  @Test func `The member that is of another kind is named`() throws {
    let root = try parse(#"{"a":{"x":"1","y":[2],"z":3},"b":{"x":"[1"},"c":[]}"#)
    try root.member("b").expectMembers(.string)
    let error = JSONError(.typeMismatch(expected: .string, found: .array), path: "$.a.y", offset: 18)
    #expect(jsonError { try root.member("a").expectMembers(.string) } == error)
    #expect(jsonError { try root.member("c").expectMembers(.string) }?.path == "$.c")
  }

  @Test func `Keys are compared by code unit`() throws {
    let root = try parse("{\"e\u{301}\":1}")
    #expect(root["e\u{301}"] != nil)
    #expect(root["\u{E9}"] == nil)
  }

  @Test func `Of keys that a Swift string does not tell apart the last is left for other parsers`() throws {
    let root = try parse("{\"\u{E9}\":1,\"a\":2,\"e\u{301}\":3}")
    #expect(String(root.bytesWithoutDuplicates) == "{\"a\":2,\"e\u{301}\":3}")
  }

  @Test func `A member may be null`() throws {
    let root = try parse(#"{"a":null}"#)
    #expect(try root.member("a").isNull)
    #expect(root["a"]?.isNull == true)
  }

  @Test func `The member that is missing is named`() throws {
    let root = try parse(#"{"request":{"userAttributes":{"name":"Andrew"}}}"#)
    let attributes = try root.member("request").member("userAttributes")
    let error = JSONError(.missing(key: "sub"), path: "$.request.userAttributes.sub", offset: 29)
    #expect(jsonError { try attributes.member("sub") } == error)
  }

  @Test func `Members and elements come in order`() throws {
    let root = try parse(#"{"a":[],"b\n":[[1,[2]],{"x":{}},3],"c":{}}"#)
    let members = try root.members().map { (key, value) in key + String(value.bytes) }
    #expect(members == ["a[]", #"b"# + "\n" + #"[[1,[2]],{"x":{}},3]"#, "c{}"])
    let elements = try root.member("b\n").elements().map { String($0.bytes) }
    #expect(elements == ["[1,[2]]", #"{"x":{}}"#, "3"])
    #expect(try parse("{}").members().map(\.key).isEmpty)
    #expect(try parse("[ ]").elements().map(\.kind).isEmpty)
  }

  @Test func `A value knows where it was written`() throws {
    let text = #"  {"a" : [ 1 , "b\"" ] }  "#
    let document = try JSONDocument(Array(text.utf8))
    #expect(String(document.bytes) == text)
    #expect(document.root.offset == 2)
    #expect(String(document.root.bytes) == #"{"a" : [ 1 , "b\"" ] }"#)
    let list = try document.root.member("a")
    #expect(list.offset == 9)
    #expect(list.bytes.indices == 9..<22)
    #expect(try list.elements().map { String($0.bytes) } == ["1", #""b\"""#])
  }

  @Test func `A value outlives its document`() throws {
    func name() throws -> JSONValue {
      try parse(#"{"name":"a name that is too long for a small string"}"#).member("name")
    }
    #expect(try name().string() == "a name that is too long for a small string")
  }
}
