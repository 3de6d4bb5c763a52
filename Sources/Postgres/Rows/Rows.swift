/// What a statement returned: a collection of rows, which keeps libpq's result alive and copies a value only when it is
/// asked for.
public struct Rows: RandomAccessCollection, Sendable {
  let result: ResultHandle

  /// The position of the first row: 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { result.rowCount }

  /// How many rows the statement inserted, updated, deleted or selected; 0 for one that does none of these.
  public var affectedRowCount: Int { result.affectedRowCount ?? 0 }

  /// The row at a position. There may be none: it is the reading of its values that throws then, so that no position traps and none
  /// passes for a row of NULLs.
  public subscript(position: Int) -> Row {
    Row(result: result, index: CInt(clamping: position))
  }

  /// The columns' names and types, in their order; there are some even if there is no row.
  public var columns: [Column] { result.columns }

  /// All the rows as tuples: of type `(UUID, String, Int?).self`, say. See ``Row/decode(_:)``, which a loop can use to
  /// read them one by one.
  public func decode<each Value: FieldDecodable>(
    _ types: (repeat each Value).Type
  ) throws(PostgresError) -> [(repeat each Value)] {
    var tuples: [(repeat each Value)] = []
    tuples.reserveCapacity(count)
    for row in self { tuples.append(try row.decode(types)) }
    return tuples
  }

  /// All the rows as values of a type that reads them by itself. Throws what that throws.
  public func decode<Value: RowDecodable>(_ type: Value.Type) throws -> [Value] {
    try map(Value.init(row:))
  }
}
