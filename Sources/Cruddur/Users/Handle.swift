/// The rules for handles.
enum Handle {
  /// The most characters, as a person counts them, that a user's own choice may have.
  static let maximumCharacters = 64

  /// The most bytes of UTF-8: a character may be any number of code points long, and PostgreSQL's unique index takes some 2,700 bytes.
  static let maximumBytes = 2_048

  /// The handle of a user who has chosen none: it says nothing of them.
  static func neutral(forID id: String) -> String { "user-\(id.prefix(8))" }

  /// The handle's beginning that is within both limits, cut between characters; nil where that is nothing.
  static func cut(
    _ handle: String?, to characters: Int = maximumCharacters, bytes limit: Int = maximumBytes
  ) -> String? {
    guard let handle else { return nil }
    if handle.utf8.count <= min(characters, limit) { return handle.isEmpty ? nil : handle }
    var bytes = 0
    let kept = handle.prefix(characters).prefix {
      bytes += $0.utf8.count
      return bytes <= limit
    }
    return kept.isEmpty ? nil : String(kept)
  }

  /// The handles to try for a user, from number 0 on until one is free: the one that they chose; the same and the first eight characters of their id;
  /// the same and the whole id; and that with a number from 2 on, should somebody have taken even this one.
  ///
  /// A user has the same candidates however often and wherever their event is handled.
  static func candidate(_ number: Int, for handle: String, id: String) -> String {
    switch number {
    case ...0: handle
    case 1: join(handle, String(id.prefix(8)))
    case 2: join(handle, id)
    default: join(handle, "\(id)-\(number - 1)")
    }
  }

  private static func join(_ handle: String, _ suffix: String) -> String {
    let characters = max(0, maximumCharacters - 1 - suffix.count)
    return (cut(handle, to: characters, bytes: maximumBytes - 1 - suffix.utf8.count).map { $0 + "-" } ?? "") + suffix
  }
}
