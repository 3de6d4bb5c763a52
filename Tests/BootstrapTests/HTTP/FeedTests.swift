import Foundation
import JSON
import TestSupport
import Testing

@Suite(.ownThread) struct FeedTests {
  private let home = "/api/activities/home"

  @Test(arguments: ["/api/activities/home", "/api/activities/@ana"])
  func `A feed without activities is an empty list`(path: String) async throws {
    let api = try await API()
    try api.addUser()
    let answer = try await api.get(path)
    #expect((answer.status, answer.text) == (200, "[]"))
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.headers["link"] == nil)
  }

  @Test func `Home has what all say, newest first`() async throws {
    let api = try await API()
    try api.addUser("ana")
    try api.addUser("bo")
    for (message, handle) in [("1", "ana"), ("2", "bo"), ("3", "ana")] { try await api.add(message, by: handle) }
    #expect(try await api.get(home).messages == ["3", "2", "1"])
    #expect(try await api.get("/api/activities/@ana").messages == ["3", "1"])
    #expect(try await api.get("/api/activities/@bo").messages == ["2"])
  }

  @Test func `What is over is not shown, and what has no end is`() async throws {
    let api = try await API()
    try api.addUser()
    let over = try await api.add("over").member("uuid").string()
    let open = try await api.add("open").member("uuid").string()
    try api.sql("UPDATE activities SET expires_at = CASE message WHEN 'over' THEN now() END")
    #expect(try await api.get(home).messages == ["open"])
    #expect(try await api.get("/api/activities/@ana").messages == ["open"])
    #expect(try await api.get("/api/activities/\(open)").status == 200)
    let answer = try await api.get("/api/activities/\(over)")
    #expect((answer.status, answer.codes) == (404, ["activity_not_found"]))
  }

  /// Twelve activities of four instants, read by pages, while others come and go.
  @Test(arguments: ["/api/activities/home", "/api/activities/@ana"], [1, 2, 3, 5, 11])
  func `Pages have each activity once, in one order`(path: String, limit: Int) async throws {
    let api = try await API()
    try api.addUser()
    try api.sql(
      """
      INSERT INTO activities (user_uuid, message, expires_at, created_at)
      SELECT uuid, n, now() + interval '1 day', now() - n / 3 * interval '1 microsecond'
      FROM users, generate_series(1, 12) AS n
      """)
    let whole = try await api.get(path).messages
    #expect(whole.count == 12)
    var pages: [[String]] = []
    var query: String? = "limit=\(limit)"
    while let next = query, pages.count < 20 {
      let answer = try await api.get(path, query: next)
      pages.append(try answer.messages)
      query = answer.nextQuery
      try await api.add("new")
    }
    #expect(pages.flatMap(\.self) == whole)
    #expect(pages.dropLast().allSatisfy { $0.count == limit })
  }

  /// What an index happens to give in the right order is sorted where PostgreSQL takes another way.
  @Test(arguments: ["/api/activities/home", "/api/activities/@ana"])
  func `The order is the same without an index`(path: String) async throws {
    let settings = ["indexscan", "indexonlyscan", "bitmapscan"].map { "-c%20enable_\($0)%3Doff" }
    let api = try await API(query: "options=" + settings.joined(separator: "%20"))
    try api.addUser()
    try api.sql("INSERT INTO activities (user_uuid, message) SELECT uuid, n FROM users, generate_series(1, 30) AS n")
    let order = try api.sql("SELECT message FROM activities ORDER BY created_at DESC, uuid DESC LIMIT 20")
    #expect(try await api.get(path).messages == order.split(separator: "\n").map(String.init))
  }

  @Test func `The last page has no link, even if it is full`() async throws {
    let api = try await API()
    try api.addUser()
    for message in ["1", "2"] { try await api.add(message) }
    #expect(try await api.get(home, query: "limit=2").headers["link"] == nil)
    #expect(try await api.get(home, query: "limit=1").headers["link"]?.hasSuffix("; rel=\"next\"") == true)
  }

  @Test func `A page has twenty activities unless the client says otherwise`() async throws {
    let api = try await API()
    try api.addUser()
    try api.sql("INSERT INTO activities (user_uuid, message) SELECT uuid, 'Hi' FROM users, generate_series(1, 101)")
    #expect(try await api.get(home).messages.count == 20)
    #expect(try await api.get(home, query: "limit=100").messages.count == 100)
  }

  @Test(arguments: [
    ("limit=0", "limit_invalid"), ("limit=101", "limit_invalid"), ("limit=-1", "limit_invalid"),
    ("limit=", "limit_invalid"), ("limit=ten", "limit_invalid"), ("limit=99999999999999999999", "limit_invalid"),
    ("cursor=", "cursor_invalid"), ("cursor=1", "cursor_invalid"), ("cursor=1.2", "cursor_invalid"),
    ("cursor=-1.5eed0000-0000-4000-8000-000000000001", "cursor_invalid"),
    ("cursor=%2B1.5eed0000-0000-4000-8000-000000000001", "cursor_invalid"),
    ("cursor=01.5eed0000-0000-4000-8000-000000000001", "cursor_invalid"),
    ("cursor=1.5EED0000-0000-4000-8000-000000000001", "cursor_invalid"),
    ("cursor=253402300800000000.5eed0000-0000-4000-8000-000000000001", "cursor_invalid"),
    ("cursor=9223372036854775807.5eed0000-0000-4000-8000-000000000001", "cursor_invalid"),
  ]) func `A bad limit or cursor is told`(query: String, code: String) async throws {
    let api = try await API()
    try api.addUser()
    for path in [home, "/api/activities/@ana"] {
      let answer = try await api.get(path, query: query)
      #expect((answer.status, answer.codes) == (400, [code]), "\(path)")
    }
  }

  @Test(arguments: ["", "nobody", "ana-", "%00", "%20", "ana%00", "x'%20OR%20'1'='1", "an%61"])
  func `Nobody's feed is not found`(handle: String) async throws {
    let api = try await API()
    try api.addUser()
    let decoded = try #require(handle == "an%61" ? handle : handle.removingPercentEncoding)
    let answer = try await api.get("/api/activities/@\(decoded)")
    #expect((answer.status, answer.codes) == (404, ["user_not_found"]))
  }

  /// In the path as an HTTP API hands it out, and as a function URL does; and in the query, which both leave alone.
  @Test(arguments: [
    ("a/b", "a%2Fb", false), ("what?", "what%3F", true), ("100%41", "100%2541", true), ("a%2Fb", "a%252Fb", true),
    ("Zoë +&=#>😀", "Zo%C3%AB%20%2B%26%3D%23%3E%F0%9F%98%80", true), ("../x", "..%2Fx", false), ("/", "%2F", false),
  ]) func `A handle may have any character`(handle: String, escaped: String, isInDecodedPath: Bool) async throws {
    let api = try await API()
    try api.addUser(handle)
    for message in ["1", "2"] { try await api.add(message, by: handle) }
    if isInDecodedPath { #expect(try await api.get("/api/activities/@\(handle)").messages == ["2", "1"]) }
    let domain = "abc.lambda-url.us-east-1.on.aws"
    #expect(try await api.send("GET", "/api/activities/@\(escaped)", domain: domain).messages == ["2", "1"])

    let page = try await api.get("/api/activities", query: "user_handle=\(escaped)&limit=1")
    #expect(try page.messages == ["2"])
    #expect(page.headers["link"]?.hasPrefix("<?user_handle=\(escaped)&limit=1&cursor=") == true, "\(page.headers)")
    #expect(try await api.get("/api/activities", query: page.nextQuery ?? "").messages == ["1"])
  }

  @Test(arguments: [
    ("", 400, "user_handle_blank"), ("user_handle", 400, "user_handle_blank"),
    ("user_handle=%20&limit=1", 400, "user_handle_blank"), ("user_handle=nobody", 404, "user_not_found"),
    ("user_handle=ana%00", 404, "user_not_found"), ("user_handle=ana&limit=0", 400, "limit_invalid"),
    ("user_handle=ana&cursor=1", 400, "cursor_invalid"),
  ]) func `A handle in the query has to be somebody's`(query: String, status: Int, code: String) async throws {
    let api = try await API()
    try api.addUser()
    let answer = try await api.get("/api/activities", query: query)
    #expect((answer.status, answer.codes) == (status, [code]))
  }

  /// The path that the client sent is not to be seen: a stage's name is before it, or a custom domain's mapping is gone.
  @Test(arguments: ["/api/activities/home", "/api/activities/@ana"])
  func `The link to the next page is to another query of the same path`(path: String) async throws {
    let api = try await API()
    try api.addUser()
    for _ in 1...2 { try await api.add() }
    let last = try api.sql(
      "SELECT (extract(epoch FROM created_at) * 1e6)::bigint || '.' || uuid FROM activities ORDER BY 1 DESC LIMIT 1")
    let link = try await api.get(path, query: "limit=1").headers["link"]
    #expect(link == "<?limit=1&cursor=\(last)>; rel=\"next\"")
  }

  @Test func `A page that is larger than Lambda sends is a problem`() async throws {
    let api = try await API()
    try api.sql(
      """
      WITH ana AS (
        INSERT INTO users (display_name, handle, cognito_user_id) VALUES (repeat('x', 70000), 'ana', '1') RETURNING uuid
      )
      INSERT INTO activities (user_uuid, message) SELECT uuid, 'Hi' FROM ana, generate_series(1, 100)
      """)
    let answer = try await api.get(home, query: "limit=100")
    #expect((answer.status, answer.codes) == (500, ["response_too_large"]))
    #expect(try await api.get(home, query: "limit=50").messages.count == 50)
  }

  @Test func `An unknown activity is not found, and a bad id is told`() async throws {
    let api = try await API()
    let unknown = try await api.get("/api/activities/11111111-2222-4333-8444-555555555555")
    #expect((unknown.status, unknown.codes) == (404, ["activity_not_found"]))
    let bad = try await api.get("/api/activities/11111111-2222-4333-8444-55555555555")
    #expect((bad.status, bad.codes) == (400, ["uuid_invalid"]))
  }

  /// RFC 3339 in UTC, whatever the zone of the session, the database or the role.
  @Test(arguments: ["America/New_York", "Asia/Kathmandu", "UTC"])
  func `The zone of the database changes no instant`(zone: String) async throws {
    let api = try await API()
    try api.addUser()
    try api.sql("ALTER DATABASE \(api.url.split(separator: "/").last ?? "") SET timezone = '\(zone)'")
    let instants = ["2026-11-01T05:30:00.000001Z", "2026-11-01T06:30:00.123456Z", "2027-03-14T07:00:00.000000Z"]
    for instant in instants {
      try api.sql(
        """
        INSERT INTO activities (user_uuid, message, created_at, expires_at)
        SELECT uuid, '\(instant)', '\(instant)', timestamptz '\(instant)' + interval '876000 hours' FROM users
        """)
    }
    #expect(try api.sql("SHOW timezone") == zone)
    let feed = try await api.get(home).json.elements().map { try $0.member("created_at").string() }
    #expect(feed == instants.reversed())
    #expect(try await api.get(home).messages == instants.reversed())
    // Twice, for the second one's statement has been prepared; and by pages, for a cursor is an instant, too.
    let page = try await api.get(home, query: "limit=1")
    #expect(try await api.get(home, query: page.nextQuery ?? "").messages == [instants[1]])
    let before = try api.sql("SELECT extract(epoch FROM now())::bigint")
    let created = try await api.add().member("created_at").string()
    let difference = "SELECT abs(extract(epoch FROM '\(created)'::timestamptz) - \(before)) < 60"
    #expect(try api.sql(difference) == "t")
  }
}
