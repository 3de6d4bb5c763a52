import JSON

/// What an event is called in a row.
struct EventLabel: Equatable {
  enum Kind: String {
    /// A request of API Gateway, payload format 2.0.
    case http
    /// A trigger of a user pool.
    case cognito
    /// Anything else, as of `aws lambda invoke`.
    case event
  }

  let kind: Kind
  /// Method and path, the trigger's source, or what can be said of any event.
  let name: String

  /// Reads an event, which may be no JSON at all: that is for the function to say.
  init(_ payload: [UInt8]) {
    let root = try? JSONDocument(payload).root
    guard let root, root.kind == .object else {
      self.init(kind: .event, name: root.map { "JSON: \($0.kind.rawValue)" } ?? "not JSON")
      return
    }
    if let source = root.text("triggerSource") {
      self.init(kind: .cognito, name: source)
    } else if let http = root["requestContext"]?["http"], let method = http.text("method") {
      let query = root.text("rawQueryString") ?? ""
      let path = root.text("rawPath") ?? http.text("path") ?? ""
      self.init(kind: .http, name: Self.shortened("\(method) \(path)\(query.isEmpty ? "" : "?\(query)")"))
    } else if let source = root.text("source"), let type = root.text("detail-type") {
      self.init(kind: .event, name: Self.shortened("\(source): \(type)"))
    } else {
      self.init(kind: .event, name: "event of \(payload.count) bytes")
    }
  }

  private init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  /// A path may be as long as an event; a row shows its beginning, the details all of it.
  private static func shortened(_ text: String) -> String {
    let limit = 200  // Scalars: a character may have any number of marks.
    guard text.unicodeScalars.count > limit else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
  }
}

extension JSONValue {
  /// A member that is a string.
  fileprivate func text(_ key: String) -> String? {
    guard kind == .object else { return nil }
    return try? self[key]?.string()
  }
}

/// How an invocation went, in a word or two.
struct InvocationOutcome: Equatable {
  enum State: String {
    case succeeded, refused, failed
  }

  let state: State
  let words: String

  init(_ result: InvocationResult, isHTTP: Bool) {
    switch result {
    case .response(let bytes):
      let status = isHTTP ? Self.status(of: bytes) : nil
      switch status ?? 200 {
      case 500...: state = .failed
      case 400...: state = .refused
      default: state = .succeeded
      }
      words = status.map { "\($0)" } ?? "answered"
    case .functionError(let type, _), .initError(let type, _): (state, words) = (.failed, type)
    case .initTimedOut: (state, words) = (.failed, "init timed out")
    case .timedOut: (state, words) = (.failed, "timed out")
    case .exited(let how): (state, words) = (.failed, how)
    case .throttled: (state, words) = (.failed, "throttled")
    case .abandoned: (state, words) = (.failed, "hung up")
    case .cancelled: (state, words) = (.failed, "cancelled")
    }
  }

  /// The status that a function's HTTP response says; nil where it says none, which is a 200 to API Gateway.
  private static func status(of response: [UInt8]) -> Int? {
    guard let root = try? JSONDocument(response).root, root.kind == .object else { return nil }
    return try? root["statusCode"]?.integer()
  }
}

extension InvocationResult {
  /// The bytes that the function answered with, or its error's.
  var answer: [UInt8] {
    switch self {
    case .response(let bytes), .functionError(_, let bytes), .initError(_, let bytes): bytes
    case .initTimedOut, .timedOut, .exited, .throttled, .abandoned, .cancelled: []
    }
  }
}
