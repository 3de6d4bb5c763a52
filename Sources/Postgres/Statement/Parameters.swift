/// A statement's parameters, encoded side by side in one buffer.
struct Parameters: Sendable {
  /// Where a parameter lies in the buffer.
  struct Field {
    var offset: Int
    var type: DataType
    /// In bytes; nil is NULL.
    var length: Int32?
    var format: DataFormat

    /// A parameter that has no value yet, not even NULL.
    static let unbound = Field(offset: -1, type: .inferred, length: nil, format: .text)
    var isBound: Bool { offset >= 0 }
  }

  /// The most that the protocol can number: <https://www.postgresql.org/docs/current/limits.html>.
  static let maximumCount = 65_535

  private(set) var fields: [Field]
  private(set) var buffer = ParameterBuffer()
  /// Why the statement cannot be sent.
  private(set) var error: PostgresError?

  /// Makes room. If it is all to be of the binary format, arrays of text are, too.
  init(capacity: Int, isBinary: Bool = false) {
    fields = []
    buffer.isBinary = isBinary
    fields.reserveCapacity(capacity)
    buffer.reserveCapacity(capacity * 40)
  }

  /// Makes so many parameters, to be bound in any order.
  init(unbound count: Int) {
    self.init(capacity: count)
    for _ in 0..<count { fields.append(.unbound) }
  }

  /// Appends a parameter.
  mutating func append<Value: ParameterEncodable>(_ value: Value?) {
    fields.append(.unbound)
    guard let value else { return bind(nullAt: fields.count - 1, Value.dataType, Value.format) }
    bind(fields.count - 1, Value.dataType, Value.format) { buffer throws(ParameterError) in
      try value.encode(into: &buffer)
    }
  }

  /// Gives a parameter its value, which is encoded behind those of the others.
  mutating func bind(
    _ index: Int, _ type: DataType, _ format: DataFormat,
    _ encode: (inout ParameterBuffer) throws(ParameterError) -> Void
  ) {
    let offset = buffer.bytes.count
    do throws(ParameterError) {
      try encode(&buffer)
    } catch {
      fail(error, at: index)
    }
    let length = Int32(exactly: buffer.bytes.count - offset)
    if length == nil { fail(.outOfRange, at: index) }
    // libpq looks for the end of a parameter in text format.
    if format == .text { buffer.terminate() }
    bind(index, Field(offset: offset, type: type, length: length, format: format))
  }

  /// Makes a parameter NULL.
  mutating func bind(nullAt index: Int, _ type: DataType, _ format: DataFormat) {
    bind(index, Field(offset: buffer.bytes.count, type: type, length: nil, format: format))
  }

  private mutating func bind(_ index: Int, _ field: Field) {
    fields[index] = field
    if index >= Self.maximumCount { fail(.outOfRange, at: index) }
  }

  /// Keeps the statement from being sent, with a sentence that has no value in it.
  mutating func refuse(_ sentence: String) {
    error = error ?? PostgresError(.invalidParameter, sentence)
  }

  private mutating func fail(_ error: ParameterError, at index: Int) {
    self.error = self.error ?? PostgresError(parameter: index + 1, error)
  }
}
