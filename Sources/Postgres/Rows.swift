/// What a statement brought: its rows, which may be none.
public struct Rows: RandomAccessCollection, Sendable {
  private let result: ResultHandle

  init(_ result: ResultHandle) {
    self.result = result
  }

  /// How many rows the statement inserted, updated, deleted or selected; 0 for a statement of another kind.
  public var affectedRows: Int { result.affectedRows }

  /// Always 0.
  public var startIndex: Int { 0 }

  /// How many rows there are.
  public var endIndex: Int { result.rowCount }

  /// A row. One past the end has no values: reading any is an error.
  public subscript(position: Int) -> Row {
    Row(result: result, number: position)
  }
}

/// A row.
public struct Row: Sendable {
  private let result: ResultHandle
  private let number: Int

  init(result: ResultHandle, number: Int) {
    self.result = result
    self.number = number
  }

  /// A value that is never NULL, by its column's name. Of columns that have the same name, the first counts.
  ///
  /// - Throws: `.decoding` where there is no such column, the value is NULL, or it is not of the type.
  public subscript<Value: RowDecodable>(_ name: String, as type: Value.Type) -> Value {
    get throws(PostgresError) {
      guard let value = try self[name, as: Value?.self] else { throw .undecodable(name, "is NULL") }
      return value
    }
  }

  /// A value that may be NULL, by its column's name. Of columns that have the same name, the first counts.
  ///
  /// - Throws: `.decoding` where there is no such column, or the value is not of the type.
  public subscript<Value: RowDecodable>(_ name: String, as type: Value?.Type) -> Value? {
    get throws(PostgresError) {
      guard (0..<result.rowCount).contains(number) else { throw .undecodable(name, "is of a row that is not there") }
      guard let column = (0..<result.columnCount).first(where: { result.column($0, isNamed: name) }) else {
        throw .undecodable(name, "is not there")
      }
      let type = result.columnType(column)
      let read = result.withValue(row: number, column: column) { bytes -> (isNull: Bool, value: Value?) in
        guard let bytes else { return (true, nil) }
        return (false, Value(postgres: bytes.span, type: type))
      }
      if !read.isNull && read.value == nil {
        throw .undecodable(name, "cannot be read as \(Value.self): its type has the object id \(type)")
      }
      return read.value
    }
  }
}

extension PostgresError {
  fileprivate static func undecodable(_ column: String, _ what: String) -> PostgresError {
    var error = PostgresError(.decoding, explanation: "the column \(column) \(what)")
    error.column = column
    return error
  }
}
