import JSON
import Testing

@testable import CruddurCLI

/// `--set`: what it changes, and that it changes nothing else.
@Suite(.timeLimit(.minutes(1)))
struct EventChangeTests {
  private func change(_ json: String, _ arguments: [String]) throws -> String {
    var bytes = Array(json.utf8)
    for argument in arguments {
      bytes = try EventChange(argument: argument).made(in: JSONDocument(bytes, maximumDepth: .max))
      _ = try JSONDocument(bytes, maximumDepth: .max)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static let changes: [(json: String, argument: String, result: String)] = [
    // A value is text, whatever it looks like, and JSON behind :=.
    (#"{"a":1}"#, "a=2", #"{"a":"2"}"#), (#"{"a":1}"#, "a:=2", #"{"a":2}"#), (#"{"a":1}"#, "a=true", #"{"a":"true"}"#),
    (#"{"a":1}"#, "a:=true", #"{"a":true}"#), (#"{"a":1}"#, "a=", #"{"a":""}"#), (#"{"a":1}"#, "a=:", #"{"a":":"}"#),
    (#"{"a":1}"#, "a:= [ 1,\n{} ]", "{\"a\": [ 1,\n{} ]}"), (#"{"a":1}"#, #"a:="x""#, #"{"a":"x"}"#),
    (#"{"a":1}"#, "a==b:=c", #"{"a":"=b:=c"}"#), (#"{"a":1}"#, "a=\"\\\n\u{1}é", #"{"a":"\"\\\n\u0001é"}"#),
    // What is there is replaced where it stands, and all other bytes are kept.
    ("{ \"a\" :\t1.0e2 ,\n\"b\":\"\\u00e9\" }\n", "a=x", "{ \"a\" :\t\"x\" ,\n\"b\":\"\\u00e9\" }\n"),
    (#"{"a":{"b":[1,{"c":null}]}}"#, "a.b[1].c=x", #"{"a":{"b":[1,{"c":"x"}]}}"#),
    (#"{"a":{"b":1}}"#, "a=x", #"{"a":"x"}"#), (#"{"a":1,"a":2}"#, "a=x", #"{"a":1,"a":"x"}"#),
    (#"{"\u0061":1}"#, "a=x", #"{"\u0061":"x"}"#), ("[1,2]", "[0]=x", #"["x",2]"#), ("[[1]]", "[0][0]=x", #"[["x"]]"#),
    // What is missing is added at the end, as the members before it are written.
    ("{}", "a=x", #"{"a":"x"}"#), ("{ }", "a=x", #"{ "a":"x"}"#), (#"{"a":1}"#, "b=x", #"{"a":1,"b":"x"}"#),
    (#"{"a": 1}"#, "b=x", #"{"a": 1,"b": "x"}"#), (#"{"a": 1, "b": 2}"#, "c=x", #"{"a": 1, "b": 2, "c": "x"}"#),
    ("{\n  \"a\": 1\n}", "b=x", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}"),
    ("{\n  \"a\": 1,\n  \"b\": {}\n}", "c=x", "{\n  \"a\": 1,\n  \"b\": {},\n  \"c\": \"x\"\n}"),
    ("{}", "a.b.c=x", #"{"a":{"b":{"c":"x"}}}"#), ("{}", "a[0].b=x", #"{"a":[{"b":"x"}]}"#),
    (#"{"a":null}"#, "a.b=x", #"{"a":{"b":"x"}}"#), ("null", "a=x", #"{"a":"x"}"#),
    ("[]", "[0]=x", #"["x"]"#), ("[1]", "[1]=x", #"[1,"x"]"#), ("[\n 1,\n 2\n]", "[2]:=3", "[\n 1,\n 2,\n 3\n]"),
    (#"{"a":"é","b":[]}"#, "b[0]=x", #"{"a":"é","b":["x"]}"#),
    // Keys.
    (#"{"cognito:user_status":"A"}"#, "cognito:user_status=B", #"{"cognito:user_status":"B"}"#),
    ("{}", "custom:tenant:=1", #"{"custom:tenant":1}"#), ("{}", "detail-type=x", #"{"detail-type":"x"}"#),
    ("{}", "two words=x", #"{"two words":"x"}"#), ("{}", "ü=x", #"{"ü":"x"}"#), ("{}", "0=x", #"{"0":"x"}"#),
    (#"{"a.b":1}"#, #"["a.b"]=x"#, #"{"a.b":"x"}"#), ("{}", #"a["=:=[]\""].c:=1"#, #"{"a":{"=:=[]\"":{"c":1}}}"#),
    ("{}", #"[""]=x"#, #"{"":"x"}"#), (#"{"é":1}"#, #"["\u00e9"]=x"#, #"{"é":"x"}"#),
    (#"{"a":1}"#, "$.a=x", #"{"a":"x"}"#), (#"{"a":1}"#, #"$["a"]=x"#, #"{"a":"x"}"#), ("{}", "$=x", #"{"$":"x"}"#),
    ("{}", "$a=x", #"{"$a":"x"}"#), ("{}", "a:b:=1", #"{"a:b":1}"#),
  ]

  @Test(arguments: changes) func `A change is made where its path leads`(json: String, argument: String, result: String)
    throws
  {
    #expect(try change(json, [argument]) == result)
  }

  @Test(arguments: [
    (#"{"a":"s"}"#, "a.b=s3cret", "$.a.b cannot be set, because $.a is of type string, not object."),
    (#"{"a":{"b":[]}}"#, "a.b.c=s3cret", "$.a.b.c cannot be set, because $.a.b is of type array, not object."),
    (#"{"a":{}}"#, "a[0]=s3cret", "$.a[0] cannot be set, because $.a is of type object, not array."),
    (#"{"a":[1]}"#, "a[2]=s3cret", "$.a[2] cannot be set, because $.a has 1 element."),
    (
      "{}", "a[1].b=s3cret",
      "$.a[1].b cannot be set, because $.a is not there, and the first element of a new array is [0]."
    ),
    ("1", "custom:a=s3cret", #"$["custom:a"] cannot be set, because $ is of type number, not object."#),
  ]) func `What cannot be changed is named by its path`(json: String, argument: String, sentence: String) throws {
    let error = #expect(throws: EventChange.Impossible.self) { try self.change(json, [argument]) }
    #expect(error?.description == sentence)
  }

  @Test(arguments: [
    ("a", "--set a has no value: it is PATH=TEXT or PATH:=JSON."),
    ("", #"--set has an empty key: if that is meant, it is [""]."#),
    ("=s3cret", #"--set has an empty key: if that is meant, it is [""]."#),
    (".a=s3cret", #"--set .a has an empty key: if that is meant, it is [""]."#),
    ("a..b=s3cret", #"--set a..b has an empty key: if that is meant, it is [""]."#),
    ("a.=s3cret", #"--set a. has an empty key: if that is meant, it is [""]."#),
    ("a[=s3cret", #"--set a[ has a bracket that is neither [0] nor ["a key"]."#),
    ("a[x]=s3cret", #"--set a[x] has a bracket that is neither [0] nor ["a key"]."#),
    ("a[-1]=s3cret", #"--set a[-1] has a bracket that is neither [0] nor ["a key"]."#),
    (#"a["b=s3cret"#, #"--set a["b has a bracket that is neither [0] nor ["a key"]."#),
    (#"a["\x"]=s3cret"#, #"--set a["\x"] has a bracket that is neither [0] nor ["a key"]."#),
    (
      "a[99999999999999999999]=s3cret",
      #"--set a[99999999999999999999] has a bracket that is neither [0] nor ["a key"]."#
    ),
    ("a[0]b=s3cret", "--set a[0]b has something behind a bracket that begins no key and no value."),
    (
      "a.b:=s3cret",
      "--set a.b: what follows := is not JSON (invalid JSON at byte 0: expected a value); text follows = alone."
    ),
    ("a:=", "--set a: what follows := is not JSON (invalid JSON at byte 0: it ends too early); text follows = alone."),
  ]) func `What is no change is told without its value`(argument: String, sentence: String) async throws {
    let outcome = try await CommandLineTool.run(["invoke", "-", "--set", argument])
    #expect(outcome.log == "cruddur: \(sentence) See cruddur invoke --help.\n")
    #expect(outcome.status == 2)
  }

  @Test func `Each file is changed before it is delivered, by one change after the other`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write(#"{ "a": 1 }"#, to: "event.json")
      let outcome = try await CommandLineTool.run(
        ["invoke", event, "-", "--set", "b.c=1", "--set", "b.d:=2", "--set", "a=x", "--bootstrap", bootstrap.path],
        input: "{\"b\":{\"c\":[]}}")
      #expect(
        outcome.output == "{ \"a\": \"x\", \"b\": {\"c\":\"1\",\"d\":2} }\n{\"b\":{\"c\":\"1\",\"d\":2},\"a\":\"x\"}\n")
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test func `A file that cannot be changed, or is too large then, is named, and nothing is started`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let good = try bootstrap.write("{}", to: "good.json")
      let bad = try bootstrap.write("[]", to: "bad.json")
      let large = try bootstrap.write("{" + String(repeating: " ", count: 6_291_554) + "}", to: "large.json")
      for (file, sentence) in [
        (bad, "\(bad): $.a cannot be set, because $ is of type array, not object."),
        (large, "\(large) has more than 6291556 bytes, which Lambda does not take."),
      ] {
        let outcome = try await CommandLineTool.run(
          ["invoke", good, file, "--set", "a=s3cret", "--bootstrap", bootstrap.path])
        #expect(outcome.log == "cruddur: \(sentence)\n")
        #expect(outcome.status == 2 && outcome.output == "")
      }
      #expect(bootstrap.processes.isEmpty)
    }
  }
}
