/// Writes the data of a `COPY … FROM STDIN`, for as long as the body of ``Connection/copyIn(_:until:_:)`` runs.
///
/// ```swift
/// try await pool.copyIn("COPY users (handle, created_at) FROM STDIN (FORMAT binary)", until: deadline) { writer in
///   for user in users { try writer.writeRow(user.handle, user.created) }
/// }
/// ```
public struct CopyWriter: ~Copyable {
  private let connection: Connection
  private let handle: ConnectionHandle
  private let isBinary: Bool
  private let deadline: ContinuousClock.Instant
  private var pending: [UInt8] = []
  private var hasHeader = false
  private var rows = 0

  /// How much is collected before it is sent.
  private static let bufferSize = 65_536

  init(on connection: Connection, _ handle: ConnectionHandle, isBinary: Bool, until deadline: ContinuousClock.Instant) {
    self.connection = connection
    self.handle = handle
    self.isBinary = isBinary
    self.deadline = deadline
  }

  /// Writes data in the format of the statement (<https://www.postgresql.org/docs/current/sql-copy.html>), cut anywhere.
  ///
  /// Throws ``PostgresError`` if the connection breaks, the deadline passes or the task is cancelled.
  public mutating func write(_ bytes: some Collection<UInt8>) throws(PostgresError) {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.bufferSize { try send() }
  }

  /// Writes a row of a statement that says `FORMAT binary`: a value for each column, nil for NULL. Nothing is converted, so
  /// that each value has to have the very type of its column; text goes into a column of any type of text.
  ///
  /// Throws ``PostgresError`` as ``write(_:)`` does, with ``PostgresError/Reason/invalidParameter`` for a value that cannot
  /// be sent, or a statement of another format.
  public mutating func writeRow<each Value: ParameterEncodable>(_ value: repeat (each Value)?) throws(PostgresError) {
    guard isBinary else {
      throw PostgresError(.invalidParameter, "Rows can only be written to a COPY that says FORMAT binary.")
    }
    var row = Parameters(capacity: 0, isBinary: true)
    repeat row.append(each value)
    if let error = row.error { throw error }
    if !hasHeader {
      hasHeader = true
      pending += Self.header
    }
    pending.append(bigEndian: Int16(clamping: row.fields.count))
    for field in row.fields {
      pending.append(bigEndian: field.length ?? -1)
      pending += row.buffer.bytes[field.offset..<field.offset + Int(field.length ?? 0)]
    }
    if pending.count >= Self.bufferSize { try send() }
  }

  /// Sends what is left, and says that it is all.
  mutating func finish() throws(PostgresError) {
    if hasHeader { pending.append(bigEndian: Int16(-1)) }
    try send()
    guard handle.putCopyEnd() != .failed else { throw connection.lost(handle) }
  }

  private mutating func send() throws(PostgresError) {
    guard connection.handle === handle else { throw PostgresError(.connectionLost) }
    // A server that takes all at once is never waited for.
    guard !Task.isCancelled else { throw connection.abandon(.cancelled) }
    guard ContinuousClock.now < deadline else { throw connection.abandon(.statementTimeout) }
    let outcome = pending.withUnsafeBytes { handle.putCopyData($0) }
    guard outcome == .done else { throw connection.lost(handle) }
    pending.removeAll(keepingCapacity: true)
    try connection.flush(handle, until: deadline)
  }

  /// A signature, no flags and no extension.
  private static let header: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xFF] + Array("\r\n".utf8) + [0] + [UInt8](repeating: 0, count: 8)
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian integer: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
  }
}
