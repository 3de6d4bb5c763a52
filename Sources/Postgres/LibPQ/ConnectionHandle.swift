import CLibPQ

/// A PGconn. Owns it and frees it, which closes the connection and never waits.
///
/// See <https://www.postgresql.org/docs/current/libpq-connect.html>.
final class ConnectionHandle {
  let pointer: OpaquePointer

  /// Begins to connect; nil without memory.
  ///
  /// The hosts must have addresses already: resolving a name would block. Whether the attempt is alive, `isBroken` says.
  init?(_ parameters: [(keyword: String, value: String)]) {
    let keywords = CStringArray(parameters.map(\.keyword))
    let values = CStringArray(parameters.map(\.value))
    guard let pointer = PQconnectStartParams(keywords.pointer, values.pointer, 0) else { return nil }
    self.pointer = pointer
    // Without a processor of ours, libpq prints the server's notices, which hold data, to standard error.
    PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    // libpq has only a message for what keeps a connection from coming about; so it has the SQLSTATE in it, and not the server's words.
    PQsetErrorVerbosity(pointer, PQERRORS_SQLSTATE)
  }

  deinit {
    PQfinish(pointer)
  }

  /// The socket; nil where there is none.
  var socket: Int32? {
    let socket = PQsocket(pointer)
    return socket < 0 ? nil : socket
  }

  /// Whether the connection has failed or has been lost.
  var isBroken: Bool { PQstatus(pointer) == CONNECTION_BAD }

  /// Whether a transaction is open, or something is being executed.
  var isInTransaction: Bool { PQtransactionStatus(pointer) != PQTRANS_IDLE }

  /// libpq's words for the last failure, which may hold hosts and user names.
  var errorMessage: String { String(cString: PQerrorMessage(pointer)) }

  /// Whether the server asked for a password and there was none.
  var lacksPassword: Bool { PQconnectionNeedsPassword(pointer) != 0 }

  /// Reads what has come; whether the connection is still whole.
  var consumesInput: Bool { PQconsumeInput(pointer) == 1 && !isBroken }

  /// What the attempt to connect waits for.
  enum Progress {
    case reading, writing, connected, failed
  }

  /// Goes on connecting. See <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS>.
  func advance() -> Progress {
    switch PQconnectPoll(pointer) {
    case PGRES_POLLING_READING: .reading
    case PGRES_POLLING_WRITING: .writing
    case PGRES_POLLING_OK: .connected
    default: .failed
    }
  }
}

/// Strings for C, and a null pointer behind them. Owns them and frees them.
final class CStringArray {
  let pointer: UnsafePointer<UnsafePointer<CChar>?>
  private let strings: UnsafeMutablePointer<UnsafePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    strings = .allocate(capacity: count + 1)
    for (index, text) in texts.enumerated() {
      let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
      _ = bytes.initialize(from: text.utf8CString)
      (strings + index).initialize(to: UnsafePointer(bytes.baseAddress))
    }
    (strings + count).initialize(to: nil)
    pointer = UnsafePointer(strings)
  }

  deinit {
    for index in 0..<count { strings[index]?.deallocate() }
    strings.deallocate()
  }
}
