import JSON

extension Answer {
  /// An answer of JSON.
  static func json(_ body: [UInt8], status: Int = 200) -> Answer {
    Answer(status: status, headers: ["content-type": "application/json"], body: body)
  }

  /// An answer that says no more than one sentence, as API Gateway does.
  static func message(_ message: String, status: Int) -> Answer {
    json(JSONWriter.object { $0.add("message", message) }, status: status)
  }

  /// Another method would have been taken.
  static func methodNotAllowed(allowed: String) -> Answer {
    var answer = message("Method Not Allowed", status: 405)
    answer.headers["allow"] = allowed
    return answer
  }

  static let notFound = message("Not Found", status: 404)
}
