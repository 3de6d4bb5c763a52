/// What the writers of objects and of arrays have in common.
protocol JSONContainerWriter: ~Copyable {
  static var brackets: (opening: UInt8, closing: UInt8) { get }
  init()
  /// All that was written, this container's content at the end. A container has the bytes on loan from the one around it.
  var bytes: [UInt8] { get set }
  var isEmpty: Bool { get set }
}

extension JSONContainerWriter where Self: ~Copyable {
  /// Writes what comes before a value: a comma if one is due and, in an object, the key.
  mutating func begin(_ key: String? = nil) {
    if isEmpty { isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
    guard let key else { return }
    bytes.appendJSON(key)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Writes a container in this one; nothing if `content` throws.
  mutating func nest<Inner: JSONContainerWriter & ~Copyable, Failure: Error>(
    _ key: String? = nil, _ content: (inout Inner) throws(Failure) -> Void
  ) throws(Failure) {
    let count = bytes.count
    let wasEmpty = isEmpty
    begin(key)
    do throws(Failure) {
      try bytes.appendContainer(content)
    } catch {
      bytes.removeSubrange(count...)
      isEmpty = wasEmpty
      throw error
    }
  }
}

extension [UInt8] {
  /// Appends a container; nothing if `content` throws.
  ///
  /// The writer takes the array over and gives it back, so that it always has one owner and is never copied.
  mutating func appendContainer<Writer: JSONContainerWriter & ~Copyable, Failure: Error>(
    _ content: (inout Writer) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = Writer()
    swap(&self, &writer.bytes)
    defer { swap(&self, &writer.bytes) }
    let count = writer.bytes.count
    writer.bytes.append(Writer.brackets.opening)
    do throws(Failure) {
      try content(&writer)
    } catch {
      writer.bytes.removeSubrange(count...)
      throw error
    }
    writer.bytes.append(Writer.brackets.closing)
  }
}
