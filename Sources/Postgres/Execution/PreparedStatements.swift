/// The name of a prepared statement, as C has text: it is sent with each execution.
typealias PreparedName = ContiguousArray<CChar>

/// The statements that a connection's server has prepared, each under a name of its own.
///
/// A statement is told by its text, the form of its result and its parameters' types: the server reads a parameter's
/// bytes as the type that the statement was prepared with. There are few, so that looking through them costs less than
/// hashing a text.
struct PreparedStatements {
  /// The most that a connection keeps, for each takes memory in the server.
  static let limit = 64

  private struct Entry {
    let text: String
    let form: Statement.ResultForm
    let types: [DataType]
    let name: PreparedName

    func isMade(of statement: Statement) -> Bool {
      form == statement.form && text == statement.text
        && types.elementsEqual(statement.parameters.fields.lazy.map(\.type))
    }
  }

  private var entries: [Entry] = []
  private var namesGiven = 0
  /// What all names of this connection begin with, and those of no other: a pooler may give several connections one
  /// session, which keeps what each of them has prepared.
  private let prefix = "s" + String(UInt64.random(in: .min ... .max), radix: 36) + "_"
  /// Whether the connection may be to such a pooler, where a name that it gave may be unknown at any time.
  private var isOff = false

  /// The name that a statement was prepared under.
  func name(of statement: Statement) -> PreparedName? {
    entries.first { $0.isMade(of: statement) }?.name
  }

  /// A name that was never given before, since a forgotten statement's may still be taken; nil if there is no room, or
  /// names mean nothing to the server.
  mutating func freeName() -> PreparedName? {
    guard !isOff, entries.count < Self.limit else { return nil }
    namesGiven += 1
    return (prefix + String(namesGiven)).utf8CString
  }

  mutating func remember(_ statement: Statement, name: PreparedName) {
    let types = statement.parameters.fields.map(\.type)
    entries.append(Entry(text: statement.text, form: statement.form, types: types, name: name))
  }

  /// Forgets a statement, and all of them if the server does not know it by its name: from then on none is prepared on
  /// this connection.
  mutating func forget(_ statement: Statement, because error: PostgresError) {
    guard error.isNamedStatementLost else { return entries.removeAll { $0.isMade(of: statement) } }
    entries = []
    isOff = true
  }
}
