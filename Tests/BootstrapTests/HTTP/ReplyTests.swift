import JSON
import TestSupport
import Testing

@Suite(.ownThread) struct ReplyTests {
  private let unknown = "11111111-2222-4333-8444-555555555555"

  private func path(_ activity: JSONValue) throws -> String {
    "/api/activities/\(try activity.member("uuid").string())/reply"
  }

  @Test func `A reply is an activity, and is counted`() async throws {
    let api = try await API()
    try api.addUser("ana")
    try api.addUser("bo")
    let activity = try await api.add("Hello", by: "ana")
    let answer = try await api.send("POST", try path(activity), #"{"message":"Hi"}"#, sub: "sub-bo")
    #expect(answer.status == 200, "\(answer.text)")
    let uuid = try activity.member("uuid").string()
    #expect(try answer.json.member("reply_to_activity_uuid").string() == uuid)
    #expect(try answer.json.member("handle").string() == "bo")
    #expect(try await api.get("/api/activities/\(uuid)").json.member("replies_count").integer() == 1)
  }

  @Test func `Replies are read by pages, newest first, without those that are over or answer something else`()
    async throws
  {
    let api = try await API()
    try api.addUser()
    let uuid = try await api.add().member("uuid").string()
    let other = try await api.add()
    _ = try await api.send("POST", try path(other), #"{"message":"elsewhere"}"#, sub: "sub-ana")
    #expect(try await api.get("/api/activities/\(uuid)/replies").text == "[]")
    try api.sql(
      """
      INSERT INTO activities (user_uuid, message, reply_to_activity_uuid, created_at, expires_at)
      SELECT uuid, n, '\(uuid)', now() - (n / 2 || ' s')::interval, CASE WHEN n = 3 THEN now() END
      FROM users, generate_series(1, 5) AS n
      """)
    let order = try api.sql(
      """
      SELECT message FROM activities
      WHERE reply_to_activity_uuid = '\(uuid)' AND expires_at IS NULL ORDER BY created_at DESC, uuid DESC
      """)
    var messages: [String] = []
    var query: String? = "limit=3"
    while let next = query, messages.count < 10 {
      let answer = try await api.get("/api/activities/\(uuid)/replies", query: next)
      #expect(answer.status == 200)
      messages += try answer.messages
      query = answer.nextQuery
    }
    #expect(messages == order.split(separator: "\n").map(String.init))
    #expect(messages.count == 4)
  }

  @Test func `What is unknown or over has no replies`() async throws {
    let api = try await API()
    try api.addUser()
    let uuid = try await api.add().member("uuid").string()
    try api.sql("UPDATE activities SET expires_at = now()")
    for activity in [uuid, unknown] {
      let answer = try await api.get("/api/activities/\(activity)/replies")
      #expect((answer.status, answer.codes) == (404, ["activity_not_found"]))
    }
    for (activity, query, code) in [("none", "", "uuid_invalid"), (unknown, "limit=0", "limit_invalid")] {
      let answer = try await api.get("/api/activities/\(activity)/replies", query: query)
      #expect((answer.status, answer.codes) == (400, [code]))
    }
  }

  @Test func `A reply ends with what it replies to, or when it says`() async throws {
    let api = try await API()
    try api.addUser()
    let activity = try await api.add(ttl: "3-days")
    let first = try await api.send("POST", try path(activity), #"{"message":"Hi"}"#, sub: "sub-ana").json
    #expect(try first.member("expires_at").string() == activity.member("expires_at").string())
    let body = #"{"message":"Hi","ttl":"1-hour"}"#
    let second = try await api.send("POST", try path(activity), body, sub: "sub-ana").json
    let uuid = try second.member("uuid").string()
    let lifetime = "SELECT extract(epoch FROM expires_at - created_at)::int FROM activities WHERE uuid = '\(uuid)'"
    #expect(try api.sql(lifetime) == "3600")
  }

  @Test func `A reply to an activity without an end has none either`() async throws {
    let api = try await API()
    try api.addUser()
    let activity = try await api.add()
    try api.sql("UPDATE activities SET expires_at = NULL")
    let reply = try await api.send("POST", try path(activity), #"{"message":"Hi"}"#, sub: "sub-ana").json
    #expect(try reply.member("expires_at").isNull)
  }

  @Test func `There is no reply to what is unknown or over`() async throws {
    let api = try await API()
    try api.addUser()
    let missing = try await api.send("POST", "/api/activities/\(unknown)/reply", #"{"message":"Hi"}"#, sub: "sub-ana")
    #expect((missing.status, missing.codes) == (404, ["activity_not_found"]))
    let activity = try await api.add()
    try api.sql("UPDATE activities SET expires_at = now()")
    let late = try await api.send("POST", try path(activity), #"{"message":"Hi"}"#, sub: "sub-ana")
    #expect((late.status, late.codes) == (404, ["activity_not_found"]))
    #expect(try api.sql("SELECT count(*), sum(replies_count) FROM activities") == "1|0")
  }

  @Test func `A bad id is told`() async throws {
    let api = try await API()
    let answer = try await api.send("POST", "/api/activities/7/reply", #"{"message":"Hi"}"#, sub: "sub-ana")
    #expect((answer.status, answer.codes) == (400, ["uuid_invalid"]))
  }

  @Test func `A reply by nobody is not counted`() async throws {
    let api = try await API()
    try api.addUser()
    let activity = try await api.add()
    let unknown = try await api.send("POST", try path(activity), #"{"message":"Hi"}"#, sub: "sub-bo")
    #expect((unknown.status, unknown.codes) == (409, ["user_missing"]))
    let blank = try await api.send("POST", try path(activity), #"{"message":" ","ttl":"x"}"#, sub: "sub-ana")
    #expect((blank.status, blank.codes) == (422, ["ttl_unknown", "message_blank"]))
    #expect(try api.sql("SELECT count(*), sum(replies_count) FROM activities") == "1|0")
  }

  @Test func `Replies at once are all counted`() async throws {
    let api = try await API()
    try api.addUser()
    let path = try path(try await api.add())
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        // A thread each, for a statement blocks its own.
        group.addTask(executorPreference: ThreadExecutor()) {
          var statuses: [Int] = []
          for _ in 0..<10 {
            statuses.append(try await api.send("POST", path, #"{"message":"Hi"}"#, sub: "sub-ana").status)
          }
          return statuses.count { $0 == 200 }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(statuses == 40)
    #expect(try api.sql("SELECT max(replies_count), count(reply_to_activity_uuid) FROM activities") == "40|40")
  }
}
