/// The statements that the server has parsed for one connection.
struct PreparedStatements {
  /// The most that are kept: a program has as many as it has places that execute one. Beyond that they are parsed each time.
  static let limit = 64

  struct Entry {
    let name: String
    let types: [UInt32]
  }

  private var entries: [String: Entry] = [:]
  private var lastNumber = 0

  /// The statement of this text, if it was prepared with parameters of these types.
  func entry(_ text: String, types: [UInt32]) -> Entry? {
    entries[text].flatMap { $0.types == types ? $0 : nil }
  }

  /// Whether there is room for the text, which there is not where it was prepared with other types.
  func hasRoom(for text: String) -> Bool {
    entries.count < PreparedStatements.limit && entries[text] == nil
  }

  /// A name that the server has not seen over this connection.
  mutating func makeName() -> String {
    lastNumber += 1
    return "s\(lastNumber)"
  }

  mutating func add(_ text: String, _ entry: Entry) {
    entries[text] = entry
  }

  /// Forgets a statement that the server does not know any more, or would carry out no more.
  mutating func remove(_ text: String) {
    entries[text] = nil
  }
}
