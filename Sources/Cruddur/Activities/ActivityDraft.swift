import JSON

/// What somebody wants to say, checked.
struct ActivityDraft: Sendable, Equatable {
  /// The most characters as a person counts them: grapheme clusters, so that a letter with its accents, a flag or a
  /// family of emoji is one. See <https://www.unicode.org/reports/tr29/>.
  static let maximumCharacters = 280
  /// The most bytes of UTF-8: a character may be any number of code points long.
  static let maximumBytes = 8_192

  let message: String
  /// Nil in a reply that ends with what it replies to.
  let timeToLive: TimeToLive?

  /// Makes a draft of what has been checked.
  init(message: String, timeToLive: TimeToLive?) {
    self.message = message
    self.timeToLive = timeToLive
  }

  /// Reads the members `message` and `ttl`; nil where something is wrong with them, each thing's code being added to
  /// `codes`.
  init?(_ body: JSONValue, requiresTimeToLive: Bool, codes: inout [ProblemCode]) {
    let before = codes.count
    timeToLive = ActivityDraft.timeToLive(TextField(body["ttl"]), isRequired: requiresTimeToLive, codes: &codes)
    message = ActivityDraft.message(TextField(body["message"]), codes: &codes)
    guard codes.count == before else { return nil }
  }

  private static func timeToLive(_ field: TextField, isRequired: Bool, codes: inout [ProblemCode]) -> TimeToLive? {
    switch field {
    case .blank:
      if isRequired { codes.append(.timeToLiveBlank) }
      return nil
    case .text(let text):
      if let timeToLive = TimeToLive(rawValue: text) { return timeToLive }
      fallthrough
    case .unusable:
      codes.append(.timeToLiveUnknown)
      return nil
    }
  }

  private static func message(_ field: TextField, codes: inout [ProblemCode]) -> String {
    switch field {
    case .blank: codes.append(.messageBlank)
    case .unusable: codes.append(.messageInvalid)
    case .text(let text):
      if text.utf8.count <= maximumBytes, text.count <= maximumCharacters { return text }
      codes.append(.messageExceedsMaximum)
    }
    return ""
  }
}
