import JSON

/// The console over HTTP, for the page and for curl.
///
/// - `GET /console/invocations` is a stream of server-sent events
///   (<https://html.spec.whatwg.org/multipage/server-sent-events.html>): `console`, once, with `now` (milliseconds since
///   the epoch) and `isResumed` (false: whatever was known before is not of this server), and `entry` for each row and
///   each change of one, see ``ConsoleEntry``. With `Last-Event-ID`, or `?after=` and the same, it begins behind that.
/// - `GET /console/invocations/{number}` is what a row opens, and `…/event`, `…/answer`, `…/log` are the whole of these.
/// - `GET /console/database` is `{"state":"running"}`, `stopped` or `frozen`; 404 where there are no switches for it.
/// - `POST /console/database/stop`, `…/start` and `…/freeze`, and `POST /console/function/kill`, answer when it is done,
///   with the row; 409 while another one is not; 502 and a `message` where it failed.
struct ConsoleAPI {
  /// How long the database is frozen: less than Cognito waits.
  static let freezeSeconds = 3

  let console: OperatorConsole
  let function: Function

  func respond(to call: HTTPCall) async -> HTTPReply {
    let path = Array((call.segments ?? []).dropFirst())
    switch (path.first, path.dropFirst().first, path.count) {
    case ("invocations", nil, 1):
      guard call.method == "GET" else { return .response(.methodNotAllowed(allowed: "GET")) }
      return stream(to: call)
    case ("invocations", let number?, 2...3):
      guard call.method == "GET" else { return .response(.methodNotAllowed(allowed: "GET")) }
      guard let entry = Int(number).flatMap({ console[$0] }) else {
        return .response(.message("There is no such invocation, or it is not kept any more.", status: 404))
      }
      return .response(path.count == 2 ? Self.details(of: entry) : Self.part(path[2], of: entry))
    case ("database", nil, 1):
      guard call.method == "GET" else { return .response(.methodNotAllowed(allowed: "GET")) }
      guard let database = console.database else { return .response(Self.noSwitches) }
      return .response(Self.response(await database.run(.status).map { $0 }))
    default:
      guard path.count == 2, let kind = Self.action(path[0], path[1]) else { return .response(.notFound) }
      guard call.method == "POST" else { return .response(.methodNotAllowed(allowed: "POST")) }
      return .response(await press(kind))
    }
  }

  // MARK: Switches

  private static func action(_ subject: Substring, _ verb: Substring) -> OperatorAction.Kind? {
    switch (subject, verb) {
    case ("function", "kill"): .killFunction
    case ("database", "stop"): .stopDatabase
    case ("database", "start"): .startDatabase
    case ("database", "freeze"): .freezeDatabase(seconds: freezeSeconds)
    default: nil
    }
  }

  private func press(_ kind: OperatorAction.Kind) async -> HTTPResponse {
    guard kind.order == nil || console.database != nil else { return Self.noSwitches }
    guard let action = await console.press(kind, of: function) else {
      return .message("Another switch is being pressed.", status: 409)
    }
    if let failure = action.failure { return .message(failure, status: 502) }
    return .json(JSONWriter.object { action.write(to: &$0) })
  }

  private static func response(_ result: Result<DatabaseControl.State, DatabaseControl.Failure>) -> HTTPResponse {
    switch result {
    case .success(let state): .json(JSONWriter.object { $0.add("state", state.rawValue) })
    case .failure(let failure): .message(failure.sentence, status: 502)
    }
  }

  private static let noSwitches = HTTPResponse.message("There are no switches for this database.", status: 404)

  // MARK: Invocations

  private static func details(of entry: ConsoleEntry) -> HTTPResponse {
    entry.details.map { .json($0) } ?? .message("This row is no invocation.", status: 404)
  }

  private static func part(_ name: Substring, of entry: ConsoleEntry) -> HTTPResponse {
    guard let bytes = entry.part(name) else { return .notFound }
    // To be saved: whatever it is, no browser should take it for a page of this server.
    let file = "\(name)-\(entry.number).\(name == "log" ? "txt" : "json")"
    return HTTPResponse(
      status: 200,
      headers: [
        "content-type": "application/octet-stream", "content-disposition": "attachment; filename=\"\(file)\"",
        "x-content-type-options": "nosniff",
      ], body: bytes)
  }

  private func stream(to call: HTTPCall) -> HTTPReply {
    let asked = call.header("last-event-id") ?? Self.queryValue("after", of: call.query)
    let known = asked.flatMap { console.revision(of: $0) }
    let body = HTTPBodyStream()
    // What goes through somebody's proxy is not cut off for being silent, and is told if nobody is there any more.
    let beating = Task {
      while (try? await Task.sleep(for: .seconds(15))) != nil { _ = body.offer(ServerSentEvents.heartbeat) }
    }
    let watching = Task { [console] in
      defer { beating.cancel() }
      var revision = known ?? 0
      _ = await body.write(ServerSentEvents.beginning(isResumed: known != nil))
      for await _ in console.watch() {
        let (entries, last) = console.changes(after: revision)
        revision = last
        // An empty chunk would be the end of the body.
        guard !entries.isEmpty else { continue }
        guard await body.write(ServerSentEvents.encoded(entries, of: console.id)) else { break }
      }
      body.finish(.complete())
    }
    body.whenCancelled { watching.cancel() }
    let headers = [
      "content-type": "text/event-stream", "cache-control": "no-store", "x-content-type-options": "nosniff",
      "x-accel-buffering": "no",
    ]
    return .stream(HTTPResponse(status: 200, headers: headers), body)
  }

  private static func queryValue(_ name: String, of query: String) -> String? {
    for pair in query.split(separator: "&") where pair.hasPrefix("\(name)=") {
      return pair.dropFirst(name.utf8.count + 1).percentDecoded(isQuery: true)
    }
    return nil
  }
}

extension OperatorConsole {
  /// The revision of an event's id; nil for that of another console.
  fileprivate func revision(of eventID: String) -> Int? {
    guard eventID.hasPrefix("\(id)-") else { return nil }
    return Int(eventID.dropFirst(id.count + 1))
  }
}

/// What goes over the stream.
private enum ServerSentEvents {
  static let heartbeat = Array(":\n\n".utf8)

  static func beginning(isResumed: Bool) -> [UInt8] {
    let data = JSONWriter.object {
      $0.add("now", Int(millisecondsSinceEpoch()))
      $0.add("isResumed", isResumed)
    }
    return Array("retry: 1000\nevent: console\ndata: ".utf8) + data + Array("\n\n".utf8)
  }

  /// An event for each entry; JSON has no line breaks.
  static func encoded(_ entries: [ConsoleEntry], of id: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += Array("id: \(id)-\(entry.revision)\nevent: entry\ndata: ".utf8) + entry.summary.value
      bytes += Array("\n\n".utf8)
    }
    return bytes
  }
}
