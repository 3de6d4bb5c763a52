/// The bytes of a statement's parameters, one after the other.
public struct ParameterBuffer: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Whether nothing may be as SQL has it between quotes, because it stands in something of the binary format.
  var isBinary = false
  /// Whether an element of an array is appended, which cannot be an array itself.
  private var isElement = false

  mutating func reserveCapacity(_ count: Int) {
    bytes.reserveCapacity(count)
  }

  /// Appends the NUL that ends text in C.
  mutating func terminate() {
    bytes.append(0)
  }

  /// Appends bytes as they are.
  public mutating func append(contentsOf newBytes: some Collection<UInt8>) {
    bytes.append(contentsOf: newBytes)
  }

  /// Appends an integer in network byte order, as PostgreSQL's binary formats have it.
  public mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a field as it stands in arrays, composites and ranges, of the binary format: its length in four bytes, -1 for
  /// NULL, and then its value. Text is its own binary format.
  public mutating func append<Value: ParameterEncodable>(field value: Value?) throws(ParameterError) {
    try append(field: value, isElement: false)
  }

  private mutating func append<Value: ParameterEncodable>(
    field value: Value?, isElement: Bool
  ) throws(ParameterError) {
    guard let value else { return append(Int32(-1)) }
    let offset = bytes.count
    append(Int32(0))
    let start = bytes.count
    let outer = (isBinary: isBinary, isElement: self.isElement)
    (isBinary, self.isElement) = (true, isElement)
    try value.encode(into: &self)
    (isBinary, self.isElement) = outer
    guard let length = Int32(exactly: bytes.count - start) else { throw .outOfRange }
    overwrite(at: offset, with: length)
  }

  /// Appends an array of one dimension, or none if it is empty, in the elements' format; in something that is binary, an
  /// array of text is `text[]`. Throws ``ParameterError/multidimensional`` within another array: elements that are optional
  /// or have a raw value do not show before that they are arrays.
  mutating func append<Value: ParameterEncodable>(
    elements: some Collection<Value?>
  ) throws(ParameterError) {
    guard !isElement else { throw .multidimensional }
    if Value.format == .text, !isBinary {
      try append(textOf: elements)
    } else {
      try append(binaryOf: elements)
    }
  }

  /// Appends what [array_recv](https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/arrayfuncs.c)
  /// reads.
  private mutating func append<Value: ParameterEncodable>(
    binaryOf elements: some Collection<Value?>
  ) throws(ParameterError) {
    guard let count = Int32(exactly: elements.count) else { throw .outOfRange }
    append(Int32(count == 0 ? 0 : 1))  // dimensions
    let offset = bytes.count
    append(Int32(0))  // whether there is a NULL
    append((Value.format == .text ? DataType.text : Value.dataType).rawValue)
    guard count > 0 else { return }
    append(count)
    append(Int32(1))  // the first element's index
    var hasNull = false
    for element in elements {
      if element == nil { hasNull = true }
      try append(field: element, isElement: true)
    }
    if hasNull { overwrite(at: offset, with: Int32(1)) }
  }

  /// Appends an array as SQL has it between quotes, with each element quoted:
  /// <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>.
  private mutating func append<Value: ParameterEncodable>(
    textOf elements: some Collection<Value?>
  ) throws(ParameterError) {
    bytes.append(UInt8(ascii: "{"))
    isElement = true
    var isFirst = true
    for element in elements {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      guard let element else {
        bytes.append(contentsOf: "NULL".utf8)
        continue
      }
      bytes.append(UInt8(ascii: "\""))
      let start = bytes.count
      try element.encode(into: &self)
      escape(from: start)
      bytes.append(UInt8(ascii: "\""))
    }
    isElement = false
    bytes.append(UInt8(ascii: "}"))
  }

  /// Puts a backslash before each quotation mark and backslash from there to the end.
  private mutating func escape(from start: Int) {
    let surplus = bytes[start...].count { $0.isEscapedInArrays }
    guard surplus > 0 else { return }
    var (read, write) = (bytes.count, bytes.count + surplus)
    bytes.append(contentsOf: repeatElement(0, count: surplus))
    while read < write {
      (read, write) = (read - 1, write - 1)
      bytes[write] = bytes[read]
      guard bytes[write].isEscapedInArrays else { continue }
      write -= 1
      bytes[write] = UInt8(ascii: "\\")
    }
  }

  private mutating func overwrite(at offset: Int, with integer: Int32) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
  }
}

extension UInt8 {
  fileprivate var isEscapedInArrays: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}
