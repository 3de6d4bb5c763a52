import JSON
import LambdaEvents
import Testing

@testable import CruddurCLI

/// The options of `cruddur events`.
@Suite(.timeLimit(.minutes(1)))
struct EventOptionTests {
  private func event(_ arguments: [String]) async throws -> JSONDocument {
    let outcome = try await CommandLineTool.run(["events"] + arguments)
    #expect(outcome.log == "")
    try #require(outcome.status == 0)
    return try JSONDocument(Array(outcome.output.utf8))
  }

  @Test(arguments: [
    (["--name", "Ada"], "Ada|ada|ada@example.com"),
    (["--name", "Zoë O'Brien"], "Zoë O'Brien|zoe.o.brien|zoe.o.brien@example.com"),
    (["--name", "Ada", "--email", "a@b.example"], "Ada|ada|a@b.example"),
    (["--email", "ada.l@b.example"], "ada.l|ada.l|ada.l@b.example"),
    (["--preferred-username", "Ada_1"], "Ada_1|Ada_1|ada.1@example.com"),
    (["--name", "花子", "--preferred-username", "hanako"], "花子|hanako|hanako@example.com"),
    (["--name", "花子"], "花子|somebody|somebody@example.com"),
    (
      ["--name", "O'Brien\"; DROP TABLE users;--", "--preferred-username", "", "--email", ""],
      "O'Brien\"; DROP TABLE users;--||"
    ),
    (["--phone-number", "+12065550100"], "Alice Green|alice|alice@example.com"),
    ([], "Alice Green|alice|alice@example.com"),
  ]) func `Who somebody is follows from what is said of them`(options: [String], person: String) async throws {
    let attributes = try await event(["confirm-sign-up"] + options).root.member("request").member("userAttributes")
    let found = try ["name", "preferred_username", "email"].map { try attributes.member($0).string() }
    #expect(found.joined(separator: "|") == person)
    #expect(try attributes["phone_number"]?.string() == (options.first == "--phone-number" ? options[1] : nil))
  }

  @Test func `What a kind's sample has not got is not made up`() async throws {
    let attributes = try await event(["federated", "--name", "Ada"]).root.member("request").member("userAttributes")
    #expect(attributes["preferred_username"] == nil)
    #expect(try attributes.member("email").string() == "ada@example.com")
  }

  @Test func `Ids, attributes and metadata are set`() async throws {
    let root = try await event([
      "confirm-sign-up", "--sub", "an id", "--username", "ada", "--attribute", "custom:tenant=a=b", "--attribute",
      "locale=de", "--client-metadata", "campaign=autumn", "--set", "region=eu-west-1", "--set", "request.x:=[1]",
    ]).root
    #expect(try root.member("userName").string() == "ada")
    #expect(try root.member("region").string() == "eu-west-1")
    let request = try root.member("request")
    #expect(String(decoding: try request.member("clientMetadata").bytes, as: UTF8.self) == #"{"campaign":"autumn"}"#)
    #expect(String(decoding: try request.member("x").bytes, as: UTF8.self) == "[1]")
    let attributes = try request.member("userAttributes")
    #expect(try attributes.member("sub").string() == "an id")
    #expect(try attributes.member("custom:tenant").string() == "a=b")
    #expect(try attributes.member("locale").string() == "de")

    let other = try await event(["custom-message", "--client-metadata", "a=b"]).root
    #expect(try other.member("request").member("clientMetadata").members().map(\.key) == ["a"], "not the sample's own")
  }

  @Test func `A source may be called by its whole name`() async throws {
    let root = try await event(["custom-email-sender", "--source", "CustomEmailSender_ResendCode"]).root
    #expect(try root.member("triggerSource").string() == "CustomEmailSender_ResendCode")
  }

  @Test func `A request of an HTTP API is as API Gateway sends it`() async throws {
    let document = try await event([
      "http-api", "--path", "/api/activities/%40ana%20b?limit=5&q=a+b", "--query", "q=ü&", "--header", "X-A: b",
      "--header",
      "Cookie: c=d; e=f", "--header", "User-Agent:me", "--body", #"{"message":"é"}"#, "--claim", "sub=mock-bayko",
    ])
    let request = try HTTPRequest(document)
    #expect(request.method == .post)
    #expect(request.path == "/api/activities/@ana b" && request.rawQuery == "limit=5&q=a+b&q=%C3%BC%26")
    #expect(request.query("limit") == "5")
    let parameters = try document.root.member("queryStringParameters").members().map { ($0.key, try $0.value.string()) }
    #expect(parameters.map(\.0) == ["limit", "q"] && parameters.map(\.1) == ["5", "a b,ü&"])
    #expect(request.header("x-a") == "b" && request.header("content-length") == "16" && request.header("cookie") == nil)
    #expect(request.cookies == ["c=d", "e=f"])
    let context = try document.root.member("requestContext").member("http")
    #expect(try context.member("userAgent").string() == "me" && context.member("path").string() == request.path)
    #expect(try request.json().root.member("message").string() == "é")
    #expect(try request.claims?.members().map(\.key) == ["token_use", "sub"])
  }

