/// A row of a statement's result.
///
/// ```swift
/// let handle = try row["handle", as: String.self]
/// let email = try row["email", as: String?.self]
/// ```
public struct Row: Sendable {
  let result: ResultHandle
  let index: CInt

  /// The value of the first column of that name (in exactly these characters): an optional where it may be NULL.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/decoding``, naming the column, if there is no such column, if
  /// it is NULL and not asked for as an optional, or if its type or value cannot be read as the type asked for; and if the
  /// result has no such row.
  public subscript<Value: FieldDecodable>(name: String, as type: Value.Type = Value.self) -> Value {
    get throws(PostgresError) {
      guard let column = result.column(named: name) else { throw PostgresError(missingColumn: name) }
      return try field(ofColumn: column)
    }
  }

  /// The value of the column with that number, counted from 0; nil if it is NULL.
  func value<Value: ColumnDecodable>(ofColumn column: CInt) throws(PostgresError) -> Value? {
    try field(ofColumn: column)
  }

  /// The value of the column with that number, counted from 0. Throws if there is no such row or column, which libpq calls
  /// NULL as well.
  func field<Value: FieldDecodable>(ofColumn column: CInt) throws(PostgresError) -> Value {
    guard (0..<result.rowCount).contains(Int(index)) else {
      throw PostgresError(missingRow: Int(index), of: result.rowCount)
    }
    guard (0..<result.columnCount).contains(column) else { throw PostgresError(missingColumn: column) }
    do throws(ColumnDecodingError) {
      return try result.value(row: index, column: column, as: Value.self)
    } catch {
      throw PostgresError(
        column: result.name(ofColumn: column), of: result.type(ofColumn: column), as: Value.self, error)
    }
  }
}
