import JSON
import TestSupport
import Testing

@Suite(.ownThread) struct AddActivityTests {
  private let path = "/api/activities"

  @Test(arguments: [
    (#"{"message":"Hi","user_handle":"ana"}"#, ["ttl_blank"]),
    (#"{"message":"Hi","ttl":null,"user_handle":"ana"}"#, ["ttl_blank"]),
    (#"{"message":"Hi","ttl":" ","user_handle":"ana"}"#, ["ttl_blank"]),
    (#"{"message":"Hi","ttl":"2-days","user_handle":"ana"}"#, ["ttl_unknown"]),
    (#"{"message":"Hi","ttl":7,"user_handle":"ana"}"#, ["ttl_unknown"]),
    (#"{"ttl":"1-day","user_handle":"ana"}"#, ["message_blank"]),
    (#"{"message":"\n\t\u200b\u3164 ","ttl":"1-day","user_handle":"ana"}"#, ["message_blank"]),
    (#"{"message":["Hi"],"ttl":"1-day","user_handle":"ana"}"#, ["message_invalid"]),
    (#"{"message":"a\u0000b","ttl":"1-day","user_handle":"ana"}"#, ["message_invalid"]),
    (#"{"message":"Hi","ttl":"1-day"}"#, ["user_handle_blank"]),
    (#"{"message":"Hi","ttl":"1-day","user_handle":"nobody"}"#, ["user_handle_unknown"]),
    (#"{"message":"Hi","ttl":"1-day","user_handle":"anna"}"#, ["user_handle_unknown"]),
    (#"{"message":"Hi","ttl":"1-day","user_handle":["ana"]}"#, ["user_handle_unknown"]),
    (#"{"message":"Hi","ttl":"1-day","user_handle":"ana\u0000"}"#, ["user_handle_unknown"]),
    ("{}", ["ttl_blank", "message_blank", "user_handle_blank"]),
    (#"{"message":"","ttl":"x","user_handle":""}"#, ["ttl_unknown", "message_blank", "user_handle_blank"]),
  ]) func `422 names all that is wrong, and stores nothing`(body: String, codes: [String]) async throws {
    let api = try await API()
    try api.addUser()
    let answer = try await api.send("POST", path, body)
    #expect(answer.status == 422)
    #expect(answer.codes == codes, "\(answer.text)")
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }

  @Test(arguments: [
    ("", "application/json", 400, "body_not_json"), ("{", "application/json", 400, "body_not_json"),
    ("[]", "application/json", 400, "body_not_object"), (#""Hi""#, "application/json", 400, "body_not_object"),
    (#"{"message":"Hi"}"#, "text/plain", 415, "content_type_unsupported"),
    (#"{"message":"Hi"}"#, nil, 415, "content_type_unsupported"),
  ])
  func `A body that is no JSON object is refused`(body: String, type: String?, status: Int, code: String) async throws {
    let api = try await API()
    let answer = try await api.send("POST", path, body, type: type)
    #expect((answer.status, answer.codes) == (status, [code]))
  }

  /// Characters as a person counts them, each of another number of bytes.
  @Test(arguments: ["a", "é", "e\u{301}", "👋🏽", "🇳🇴", "👩‍👩‍👧‍👦"])
  func `280 characters are accepted and 281 are not`(character: String) async throws {
    let api = try await API()
    try api.addUser()
    let message = String(repeating: character, count: 280)
    #expect(try await api.add(message)["message"]?.string() == message)
    #expect(try api.sql("SELECT message FROM activities") == message)
    let body = #"{"message":"\#(message)\#(character)","ttl":"1-day","user_handle":"ana"}"#
    #expect(try await api.send("POST", path, body).codes == ["message_exceed_max_chars"])
  }

  @Test func `A character may not be longer than all of a message`() async throws {
    let api = try await API()
    try api.addUser()
    #expect(try await api.add("e" + String(repeating: "\u{301}", count: 4_095))["message"] != nil)
    let body = #"{"message":"e\#(String(repeating: "\u{301}", count: 4_096))","ttl":"1-day","user_handle":"ana"}"#
    #expect(try await api.send("POST", path, body).codes == ["message_exceed_max_chars"])
  }

  @Test(arguments: [
    ("30-days", 30 * 86_400), ("7-days", 7 * 86_400), ("3-days", 3 * 86_400), ("1-day", 86_400),
    ("12-hours", 12 * 3_600), ("3-hours", 3 * 3_600), ("1-hour", 3_600),
  ]) func `An activity ends after its time to live`(ttl: String, seconds: Int) async throws {
    let api = try await API()
    try api.addUser()
    try await api.add(ttl: ttl)
    #expect(try api.sql("SELECT extract(epoch FROM expires_at - created_at)::int FROM activities") == "\(seconds)")
  }

  @Test func `The answer is the activity`() async throws {
    let api = try await API()
    try api.addUser(name: "Ana <b>")
    let message = #"Robert'); DROP TABLE users;-- "quotes" \ 😀 </script> $1 :message %s"#
    let activity = try await api.add(message)
    #expect(
      try activity.members().map(\.key) == [
        "uuid", "display_name", "handle", "message", "replies_count", "reposts_count", "likes_count",
        "reply_to_activity_uuid", "expires_at", "created_at",
      ])
    #expect(try activity.member("message").string() == message)
    #expect(try activity.member("display_name").string() == "Ana <b>")
    #expect(try activity.member("handle").string() == "ana")
    #expect(try activity.member("replies_count").integer() == 0)
    #expect(try activity.member("reply_to_activity_uuid").isNull)
    #expect(try api.sql("SELECT message FROM activities") == message)
    #expect(try api.sql("SELECT uuid FROM activities") == activity.member("uuid").string())
  }

  @Test func `Whoever is signed in is the author`() async throws {
    let api = try await API([:])
    try api.addUser("ana")
    try api.addUser("bo")
    let answer = try await api.send("POST", path, #"{"message":"Hi","ttl":"1-day"}"#, sub: "sub-bo")
    #expect(answer.status == 200)
    #expect(try answer.json.member("handle").string() == "bo")
  }

  @Test func `Whoever is signed in and has no row is told so`() async throws {
    let api = try await API()
    let answer = try await api.send("POST", path, #"{"message":"Hi","ttl":"1-day"}"#, sub: "sub-ana")
    #expect((answer.status, answer.codes) == (409, ["user_missing"]))
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }

  @Test(arguments: [
    #"{"token_use":"access","client_id":"app","sub":"sub-ana"}"#,
    #"{"token_use":["id"],"sub":"sub-ana"}"#,
    #"{"token_use":"ID","sub":"sub-ana"}"#,
  ]) func `A token of another kind than an id token is refused`(claims: String) async throws {
    let api = try await API()
    try api.addUser()
    let answer = try await api.send("POST", path, #"{"message":"Hi","ttl":"1-day"}"#, claims: claims)
    #expect((answer.status, answer.codes) == (401, ["token_use_refused"]))
    #expect(answer.headers["www-authenticate"] == "Bearer")
    #expect(answer.text.contains("id token"))
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }

  @Test func `An issuer that does not say what its tokens are for is believed`() async throws {
    let api = try await API()
    try api.addUser()
    let answer = try await api.send("POST", path, #"{"message":"Hi","ttl":"1-day"}"#, claims: #"{"sub":"sub-ana"}"#)
    #expect(answer.status == 200)
  }

  @Test(arguments: ["{}", #"{"sub":null}"#, #"{"sub":7}"#, #"{"sub":""}"#, "null", "[]"])
  func `A token that does not say whose it is is refused`(claims: String) async throws {
    let api = try await API()
    try api.addUser()
    let body = #"{"message":"Hi","ttl":"1-day","user_handle":"ana"}"#
    let answer = try await api.send("POST", path, body, claims: claims)
    #expect((answer.status, answer.codes) == (401, ["sub_missing"]))
    #expect(answer.headers["www-authenticate"] == "Bearer")
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }

  @Test func `Whoever is signed in writes in nobody else's name`() async throws {
    let api = try await API()
    try api.addUser("ana")
    try api.addUser("bo")
    let body = #"{"message":"Hi","ttl":"1-day","user_handle":"ana"}"#
    let answer = try await api.send("POST", path, body, sub: "sub-bo")
    #expect((answer.status, answer.codes) == (401, ["user_handle_refused"]))
    #expect(answer.headers["www-authenticate"] == "Bearer")
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }

  @Test(arguments: [[:], ["ALLOW_ANONYMOUS_AUTHOR": "0"]])
  func `Without a token nobody writes, except on a laptop`(variables: [String: String]) async throws {
    let api = try await API(variables)
    try api.addUser()
    let body = #"{"message":"Hi","ttl":"1-day","user_handle":"ana"}"#
    let answer = try await api.send("POST", path, body)
    #expect((answer.status, answer.codes) == (401, ["author_unknown"]))
    #expect(answer.headers["www-authenticate"] == "Bearer")
    #expect(try api.sql("SELECT count(*) FROM activities") == "0")
  }
}