  @Test func `A request of a function URL is as it was sent`() async throws {
    for (path, shown) in [("/a%20b/c", "/a%20b/c"), ("/ü", "/%C3%BC"), ("/@ana", "/@ana")] {
      let request = try HTTPRequest(await event(["function-url", "--path", path, "--body", "x", "--method", "PUT"]))
      #expect(request.path == shown && request.method == .put && request.body == Array("x".utf8))
      #expect(request.header("content-type") == "text/plain; charset=utf-8")
    }
  }

  @Test func `A path without a query has none, and a query leaves the path`() async throws {
    let plain = try await event(["http-api", "--path", "/api/health"])
    #expect(try HTTPRequest(plain).rawQuery == "" && plain.root["queryStringParameters"] == nil)
    let other = try await event(["http-api", "--query", "limit=1"])
    #expect(try HTTPRequest(other).rawQuery == "limit=1" && HTTPRequest(other).path == "/api/activities/home")
  }

  @Test func `A message of a queue has its digest`() async throws {
    let document = try await event(["sqs", "--body", "hi"])
    #expect(try SQSEvent(document).messages.map(\.body) == ["hi"])
    let record = try #require(try SQSEvent(document).messages.first?.record)
    #expect(try record.member("md5OfBody").string() == "49f68a5c8493ec2c0bf489821c21fc3b")
    let same = try await event(["sqs", "--body", #"{"greet": "Ana"}"#])
    let sample = try await event(["sqs"])
    let digests = try [same, sample].map { try SQSEvent($0).messages.first?.record.member("md5OfBody").string() }
    #expect(digests == ["6a331164d3178566c1e57f1c1c284a25", "6a331164d3178566c1e57f1c1c284a25"])
  }

  @Test(arguments: [
    (["no-such-kind"], "There is no kind of event no-such-kind: cruddur events lists them."),
    (["--name", "Ada"], "--name needs a kind of event."), (["--set", "a=b"], "--set needs a kind of event."),
    (
      ["confirm-sign-up", "--method", "GET"],
      "confirm-sign-up does not take --method, but --name, --preferred-username, --email, --phone-number, --attribute, "
        + "--sub, --username, --client-metadata, --set. What takes it is http-api, function-url, health."
    ),
    (
      ["function-url", "--claim", "a=b"],
      "function-url does not take --claim, but --method, --path, --query, --header, --body, --set. "
        + "What takes it is http-api, health."
    ),
    (
      ["schedule", "--body", "x"],
      "schedule does not take --body, but --set. What takes it is http-api, function-url, health, sqs."
    ),
    (
      ["pre-sign-up", "--source", "ResendCode"],
      "--source of pre-sign-up is SignUp, AdminCreateUser, not ResendCode."
    ),
    (["confirm-sign-up", "--attribute", "tenant"], "--attribute tenant is not KEY=VALUE."),
    (["confirm-sign-up", "--client-metadata", "=x"], "--client-metadata =x is not KEY=VALUE."),
    (["http-api", "--path", "api"], "--path api does not begin with a slash."),
    (["http-api", "--header", "Accept"], "--header Accept is not NAME: VALUE."),
    (["http-api", "--query", "limit"], "--query limit is not KEY=VALUE."),
  ]) func `What does not fit is told`(arguments: [String], sentence: String) async throws {
    let outcome = try await CommandLineTool.run(["events"] + arguments)
    #expect(outcome.log == "cruddur: \(sentence) See cruddur events --help.\n")
    #expect(outcome.output == "" && outcome.status == 2)
  }

  @Test func `A change that cannot be made is named`() async throws {
    let outcome = try await CommandLineTool.run(["events", "confirm-sign-up", "--set", "userName.x=y"])
    #expect(
      outcome.log
        == "cruddur: confirm-sign-up: $.userName.x cannot be set, because $.userName is of type string, not object.\n")
    #expect(outcome.output == "" && outcome.status == 2)
  }
}
