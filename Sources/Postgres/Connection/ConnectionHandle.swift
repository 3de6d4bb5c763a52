internal import CLibPQ

/// Owns a [PGconn](https://www.postgresql.org/docs/current/libpq-connect.html): a connection, made or in the making.
/// Only libpq's calls that do not block are here.
final class ConnectionHandle {
  private let pointer: OpaquePointer
  private var noticeBody: ((Notice) -> Void)?

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

/// What a server says unasked.
extension ConnectionHandle {
  /// Has the body told of each notice, within the call that reads it:
  /// [PQsetNoticeReceiver](https://www.postgresql.org/docs/current/libpq-notice-processing.html).
  func onNotice(_ body: @escaping (Notice) -> Void) {
    noticeBody = body
    PQsetNoticeReceiver(
      pointer,
      { handle, result in
        guard let handle, let result else { return }
        func field(_ field: ResultHandle.ErrorField) -> String? {
          field.rawValue.asciiValue.flatMap { PQresultErrorField(result, CInt($0)) }.map { String(cString: $0) }
        }
        let notice = Notice(
          severity: field(.severity) ?? "", sqlState: field(.sqlState).flatMap(SQLState.init(ofServer:)),
          debugMessage: field(.message) ?? "")
        Unmanaged<ConnectionHandle>.fromOpaque(handle).takeUnretainedValue().noticeBody?(notice)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// The next notification that has come: [PQnotifies](https://www.postgresql.org/docs/current/libpq-notify.html).
  func nextNotification() -> PostgresNotification? {
    guard let pointer = PQnotifies(pointer) else { return nil }
    defer { PQfreemem(pointer) }
    return PostgresNotification(
      channel: String(cString: pointer.pointee.relname), payload: String(cString: pointer.pointee.extra),
      processID: pointer.pointee.be_pid)
  }
}

/// Sending statements and receiving their results:
/// <https://www.postgresql.org/docs/current/libpq-async.html>.
/// The functions that return a Bool return false if the connection is lost or there is no memory.
extension ConnectionHandle {
  /// Executes a statement: one that was prepared under a name (PQsendQueryPrepared), or parses it before
  /// (PQsendQueryParams).
  func send(_ statement: Statement, preparedAs name: PreparedName?) -> Bool {
    guard let name else {
      let sql = statement.sql
      return statement.parameters.withLibPQArrays { count, types, values, lengths, formats in
        PQsendQueryParams(pointer, sql, count, types, values, lengths, formats, binaryFormat) == 1
      }
    }
    return name.withUnsafeBufferPointer { name in
      statement.parameters.withLibPQArrays { count, _, values, lengths, formats in
        PQsendQueryPrepared(pointer, name.baseAddress, count, values, lengths, formats, binaryFormat) == 1
      }
    }
  }

  /// Parses and plans a statement under a name: PQsendPrepare.
  func sendPrepare(_ statement: Statement, as name: PreparedName) -> Bool {
    name.withUnsafeBufferPointer { name in
      statement.parameters.withLibPQArrays { count, types, _, _, _ in
        PQsendPrepare(pointer, name.baseAddress, statement.sql, count, types) == 1
      }
    }
  }

  /// Sends one of several requests.
  func send(_ request: Request) -> Bool {
    switch request {
    case .prepare(let statement, let name): sendPrepare(statement, as: name)
    case .execute(let statement, let name): send(statement, preparedAs: name)
    }
  }

  /// Executes any number of statements without parameters: PQsendQuery. None at all asks for nothing but an answer.
  func send(script: String) -> Bool {
    PQsendQuery(pointer, script) == 1
  }

  /// From here on requests do not wait for the answers to those before them:
  /// [PQenterPipelineMode](https://www.postgresql.org/docs/current/libpq-pipeline-mode.html).
  func enterPipelineMode() -> Bool {
    PQenterPipelineMode(pointer) == 1
  }

  /// Ends what is sent at once, which until here is one transaction: PQpipelineSync.
  func sendSync() -> Bool {
    PQpipelineSync(pointer) == 1
  }

  /// False while something is not answered: PQexitPipelineMode.
  func exitPipelineMode() -> Bool {
    PQexitPipelineMode(pointer) == 1
  }

  /// Has libpq hand over the rows of what was just sent as they come, in chunks of so many where it can (17), otherwise one
  /// by one: <https://www.postgresql.org/docs/current/libpq-single-row-mode.html>.
  func receiveRows(inChunksOf count: Int) -> Bool {
    clibpq_set_row_chunks(pointer, CInt(clamping: count)) == 1
  }

  enum Flushing {
    case done
    /// The socket takes no more for now.
    case pending
    case failed

    fileprivate init(_ code: CInt, done: CInt, pending: CInt) {
      self = code == done ? .done : code == pending ? .pending : .failed
    }
  }

  /// [PQflush](https://www.postgresql.org/docs/current/libpq-async.html#LIBPQ-PQFLUSH)
  func flush() -> Flushing {
    Flushing(PQflush(pointer), done: 0, pending: 1)
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

/// The data of a COPY: <https://www.postgresql.org/docs/current/libpq-copy.html>.
extension ConnectionHandle {
  /// Takes data to be sent: PQputCopyData. They are sent as the socket takes them, and by ``flush()``.
  func putCopyData(_ bytes: UnsafeRawBufferPointer) -> Flushing {
    let data = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    return Flushing(PQputCopyData(pointer, data, CInt(clamping: bytes.count)), done: 1, pending: 0)
  }

  /// Ends the data, or has the server give them up with an error: PQputCopyEnd.
  func putCopyEnd(failing: String? = nil) -> Flushing {
    Flushing(PQputCopyEnd(pointer, failing), done: 1, pending: 0)
  }

  enum CopyData {
    case bytes([UInt8])
    /// None has come yet.
    case pending
    case end
  }

  /// The next row of the data that come: PQgetCopyData. An error is the next result.
  func nextCopyData() -> CopyData {
    var buffer: UnsafeMutablePointer<CChar>?
    let count = PQgetCopyData(pointer, &buffer, 1)
    defer { PQfreemem(buffer) }
    guard count > 0, let buffer else { return count == 0 ? .pending : .end }
    return .bytes([UInt8](UnsafeRawBufferPointer(start: buffer, count: Int(count))))
  }
}

/// What PQsend… calls the format of results that depends on neither DateStyle nor TimeZone.
private let binaryFormat: CInt = 1
