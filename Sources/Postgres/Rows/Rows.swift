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
}
