extension Statement {
  /// What the server makes of a statement's rows before it sends them.
  enum ResultForm {
    case rows
    /// The first row as a JSON object.
    case jsonObject
    /// All rows as a JSON array of objects.
    case jsonArray
    /// How it would come to the rows.
    case plan
  }

  /// The statement, to be planned and not executed; its rows are the plan, as text.
  ///
  /// Where a table, a column, a function or a right is missing, that fails as executing would; nothing is read or changed.
  /// See <https://www.postgresql.org/docs/current/sql-explain.html>.
  public func explained() -> Statement {
    answering(in: .plan).idempotent().unprepared()
  }

  /// The text that is sent.
  ///
  /// A `WITH` query may hold a statement that changes data, which a subquery may not
  /// (<https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING>), and keeps its rows' order.
  /// `.*` is the whole row even if a column has the row's name.
  var sql: String {
    switch form {
    case .rows: text
    case .jsonObject: "WITH statement AS (\(text.sqlBody)) SELECT row_to_json(statement.*) FROM statement LIMIT 1"
    case .jsonArray:
      "WITH statement AS (\(text.sqlBody)) SELECT coalesce(json_agg(statement.*), '[]'::json) FROM statement"
    case .plan: "EXPLAIN \(text)"
    }
  }
}
