internal import CLibPQ

/// Owns a [PGconn](https://www.postgresql.org/docs/current/libpq-connect.html): a connection, made or in the making.
/// Only libpq's calls that do not block are here.
final class ConnectionHandle {
  private let pointer: OpaquePointer

  /// [PQconnectStartParams](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS), with
  /// nothing in `dbname` but a name.
  init(connecting parameters: [ConninfoParameter]) throws(PostgresError) {
    guard let pointer = parameters.withLibPQArrays({ PQconnectStartParams($0, $1, 0) }) else {
      throw PostgresError(.outOfResources)
    }
    self.pointer = pointer
    // Until there is a connection an error is only a text. So it ends in the SQLSTATE, and says nothing else.
    PQsetErrorVerbosity(pointer, PQERRORS_SQLSTATE)
    // libpq would write notices to standard error.
    PQsetNoticeReceiver(pointer, { _, _ in }, nil)
  }

  /// [PQfinish](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQFINISH)
  deinit {
    PQfinish(pointer)
  }

  /// The socket, which may be another one after each ``poll()``:
  /// [PQsocket](https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQSOCKET).
  var socket: CInt { PQsocket(pointer) }

  /// [PQstatus](https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQSTATUS)
  var isGood: Bool { PQstatus(pointer) != CONNECTION_BAD }

  /// Whether no transaction is open:
  /// [PQtransactionStatus](https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQTRANSACTIONSTATUS).
  var isOutsideTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }

  /// Whether a transaction is open in which no statement has failed.
  var isInTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_INTRANS }

  /// [PQerrorMessage](https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQERRORMESSAGE)
  var errorMessage: String { String(cString: PQerrorMessage(pointer)) }

  enum Progress {
    case waiting(Interest)
    case connected
    case failed
  }

  /// [PQconnectPoll](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS)
  func poll() -> Progress {
    switch PQconnectPoll(pointer) {
    case PGRES_POLLING_READING: .waiting(.read)
    case PGRES_POLLING_WRITING: .waiting(.write)
    case PGRES_POLLING_OK: .connected
    default: .failed
    }
  }

  /// [PQsetnonblocking](https://www.postgresql.org/docs/current/libpq-async.html#LIBPQ-PQSETNONBLOCKING): sending does
  /// not wait either.
  func setNonblocking() -> Bool {
    PQsetnonblocking(pointer, 1) == 0
  }

  /// A request to cancel what the connection waits for; nil if there is no memory. It takes some 35 kB.
  func makeCancelHandle() -> CancelHandle? {
    clibpq_cancel_create(pointer).map(CancelHandle.init)
  }

  /// The parameters of the attempt to connect, with libpq's defaults for those that were not given:
  /// [PQconninfo](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNINFO).
  var parameters: [ConninfoParameter] {
    ConninfoParameter.list(takingOwnershipOf: PQconninfo(pointer))
  }
}

/// Sending statements and receiving their results:
/// <https://www.postgresql.org/docs/current/libpq-async.html>.
/// The functions that return a Bool return false if the connection is lost or there is no memory.
extension ConnectionHandle {
  /// Parses and executes a statement: PQsendQueryParams.
  func send(_ statement: Statement) -> Bool {
    statement.parameters.withLibPQArrays { count, types, values, lengths, formats in
      PQsendQueryParams(pointer, statement.sql, count, types, values, lengths, formats, binaryFormat) == 1
    }
  }

  /// Parses and plans a statement under a name: PQsendPrepare.
  func sendPrepare(_ statement: Statement, named name: String) -> Bool {
    statement.parameters.withLibPQArrays { count, types, _, _, _ in
      PQsendPrepare(pointer, name, statement.sql, count, types) == 1
    }
  }

  /// Executes a statement that was prepared under a name: PQsendQueryPrepared.
  func sendPrepared(named name: String, _ parameters: Parameters) -> Bool {
    parameters.withLibPQArrays { count, _, values, lengths, formats in
      PQsendQueryPrepared(pointer, name, count, values, lengths, formats, binaryFormat) == 1
    }
  }

  /// Executes any number of statements without parameters: PQsendQuery. None at all asks for nothing but an answer.
  func send(script: String) -> Bool {
    PQsendQuery(pointer, script) == 1
  }

  enum Flushing {
    case done
    /// The socket takes no more for now.
    case pending
    case failed
  }

  /// [PQflush](https://www.postgresql.org/docs/current/libpq-async.html#LIBPQ-PQFLUSH)
  func flush() -> Flushing {
    switch PQflush(pointer) {
    case 0: .done
    case 1: .pending
    default: .failed
    }
  }

  /// Reads what the socket has: PQconsumeInput.
  func consumeInput() -> Bool {
    PQconsumeInput(pointer) == 1
  }

  /// Whether ``nextResult()`` would block: PQisBusy.
  var isBusy: Bool { PQisBusy(pointer) == 1 }

  /// The next result, nil after the last: PQgetResult.
  func nextResult() -> ResultHandle? {
    PQgetResult(pointer).map(ResultHandle.init)
  }
}

/// What PQsend… calls the format of results that depends on neither DateStyle nor TimeZone.
private let binaryFormat: CInt = 1
