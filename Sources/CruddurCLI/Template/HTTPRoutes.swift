import JSON
import LambdaEvents
import LambdaHTTP

/// What the function answers to which request; to any other it is 404 or 405.
func routes() -> EventRouter {
  var http = HTTPRouter()
  http.on(.get, "/api/greetings/{name}") { _, parameters, _ in
    try greeting(for: parameters["name"])
  }
  http.on(.post, "/api/greetings") { request, _, _ in
    let body = try request.json().root  // What is not JSON is 400 or 415.
    return try greeting(for: try? body["name"]?.string())
  }
  var events = EventRouter()
  events.on(http)
  return events
}

/// The greeting as JSON.
private func greeting(for name: String?) throws -> HTTPResponse {
  guard let name, !name.isEmpty else {
    throw Problem(status: 422, codes: ["name_missing"], detail: "The name has to be a text.")
  }
  return .json(JSONWriter.object { $0.add("greeting", "Hello, \(name)!") })
}
