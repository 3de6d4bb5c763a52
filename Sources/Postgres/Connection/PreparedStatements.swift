/// The statements that a connection's server has prepared, each under a name of its own.
///
/// A statement is told by its text, the form of its result and its parameters' types: the server reads a parameter's
/// bytes as the type that the statement was prepared with. There are few, so that looking through them costs less than hashing a text.
struct PreparedStatements {
  /// The most that a connection keeps, for each takes memory in the server.
  static let limit = 64

  private struct Entry {
    let text: String
    let form: Statement.ResultForm
    let types: [DataType]
    let name: String

    func isMade(of statement: Statement) -> Bool {
      form == statement.form && text == statement.text
        && types.elementsEqual(statement.parameters.fields.lazy.map(\.type))
    }
  }

  private var entries: [Entry] = []
  private var namesGiven = 0

  /// The name that a statement was prepared under.
  func name(of statement: Statement) -> String? {
    entries.first { $0.isMade(of: statement) }?.name
  }

  /// A name that was never given before, since a forgotten statement's may still be taken; nil if there is no room.
  mutating func freeName() -> String? {
    guard entries.count < Self.limit else { return nil }
    namesGiven += 1
    return "s\(namesGiven)"
  }

  mutating func remember(_ statement: Statement, name: String) {
    let types = statement.parameters.fields.map(\.type)
    entries.append(Entry(text: statement.text, form: statement.form, types: types, name: name))
  }

  mutating func forget(_ statement: Statement) {
    entries.removeAll { $0.isMade(of: statement) }
  }
}
