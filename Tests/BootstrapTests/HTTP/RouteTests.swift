import Cruddur
import Foundation
import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct RouteTests {
  @Test func `Health is that of the database`() async throws {
    let api = try await API()
    let answer = try await api.get("/api/health")
    #expect((answer.status, answer.text) == (200, #"{"status":"ok"}"#))
    try api.sql("DROP FUNCTION activity_json")
    let broken = try await api.get("/api/health")
    #expect((broken.status, broken.codes) == (500, ["internal_error"]))
    #expect(!broken.text.contains("activity_json"))
    #expect(try await api.get("/api/activities/home").status == 500)
  }

  @Test func `HEAD has the headers of GET`() async throws {
    let api = try await API()
    let (head, get) = (try await api.send("HEAD", "/api/health"), try await api.get("/api/health"))
    #expect((head.status, head.headers, head.text) == (get.status, get.headers, get.text))
  }

  @Test(arguments: [("/api/health", "GET"), ("/api/activities/home", "GET"), ("/api/activities", "POST")])
  func `Without the database a client is told to come again`(path: String, method: String) async throws {
    let api = try await API(query: "port=1")
    let answer = try await api.send(method, path, #"{"message":"Hi","ttl":"1-day"}"#, sub: "sub-ana")
    #expect((answer.status, answer.codes) == (503, ["database_unavailable"]))
    #expect(!answer.text.contains("127.0.0.1"))
  }

  /// The role's own limits, and a server that only reads after a failover.
  @Test(arguments: [
    ("statement_timeout=300ms", true), ("lock_timeout=300ms", true), ("default_transaction_read_only=on", false),
  ])
  func `What may be done at another time is not the function's fault`(setting: String, isLocked: Bool) async throws {
    let api = try await API(query: "options=-c%20" + setting.replacing("=", with: "%3D"))
    try api.addUser()
    let others = Pool(try ConnectionConfiguration(api.url), limit: 1)
    let start = ContinuousClock.now
    let deadline = start + .seconds(60)
    let answer = try await others.transaction(until: deadline) { transaction in
      if isLocked { try await transaction.execute("LOCK TABLE activities", until: deadline) }
      return try await api.send("POST", "/api/activities", #"{"message":"Hi","ttl":"1-day"}"#, sub: "sub-ana")
    }
    #expect((answer.status, answer.codes) == (503, ["database_unavailable"]))
    #expect(start.duration(to: .now) < .seconds(15), "the request's own thirty seconds ended it")
  }

  @Test func `Health waits two seconds for a database that hangs, as the README says`() async throws {
    let readme = try String(contentsOf: Repository.file("README.md"), encoding: .utf8)
    #expect(readme.contains("within two seconds"))
    let api = try await API()
    let lock = try PsqlSession(api.url)
    try lock.send("BEGIN; LOCK TABLE users;")
    while try api.sql("SELECT count(*) FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass") == "0" {
      try await Task.sleep(for: .milliseconds(20))
    }
    // A busy machine makes some of them longer, and none shorter.
    var shortest = Duration.seconds(60)
    for _ in 1...5 where shortest > .milliseconds(2_200) {
      let start = ContinuousClock.now
      let answer = try await api.get("/api/health")
      #expect((answer.status, answer.codes) == (503, ["database_unavailable"]))
      shortest = min(shortest, start.duration(to: .now))
    }
    #expect((Duration.seconds(2)..<Duration.milliseconds(2_200)).contains(shortest), "\(shortest)")
    lock.end()
    #expect(try await api.get("/api/health").status == 200)
  }

  @Test func `One function serves requests and sign-ups alike`() async throws {
    let api = try await API([:])
    let event = signUp("sub-ana", ["preferred_username": "ana"])
    #expect(try await api.handle(event) == event)
    let answer = try await api.send("POST", "/api/activities", #"{"message":"Hi","ttl":"1-day"}"#, sub: "sub-ana")
    #expect(try answer.json.member("handle").string() == "ana")
  }

  @Test func `What nobody handles is told`() async throws {
    let api = try await API()
    let path = try await api.get("/api/nothing")
    #expect((path.status, path.codes) == (404, ["route_not_found"]))
    let method = try await api.send("DELETE", "/api/activities")
    #expect((method.status, method.codes) == (405, ["method_not_allowed"]))
    #expect(method.headers["allow"]?.contains("POST") == true)
  }

  @Test(arguments: [
    ("create-activity", 200), ("create-activity-by-handle", 200), ("bad-activity", 422), ("home", 200),
    ("user-activities", 200), ("find-activity", 200), ("reply", 200), ("health", 200), ("preflight", 204),
  ]) func `Every sample is answered`(name: String, status: Int) async throws {
    let api = try await API(["ALLOW_ANONYMOUS_AUTHOR": "1", "CORS_ORIGINS": "https://cruddur.example.com"])
    try api.postgres.seed(url: api.url)
    let answer = try Answer(await api.handle(Repository.event(name)))
    #expect(answer.status == status, "\(answer.text)")
    if name == "preflight" {
      #expect(answer.headers["access-control-allow-origin"] == "https://cruddur.example.com")
    }
  }
}

@Suite struct HTTPConfigurationTests {
  private func configuration(_ name: String, _ value: String) throws -> Configuration {
    try Configuration(Environment(["CONNECTION_URL": "postgresql://localhost", name: value]))
  }

  @Test(arguments: [
    ("ALLOW_ANONYMOUS_AUTHOR", "yes"), ("ALLOW_ANONYMOUS_AUTHOR", "true"), ("ALLOW_ANONYMOUS_AUTHOR", " 1"),
    ("CORS_ORIGINS", "example.com"), ("CORS_ORIGINS", "https://example.com/"), ("CORS_ORIGINS", "https://"),
    ("CORS_ORIGINS", "https://a.example, b.example"), ("CORS_ORIGINS", "https://example.com/path"),
    ("CORS_ORIGINS", "https://exam ple.com"), ("CORS_ORIGINS", "https://Example.com"), ("CORS_ORIGINS", "https://*"),
  ]) func `A bad value is an error that names its variable`(name: String, value: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration(name, value) }
    #expect(error?.description.hasPrefix(name) == true)
  }

  @Test func `Origins are read`() throws {
    let value = " https://example.com,http://localhost:3000 , http://[::1]:8080"
    #expect(
      try configuration("CORS_ORIGINS", value).cors?.origins == [
        "https://example.com", "http://localhost:3000", "http://[::1]:8080",
      ])
    #expect(try configuration("CORS_ORIGINS", "*").cors?.origins == ["*"])
    #expect(try configuration("CORS_ORIGINS", "").cors == nil)
  }
}
