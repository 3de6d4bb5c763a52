import Cruddur
import JSON
import LambdaEvents
import LambdaRuntime
import Logging
import Postgres
import TestSupport

@testable import Bootstrap

/// The function's routes and a database of a test's own, without a process between.
struct API {
  let postgres: ThrowawayPostgres
  /// The database's URL.
  let url: String
  private let events: EventRouter

  /// The query is what follows the question mark of the connection URL.
  init(_ variables: [String: String] = ["ALLOW_ANONYMOUS_AUTHOR": "1"], query: String = "") async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase(schema: true)
    let connection = query.isEmpty ? url : "\(url)?\(query)"
    let configuration = try Configuration(Environment(variables.merging(["CONNECTION_URL": connection]) { $1 }))
    events = routes(configuration, .serving(configuration, workers: 4))
  }

  /// Sends a request as API Gateway would, with the claims of an id token if there is a `sub`.
  func send(
    _ method: String, _ path: String, query: String = "", _ body: String? = nil, sub: String? = nil,
    claims: String? = nil, type: String? = "application/json", domain: String = "api.example.com"
  ) async throws -> Answer {
    let idToken = sub.map { sub in
      JSONWriter.object {
        $0.add("sub", sub)
        $0.add("token_use", "id")
      }
    }
    let claims = claims ?? idToken.map { String(decoding: $0, as: UTF8.self) }
    let event = JSONWriter.object { event in
      event.add("version", "2.0")
      event.add("rawPath", path)
      event.add("rawQueryString", query)
      event.object("headers") { if let type { $0.add("content-type", type) } }
      event.object("requestContext") { context in
        context.add("domainName", domain)
        context.object("http") { $0.add("method", method) }
        context.add("stage", "$default")
        if let claims {
          context.object("authorizer") { $0.object("jwt") { $0.addRaw("claims", Array(claims.utf8)) } }
        }
      }
      if let body { event.add("body", body) }
    }
    return try Answer(await handle(event))
  }

  /// Gives an event to the function, and returns its answer.
  func handle(_ event: [UInt8]) async throws -> [UInt8] {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let context = InvocationContext(requestID: "id", logger: logger)
    return try await events.handle(Invocation(context: context, payload: event)).collect()
  }

  func get(_ path: String, query: String = "") async throws -> Answer {
    try await send("GET", path, query: query)
  }

  /// Adds an activity in the name of a handle, and returns it.
  @discardableResult
  func add(_ message: String = "Hello", by handle: String = "ana", ttl: String = "1-day") async throws -> JSONValue {
    let body = JSONWriter.object {
      $0.add("message", message)
      $0.add("ttl", ttl)
      $0.add("user_handle", handle)
    }
    let answer = try await send("POST", "/api/activities", String(decoding: body, as: UTF8.self))
    guard answer.status == 200 else { throw TestSupportError("not added: \(answer.text)") }
    return try answer.json
  }

  /// Adds a user whose `sub` is `sub-` and the handle.
  func addUser(_ handle: String = "ana", name: String = "Ana") throws {
    try sql(
      "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('\(name)', '\(handle)', 'sub-\(handle)')")
  }

  @discardableResult
  func sql(_ statement: String) throws -> String {
    try postgres.psql(statement, url: url)
  }
}

/// What API Gateway makes of the function's answer.
struct Answer {
  let status: Int
  let headers: [String: String]
  let text: String

  init(_ bytes: [UInt8]) throws {
    let answer = try JSONDocument(bytes).root
    status = try answer.member("statusCode").integer()
    headers = try Dictionary(answer.member("headers").members().map { ($0.key, try $0.value.string()) }) { $1 }
    text = try answer["body"]?.string() ?? ""
  }

  var json: JSONValue {
    get throws { try JSONDocument(Array(text.utf8)).root }
  }

  /// A problem's codes; nil where the answer is none.
  var codes: [String]? {
    guard headers["content-type"] == "application/problem+json" else { return nil }
    return try? json.member("codes").elements().map { try $0.string() }
  }

  /// The messages of a list of activities.
  var messages: [String] {
    get throws { try json.elements().map { try $0.member("message").string() } }
  }

  /// What follows the question mark in the link to the next page.
  var nextQuery: String? {
    guard let link = headers["link"], let start = link.firstIndex(of: "?"), let end = link.firstIndex(of: ">") else {
      return nil
    }
    return String(link[link.index(after: start)..<end])
  }
}
