import JSON

/// A member of a request's body that is meant to be text.
enum TextField: Sendable, Equatable {
  /// Absent, null, or nothing to see.
  case blank
  /// Text that PostgreSQL can store.
  case text(String)
  /// No string, or one with U+0000.
  case unusable

  init(_ value: JSONValue?) {
    guard let value, !value.isNull else {
      self = .blank
      return
    }
    if let text = try? value.string() { self.init(text) } else { self = .unusable }
  }

  init(_ text: String) {
    self = text.isPlain ? .text(text) : text.utf8.contains(0) ? .unusable : text.isBlank ? .blank : .text(text)
  }
}
