/// A statement's parameters, encoded side by side in one buffer.
struct Parameters: Sendable {
  /// Where a parameter lies in the buffer.
  struct Field {
    var type: DataType
    var format: DataFormat
    var offset: Int
    /// In bytes; nil is NULL.
    var length: Int?
  }

  /// The most that the protocol can number: <https://www.postgresql.org/docs/current/limits.html>.
  static let maximumCount = 65_535

  private(set) var fields: [Field] = []
  private(set) var buffer = ParameterBuffer()
  /// Why the statement cannot be sent.
  private(set) var error: PostgresError?

  /// Makes room. If it is all to be of the binary format, arrays of text are, too.
  init(capacity: Int, isBinary: Bool = false) {
    buffer.isBinary = isBinary
    fields.reserveCapacity(capacity)
    buffer.reserveCapacity(capacity * 40)
  }

  mutating func append<Value: ParameterEncodable>(_ value: Value?) {
    let offset = buffer.bytes.count
    var length: Int?
    if let value {
      do throws(ParameterError) {
        try value.encode(into: &buffer)
      } catch {
        fail(error)
      }
      length = buffer.bytes.count - offset
      if length ?? 0 > Int32.max { fail(.outOfRange) }
      // libpq looks for the end of a parameter in text format.
      if Value.format == .text { buffer.append(UInt8(0)) }
    }
    fields.append(Field(type: Value.dataType, format: Value.format, offset: offset, length: length))
    if fields.count > Self.maximumCount { fail(.outOfRange) }
  }

  /// Keeps the statement from being sent, with a sentence that has no value in it.
  mutating func refuse(_ sentence: String) {
    error = error ?? PostgresError(.invalidParameter, sentence)
  }

  private mutating func fail(_ error: ParameterError) {
    self.error = self.error ?? PostgresError(parameter: fields.count + 1, error)
  }
}
