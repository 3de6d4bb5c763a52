extension PostgresError {
  /// A parameter (numbered from 1) that cannot be sent.
  init(parameter number: Int, _ error: ParameterError) {
    let problem =
      switch error {
      case .nulCharacter: "holds U+0000, which PostgreSQL cannot store"
      case .outOfRange: "is out of range"
      case .multidimensional: "is an array of arrays"
      case .unencodable: "cannot be encoded"
      }
    self.init(.invalidParameter, "Parameter $\(number) \(problem).")
  }

  init(missingColumn name: String) {
    self.init(.decoding, "The result has no column \"\(name)\".")
    details.column = name
  }

  init(missingColumn position: Int, of count: Int) {
    self.init(.decoding, "The result has no column \(position): it has \(count), counted from 0.")
  }

  init(columns count: Int, asMany asked: Int) {
    self.init(.decoding, "The result has \(count) columns where \(asked) were asked for.")
  }

  init(missingRow position: Int, of count: Int) {
    self.init(.decoding, "The result has no row \(position): it has \(count), counted from 0.")
  }

  init(surplusRows count: Int) {
    self.init(.decoding, "The result has \(count) rows where only one value was asked for.")
  }

  /// What the server says of a statement that it does not take within a `WITH` query.
  init(notInWith error: PostgresError) {
    self.init(.unsupported, "The statement cannot stand in a WITH query, which asking for its rows as JSON puts it in.")
    details.sqlState = error.sqlState
    details.debugMessage = error.debugMessage
    details.debugDetail = error.debugDetail
  }

  init<Value>(column name: String, of type: DataType, as value: Value.Type, _ error: ColumnDecodingError) {
    let value = (value as? any OptionalType.Type)?.wrapped ?? value
    let problem =
      switch error {
      case .null: "is NULL"
      case .nullElement: "(\(type)) has a NULL in its array"
      case .typeMismatch: "(\(type)) cannot be read as \(value)"
      case .outOfRange: "(\(type)) has a value out of the range of \(value)"
      case .malformed: "(\(type)) has a malformed value for \(value)"
      case .multidimensional: "(\(type)) has an array of several dimensions"
      }
    self.init(.decoding, "Column \"\(name)\" \(problem).")
    details.column = name
  }
}

/// Lets an error name what an optional is of.
private protocol OptionalType {
  static var wrapped: Any.Type { get }
}

extension Optional: OptionalType {
  fileprivate static var wrapped: Any.Type { Wrapped.self }
}
