import JSON
import LambdaEvents
import LambdaRuntime
import TestSupport
import Testing

@Suite struct HTTPRequestTests {
  private func httpRequest(_ event: String) throws -> HTTPRequest {
    try HTTPRequest(JSONDocument(Array(event.utf8)))
  }

  @Test func `An event of API Gateway is read`() throws {
    let request = try httpRequest(HTTPSample.apiGateway)
    #expect(request.method == .post)
    #expect(request.path == "/api/activities/@ana")
    #expect(request.rawQuery == "limit=20&limit=30&cursor=a%2Bb+c")
    #expect(request.query("limit") == "20")
    #expect(request.query("cursor") == "a+b c")
    #expect(request.cookies == ["theme=dark", "lang=de; x"])
    #expect(request.header("Content-Type") == "application/json; charset=utf-8")
    #expect(request.header("x-list") == "a,b")
    #expect(request.hasAuthorizer)
    #expect(try request.claims?.member("sub").string() == "0f1d")
    #expect(try request.json().root.member("message").string() == "Hé\n")
  }

  @Test func `An event of a function URL is read`() throws {
    let request = try httpRequest(HTTPSample.functionURL)
    #expect(request.method == .get)
    #expect(request.path == "/")
    #expect(request.body.isEmpty)
    #expect(request.cookies.isEmpty)
    #expect(request.hasAuthorizer)
    #expect(request.claims == nil)
  }

