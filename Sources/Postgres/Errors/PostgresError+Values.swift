extension PostgresError {
  /// A parameter (numbered from 1) that cannot be sent.
  init(parameter number: Int, _ error: ParameterError) {
    let problem =
      switch error {
      case .nulCharacter: "holds U+0000, which PostgreSQL cannot store"
      case .outOfRange: "is out of range"
      }
    self.init(.invalidParameter, "Parameter $\(number) \(problem).")
  }

  init(missingColumn name: String) {
    self.init(.decoding, "The result has no column \"\(name)\".")
    column = name
  }

  init(missingColumn number: CInt) {
    self.init(.decoding, "The result has no column \(number).")
  }

  init(missingRow position: Int, of count: Int) {
    self.init(.decoding, "The result has no row \(position): it has \(count), counted from 0.")
  }

  init(nullColumn name: String) {
    self.init(.decoding, "Column \"\(name)\" is NULL.")
    column = name
  }

  init(surplusRows count: Int) {
    self.init(.decoding, "The result has \(count) rows where only one value was asked for.")
  }

  /// What the server says of a statement that it does not take within a `WITH` query.
  init(notInWith error: PostgresError) {
    self.init(.unsupported, "The statement cannot stand in a WITH query, which asking for its rows as JSON puts it in.")
    sqlState = error.sqlState
    debugMessage = error.debugMessage
    debugDetail = error.debugDetail
  }

  init<Value>(column name: String, of type: DataType, as value: Value.Type, _ error: ColumnDecodingError) {
    let problem =
      switch error {
      case .typeMismatch: "cannot be read as"
      case .outOfRange: "has a value out of the range of"
      case .malformed: "has a malformed value for"
      }
    self.init(.decoding, "Column \"\(name)\" (\(type)) \(problem) \(value).")
    column = name
  }
}
