import JSON
import Testing

@testable import LocalLambda

/// What API Gateway makes of a request.
struct HTTPEventTests {
  private static func event(_ call: HTTPCall, claims: [HTTPEvent.Claim]? = nil) throws -> JSONValue {
    try JSONDocument(HTTPEvent(call: call, requestID: "id", time: 1_795_243_569_064, claims: claims).json()).root
  }

  @Test func `An event has all of its request`() {
    var call = HTTPCall(method: "POST", path: "/api/a%20b", query: "x=1&y=%C3%A9+%2B&x=2&z")
    call.headers = [
      .init(name: "host", value: "127.0.0.1:3000"), .init(name: "x-twice", value: "1"),
      .init(name: "cookie", value: "a=b; c=d"), .init(name: "user-agent", value: "curl"),
      .init(name: "x-twice", value: "2"), .init(name: "content-type", value: "application/json; charset=utf-8"),
    ]
    call.body = Array("\"é\"".utf8)
    let event = HTTPEvent(call: call, requestID: "id", time: 1_795_243_569_064).json()
    #expect(
      String(decoding: event, as: UTF8.self) == """
        {"version":"2.0","routeKey":"$default","rawPath":"/api/a b","rawQueryString":"x=1&y=%C3%A9+%2B&x=2&z",\
        "cookies":["a=b","c=d"],"headers":{"host":"127.0.0.1:3000","x-twice":"1,2","user-agent":"curl",\
        "content-type":"application/json; charset=utf-8"},\
        "queryStringParameters":{"x":"1,2","y":"é +","z":""},\
        "requestContext":{"accountId":"123456789012","apiId":"local","domainName":"127.0.0.1:3000",\
        "domainPrefix":"local","http":{"method":"POST","path":"/api/a b","protocol":"HTTP/1.1",\
        "sourceIp":"127.0.0.1","userAgent":"curl"},"requestId":"id","routeKey":"$default","stage":"$default",\
        "time":"21/Nov/2026:06:46:09 +0000","timeEpoch":1795243569064},"body":"\\"é\\"","isBase64Encoded":false}
        """)
  }

  @Test(arguments: [
    ("/api/@ana", "/api/@ana"), ("/api/100%2541", "/api/100%41"), ("/api/a%2Fb", "/api/a/b"),
    ("/api/%C3%A9+", "/api/é+"),
    ("/api/a%23b", "/api/a#b"), ("/api/what%3F", "/api/what"), ("/api/a%3F%CC%81b", "/api/a"), ("/api/50%", "/api/50%"),
  ]) func `A path is decoded once, as an HTTP API does it`(sent: String, path: String) throws {
    let event = try Self.event(HTTPCall(method: "GET", path: sent, query: "q=%2541"))
    #expect(try event.member("rawPath").string() == path)
    #expect(try event.member("requestContext").member("http").member("path").string() == path)
    #expect(try event.member("rawQueryString").string() == "q=%2541")
  }

  @Test func `What the request has not got is left out`() throws {
    let event = try Self.event(HTTPCall(method: "GET", path: "/api"))
    for key in ["cookies", "queryStringParameters", "body", "pathParameters", "stageVariables"] {
      #expect(event[key] == nil, "\(key)")
    }
    #expect(try event.member("rawQueryString").string() == "")
    #expect(try event.member("requestContext")["authorizer"] == nil)
  }

  @Test(arguments: [
    ("application/json", "{}", false), ("application/problem+json", "{}", false),
    ("TEXT/plain;charset=utf-8", "é", false),
    ("application/xml", "<a/>", false), ("application/x-www-form-urlencoded", "a=b", true), ("image/png", "x", true),
    ("", "x", true),
  ])
  func `A body is base64 unless its type is text`(type: String, body: String, isBase64: Bool) throws {
    var call = HTTPCall(method: "POST", path: "/api", body: Array(body.utf8))
    if !type.isEmpty { call.headers = [.init(name: "content-type", value: type)] }
    let event = try Self.event(call)
    #expect(try event.member("isBase64Encoded").bool() == isBase64)
    let encoded = ["a=b": "YT1i", "x": "eA=="][body]
    #expect(try event.member("body").string() == (isBase64 ? encoded : body))
  }

  @Test(arguments: [
    ([HTTPCall.Header(name: "content-type", value: "text/plain")], [UInt8]([0xFF, 0x41]), "/0E="),
    (
      [.init(name: "content-type", value: "text/plain"), .init(name: "content-encoding", value: "gzip")], [0x41], "QQ=="
    ),
  ])
  func `A body that is text by its type alone is base64`(headers: [HTTPCall.Header], body: [UInt8], encoded: String)
    throws
  {
    let event = try Self.event(HTTPCall(method: "POST", path: "/api", headers: headers, body: body))
    #expect(try event.member("isBase64Encoded").bool())
    #expect(try event.member("body").string() == encoded)
  }

  @Test func `Claims are the authorizer's`() throws {
    let event = try Self.event(
      HTTPCall(method: "GET", path: "/api"), claims: [.init(name: "sub", value: "s"), .init(name: "exp", value: "1")])
    let jwt = try event.member("requestContext").member("authorizer").member("jwt")
    #expect(String(decoding: jwt.bytes, as: UTF8.self) == #"{"claims":{"sub":"s","exp":"1"},"scopes":null}"#)
  }

  @Test(arguments: [
    ("a%20b", "a b", "a b"), ("a+b", "a+b", "a b"), ("%C3%A9", "é", "é"), ("100%", "100%", "100%"),
    ("%zz%4", "%zz%4", "%zz%4"), ("%+1", "%+1", "% 1"), ("%FF", "\u{FFFD}", "\u{FFFD}"), ("%2b%2B", "++", "++"),
    ("", "", ""),
  ])
  func `Escapes are undone`(text: String, inAPath: String, inAQuery: String) {
    #expect(text.percentDecoded() == inAPath)
    #expect(text.percentDecoded(isQuery: true) == inAQuery)
  }
}
