import CLibPQ
import Glibc

/// A PGresult. Owns it and frees it; it never changes, so that it may be read from any thread.
///
/// See <https://www.postgresql.org/docs/current/libpq-exec.html>.
final class ResultHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQclear(pointer)
  }

  /// Whether the statement was carried out.
  var isSuccess: Bool {
    switch PQresultStatus(pointer) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: true
    default: false
    }
  }

  /// Whether the result begins a COPY, which goes on without results.
  var isCopy: Bool {
    switch PQresultStatus(pointer) {
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: true
    default: false
    }
  }

  var rowCount: Int { Int(PQntuples(pointer)) }
  var columnCount: Int { Int(PQnfields(pointer)) }

  /// How many rows the statement inserted, updated, deleted or selected; 0 for one of another kind.
  var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

  /// A column's name. Past the last column there is none.
  func columnName(_ column: Int) -> String? {
    PQfname(pointer, Int32(column)).map { String(cString: $0) }
  }

  func columnType(_ column: Int) -> TypeID {
    TypeID(rawValue: PQftype(pointer, Int32(column)))
  }

  /// Calls `body` with a value's bytes, valid only during the call, or with nil for NULL.
  func withValue<Value>(row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> Value) -> Value {
    guard PQgetisnull(pointer, Int32(row), Int32(column)) == 0, let start = PQgetvalue(pointer, Int32(row), Int32(column)) else {
      return body(nil)
    }
    let raw = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(pointer, Int32(row), Int32(column))))
    return raw.withMemoryRebound(to: UInt8.self) { body($0) }
  }

  /// Whether a column has this name, without making a string of it.
  func column(_ column: Int, isNamed name: String) -> Bool {
    PQfname(pointer, Int32(column)).map { found in name.withCString { strcmp(found, $0) == 0 } } ?? false
  }

  /// What the server said of a failure.
  var error: PostgresError? {
    guard !isSuccess else { return nil }
    let state = field("C").map(SQLState.init(rawValue:))
    var error = PostgresError(state.flatMap(\.reason) ?? (state == nil ? .connectionLost : .server))
    error.sqlState = state
    error.schema = field("s")
    error.table = field("t")
    error.column = field("c")
    error.constraint = field("n")
    error.serverMessage = field("M")
    error.serverDetail = field("D")
    return error
  }

  /// A field of the server's error report, by its letter.
  ///
  /// Source: <https://www.postgresql.org/docs/current/protocol-error-fields.html>.
  private func field(_ letter: UnicodeScalar) -> String? {
    PQresultErrorField(pointer, Int32(letter.value)).map { String(cString: $0) }
  }
}
