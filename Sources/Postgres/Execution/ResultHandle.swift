internal import CLibPQ
import Glibc

/// Owns a [PGresult](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-EXEC-MAIN), the server's answer to a
/// statement.
///
/// libpq never changes a result once it is made, so that threads may share it:
/// <https://www.postgresql.org/docs/current/libpq-threading.html>.
final class ResultHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes ownership of the result.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQclear(pointer)
  }

  enum Status {
    case success
    /// Some of the rows; there may be more.
    case part
    case failure
    case skipped
    case copyIn
    case copyOut
    case copyBoth
    case synchronized
  }

  /// [PQresultStatus](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTSTATUS)
  var status: Status {
    switch PQresultStatus(pointer) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .success
    case PGRES_COPY_IN: .copyIn
    case PGRES_COPY_OUT: .copyOut
    case PGRES_COPY_BOTH: .copyBoth
    case PGRES_PIPELINE_SYNC: .synchronized
    case PGRES_PIPELINE_ABORTED: .skipped
    case let other: clibpq_is_row_chunk(other) == 1 ? .part : .failure
    }
  }

  /// Whether the data of a COPY are in binary format:
  /// [PQbinaryTuples](https://www.postgresql.org/docs/current/libpq-copy.html).
  var isBinaryCopy: Bool { PQbinaryTuples(pointer) == 1 }

  /// [PQntuples](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQNTUPLES)
  var rowCount: Int { Int(PQntuples(pointer)) }

  /// [PQnfields](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQNFIELDS)
  var columnCount: CInt { PQnfields(pointer) }

  /// [PQcmdTuples](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQCMDTUPLES); nil for a statement
  /// that does not count rows.
  var affectedRowCount: Int? {
    guard let digits = PQcmdTuples(pointer), digits.pointee != 0 else { return nil }
    return strtol(digits, nil, 10)
  }

  /// [PQfname](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQFNAME)
  func name(ofColumn column: CInt) -> String {
    String(cString: PQfname(pointer, column))
  }

  /// The first column of that name, compared exactly, where PQfnumber would fold the case.
  func column(named name: String) -> CInt? {
    (0..<columnCount).first { column in
      name.withCString { name in strcmp(PQfname(pointer, column), name) == 0 }
    }
  }

  /// [PQftype](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQFTYPE)
  func type(ofColumn column: CInt) -> DataType {
    DataType(rawValue: PQftype(pointer, column))
  }

  /// Calls the body with the bytes of a value, nil for NULL, by PQgetisnull, PQgetlength and
  /// [PQgetvalue](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQGETVALUE).
  func withField<Value>(
    row: CInt, column: CInt, _ body: (RawSpan?) throws(ColumnDecodingError) -> Value
  ) throws(ColumnDecodingError) -> Value {
    guard PQgetisnull(pointer, row, column) == 0, let bytes = PQgetvalue(pointer, row, column) else {
      return try body(nil)
    }
    return try body(RawSpan(_unsafeStart: bytes, byteCount: Int(PQgetlength(pointer, row, column))))
  }

  /// A field of the server's error report.
  enum ErrorField: Character {
    case severity = "V"
    case routine = "R"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case schema = "s"
    case table = "t"
    case column = "c"
    case constraint = "n"
    case position = "P"
    case context = "W"
    case internalQuery = "q"
  }

  /// [PQresultErrorField](https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTERRORFIELD), whose codes
  /// are those of the [protocol](https://www.postgresql.org/docs/current/protocol-error-fields.html).
  subscript(field field: ErrorField) -> String? {
    field.rawValue.asciiValue.flatMap { PQresultErrorField(pointer, CInt($0)) }.map { String(cString: $0) }
  }
}
