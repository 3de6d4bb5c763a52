/// Writes the elements of an array in the order of the calls, see ``JSONWriter``.
public struct JSONArrayWriter: ~Copyable, JSONContainerWriter {
  static let brackets = (opening: UInt8(ascii: "["), closing: UInt8(ascii: "]"))
  var bytes: [UInt8] = []
  var isEmpty = true

  /// Adds a string, or `null`. Control characters and line separators are escaped, so that it stays on one line.
  public mutating func add(_ value: String?) {
    begin()
    bytes.appendJSON(value)
  }

  /// Adds a string whose bytes are known to be UTF-8, escaped as any string is. `UTF8Span(validating:)` makes one out of bytes.
  public mutating func add(_ value: UTF8Span) {
    begin()
    bytes.appendJSON(value.span)
  }

  /// Adds `true`, `false`, or `null`.
  public mutating func add(_ value: Bool?) {
    begin()
    bytes.appendJSON(value)
  }

  /// Adds an integer, or `null`.
  public mutating func add(_ value: Int?) {
    begin()
    bytes.appendJSON(value)
  }

  /// Adds a number that reads back as the same `Double`. JSON has no infinities and no NaN: they become `null`.
  public mutating func add(_ value: Double?) {
    begin()
    bytes.appendJSON(value)
  }

  /// Adds a value that was read, as it was written there, or `null`.
  public mutating func add(_ value: JSONValue?) {
    begin()
    bytes.appendJSON(value)
  }

  /// Adds `null`.
  public mutating func addNull() {
    begin()
    bytes.appendJSONNull()
  }

  /// Adds a value that is JSON already. Nothing is checked: bytes that are not one JSON value break the document.
  public mutating func addRaw(_ json: some Collection<UInt8>) {
    begin()
    bytes.append(contentsOf: json)
  }

  /// Adds an object; nothing if `content` throws.
  public mutating func object<Failure: Error>(
    _ content: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try nest(nil, content)
  }

  /// Adds an array; nothing if `content` throws.
  public mutating func array<Failure: Error>(
    _ content: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try nest(nil, content)
  }
}