  @Test func `What need not be there may be absent or null`() throws {
    let context = #""requestContext":{"http":{"method":"GET"}}"#
    for optional in ["", #","headers":null,"cookies":null,"body":null,"rawQueryString":null,"isBase64Encoded":null"#] {
      let request = try httpRequest(#"{"version":"2.0","rawPath":"/",\#(context)\#(optional)}"#)
      #expect(request.body.isEmpty && request.cookies.isEmpty && request.rawQuery.isEmpty)
      #expect(request.header("host") == nil && request.query("a") == nil)
      #expect(!request.hasAuthorizer && request.claims == nil)
    }
  }

  @Test(arguments: [
    (#""rawPath":"/","requestContext":{"http":{}}"#, "$.requestContext.http.method is missing"),
    (#""rawPath":"/","requestContext":{"http":{"method":null}}"#, "$.requestContext.http.method is of type null"),
    (#""rawPath":"/","requestContext":{"http":"GET"}"#, "$.requestContext.http is of type string"),
    (#""rawPath":"/","requestContext":[]"#, "$.requestContext is of type array"),
    (#""rawPath":"/""#, "$.requestContext is missing"),
    (#""requestContext":{"http":{"method":"GET"}}"#, "$.rawPath is missing"),
    (#""rawPath":7,\#(get)"#, "$.rawPath is of type number"),
    (#""rawPath":"/","rawQueryString":{},\#(get)"#, "$.rawQueryString is of type object"),
    (#""rawPath":"/","headers":[],\#(get)"#, "$.headers is of type array"),
    (#""rawPath":"/","headers":{"a":"b","c":1},\#(get)"#, "$.headers.c is of type number"),
    (#""rawPath":"/","cookies":"a=b",\#(get)"#, "$.cookies is of type string"),
    (#""rawPath":"/","cookies":["a=b",null],\#(get)"#, "$.cookies[1] is of type null"),
    (#""rawPath":"/","body":{"message":"secret"},\#(get)"#, "$.body is of type object"),
    (#""rawPath":"/","isBase64Encoded":"true",\#(get)"#, "$.isBase64Encoded is of type string"),
  ]) func `What is missing or of the wrong type is named`(members: String, note: String) throws {
    #expect {
      try httpRequest(#"{"version":"2.0",\#(members)}"#)
    } throws: { error in
      let error = error as? EventError
      return error?.errorType.rawValue == "Function.InvalidEvent" && error?.errorMessage.contains(note) == true
        && error?.errorMessage.contains("secret") == false
    }
  }

  private static let get = #""requestContext":{"http":{"method":"GET"}}"#

  @Test(arguments: [#""version":"1.0""#, #""version":2.0"#, #""version":null"#, #""resource":"/""#])
  func `Another payload format is refused by name`(member: String) {
    #expect {
      try httpRequest(#"{\#(member),"rawPath":"/","httpMethod":"GET",\#(HTTPRequestTests.get)}"#)
    } throws: { error in
      let message = (error as? EventError)?.errorMessage ?? ""
      return message.contains("$.version") && message.contains("2.0")
    }
  }

  @Test(arguments: [
    ("a b", "a%20b"), ("50%25/", "50%2525%2F"), ("é👍", "%C3%A9%F0%9F%91%8D"),
    (">;\r\n\0?#\"&=+,", "%3E%3B%0D%0A%00%3F%23%22%26%3D%2B%2C"), ("azAZ09-._~", "azAZ09-._~"), ("", ""),
  ]) func `A link has any text in its query, and no path`(text: String, escaped: String) throws {
    var response = HTTPResponse()
    response.addLink(to: [("a", text), (text, "1")], relation: "next")
    #expect(response.headers.first?.value == "<?a=\(escaped)&\(escaped)=1>; rel=\"next\"")
    let request = try httpRequest(httpEvent("GET", query: "a=\(escaped)"))
    #expect(request.query("a") == text)
  }

  @Test(arguments: ["content-type", "Content-Type", "CONTENT-TYPE"])
  func `A header's case does not count`(name: String) throws {
    for written in ["content-type", "Content-Type"] {
      #expect(try httpRequest(httpEvent(headers: [written: "text/plain"])).header(name) == "text/plain")
    }
    #expect(try httpRequest(httpEvent(headers: ["content-type2": "x", "content-typ": "y"])).header(name) == nil)
  }

  @Test(arguments: [
    ("a=1", "1"), ("a=1&a=2", "1"), ("b=1&a=2", "2"), ("a", ""), ("a=", ""), ("&&a=1&", "1"), ("a=b=c", "b=c"),
    ("%61=1", "1"), ("a=%3D%26", "=&"), ("a=1+2%2B3", "1 2+3"), ("a=50%", "50%"), ("a=%C3%A9", "é"), ("A=1", nil),
    ("", nil), ("b=a", nil), ("=a", nil), ("aa=1", nil),
  ]) func `A query parameter is decoded`(query: String, value: String?) throws {
    #expect(try httpRequest(httpEvent(query: query)).query("a") == value)
  }

  @Test func `A text body is UTF-8`() throws {
    #expect(try httpRequest(httpEvent("POST", body: "é\0")).body == Array("é\0".utf8))
  }

  @Test func `A base64 body is decoded`() throws {
    let event = httpEvent("POST", body: "/wA+", isBase64: true)
    #expect(try httpRequest(event).body == [0xFF, 0x00, 0x3E])
    let escaped = String(decoding: event.utf8, as: UTF8.self).replacing("/wA+", with: #"\/wA+"#)
    #expect(try httpRequest(escaped).body == [0xFF, 0x00, 0x3E])
  }

  @Test(arguments: [
    "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=latin1",
    " application/json ;x", "application/problem+json", "application/vnd.api+json; v=1",
    "application/json, application/json", "application/json,application/json; charset=utf-8", "application/json, ,",
    #"application/json; a="b, text/plain""#, #"application/json; a="\", text/plain", application/json"#,
  ]) func `JSON is read where the content type is JSON`(type: String) throws {
    let request = try httpRequest(httpEvent("POST", headers: ["content-type": type], body: #"{"a":1}"#))
    #expect(try request.json().root.member("a").integer() == 1)
  }

  @Test(arguments: [
    nil, "", ";", "text/plain", "application/jsonx", "application/json-patch", "json", "+json", "application",
    "application/x-www-form-urlencoded", "text/plain; application/json", "application /json", ",", " , ",
    "application/json, text/plain", "text/plain, application/json", #"application/json; a="b", text/plain"#,
    #"application/json; a="\\", text/plain"#,
  ]) func `JSON is refused where the content type is not JSON`(type: String?) throws {
    let headers = type.map { ["content-type": $0] } ?? [:]
    let request = try httpRequest(httpEvent("POST", headers: headers, body: "{}"))
    #expect(throws: HTTPBodyError.contentTypeNotJSON) { try request.json() }
  }

  @Test(arguments: ["gzip", "GZIP", "br", "gzip, gzip", "identity, gzip", "gzip, identity", "x"])
  func `A body that is compressed is refused by the header's name`(coding: String) throws {
    let headers = ["content-type": "application/json", "content-encoding": coding]
    let event = httpEvent("POST", headers: headers, body: "H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==", isBase64: true)
    #expect(throws: HTTPBodyError.contentEncoded) { try httpRequest(event).json() }
  }

  @Test(arguments: ["identity", "Identity", "identity, identity", "", " "])
  func `A body that is said to be as it is is read`(coding: String) throws {
    let headers = ["content-type": "application/json", "content-encoding": coding]
    #expect(try httpRequest(httpEvent("POST", headers: headers, body: "{}")).json().root.kind == .object)
  }

  @Test(arguments: ["", "{", "{}x", #"{"secret":"#]) func `A body that is no JSON is refused`(body: String) throws {
    let request = try httpRequest(httpEvent("POST", headers: ["content-type": "application/json"], body: body))
    let error = #expect(throws: HTTPBodyError.self) { try request.json() }
    guard case .notJSON(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.offset == (body == "{}x" ? 2 : body.utf8.count))
  }

  @Test func `A body whose strings are not all Unicode is refused`() throws {
    let body = #"{"a":"\ud83d"}"#
    let request = try httpRequest(httpEvent("POST", headers: ["content-type": "application/json"], body: body))
    let error = #expect(throws: HTTPBodyError.self) { try request.json() }
    guard case .notJSON(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.reason == .loneSurrogate)
  }

  @Test func `A body that is no base64 is refused as JSON`() throws {
    let event = httpEvent("POST", headers: ["content-type": "application/json"], body: "e30", isBase64: true)
    #expect(throws: HTTPBodyError.notBase64) { try httpRequest(event).json() }
  }

  @Test(arguments: [
    ("null", false), ("{}", true), (#"{"jwt":null}"#, true), (#"{"jwt":{"claims":null}}"#, true),
    (#"{"iam":{"userId":"x"}}"#, true), (#"{"lambda":{"k":"v"}}"#, true),
  ]) func `An authorizer need not be one of JWTs`(authorizer: String, isThere: Bool) throws {
    let request = try httpRequest(httpEvent(authorizer: authorizer))
    #expect(request.hasAuthorizer == isThere)
    #expect(request.claims == nil)
  }
}
