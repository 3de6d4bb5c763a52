/// The parameters of one execution in the form that libpq wants, in one buffer that a connection uses again and again.
struct ParameterBuffer {
  private var bytes: [UInt8] = []
  private var offsets: [Int?] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []
  private(set) var types: [UInt32] = []

  /// Takes over the parameters.
  ///
  /// - Throws: `.invalidParameter` for one that PostgreSQL cannot store.
  mutating func fill(_ parameters: [Parameter]) throws(PostgresError) {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    for (index, parameter) in parameters.enumerated() {
      let start = bytes.count
      var isText = false
      switch parameter.content {
      case .null: break
      case .text(let text):
        bytes += text.utf8
        // libpq takes text up to its first zero byte: a U+0000 in it would cut it short without a word.
        if bytes[start...].contains(0) { throw .unstorable(index, "holds a U+0000") }
        bytes.append(0)
        isText = true
      case .binary(let value): bytes += value
      case .number(let number, let count):
        for byte in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
      case .uuid(let uuid):
        for half in [uuid.high, uuid.low] {
          for byte in (0..<8).reversed() { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(8 * byte))) }
        }
      case .invalid(let reason): throw .unstorable(index, "cannot be stored: \(reason)")
      }
      guard let length = Int32(exactly: bytes.count - start) else { throw .unstorable(index, "is over 2 GB") }
      offsets.append(parameter.content == .null ? nil : start)
      lengths.append(length)
      formats.append(isText ? 0 : 1)
      types.append(parameter.type.rawValue)
    }
    // Even an empty value needs an address: a null pointer is NULL.
    if bytes.isEmpty { bytes.append(0) }
  }

  /// Calls `body` with an address for each parameter, null for NULL, valid only during the call.
  func withValues<Value>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
    bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: offsets.count) { values in
        let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        for (index, offset) in offsets.enumerated() {
          values.initializeElement(at: index, to: offset.flatMap { base?.advanced(by: $0) })
        }
        return body(UnsafePointer(values.baseAddress))
      }
    }
  }
}

extension PostgresError {
  fileprivate static func unstorable(_ index: Int, _ what: String) -> PostgresError {
    PostgresError(.invalidParameter, explanation: "parameter $\(index + 1) \(what)")
  }
}
