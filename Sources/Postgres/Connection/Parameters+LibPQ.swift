internal import CLibPQ

extension Parameters {
  /// Calls the body with what PQsendQueryParams wants to know about parameters: their number, types, values, lengths
  /// and formats. All of it lies in the buffer or on the stack.
  func withLibPQArrays<Result>(
    _ body: (
      _ count: CInt, _ types: UnsafePointer<Oid>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
      _ lengths: UnsafePointer<CInt>?, _ formats: UnsafePointer<CInt>?
    ) -> Result
  ) -> Result {
    let count = fields.count
    guard count > 0 else { return body(0, nil, nil, nil, nil) }
    return buffer.bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
        withUnsafeTemporaryAllocation(of: CInt.self, capacity: count * 3) { numbers in
          let (types, lengths, formats) = (0, count, count * 2)
          for (index, field) in fields.enumerated() {
            let value = field.length.flatMap { _ in bytes.baseAddress?.advanced(by: field.offset) }
            values.initializeElement(at: index, to: value?.assumingMemoryBound(to: CChar.self))
            numbers.initializeElement(at: types + index, to: CInt(bitPattern: field.type.rawValue))
            numbers.initializeElement(at: lengths + index, to: CInt(clamping: field.length ?? 0))
            numbers.initializeElement(at: formats + index, to: field.format.rawValue)
          }
          guard let numbers = numbers.baseAddress else { return body(0, nil, nil, nil, nil) }
          return (numbers + types).withMemoryRebound(to: Oid.self, capacity: count) { types in
            body(CInt(clamping: count), types, values.baseAddress, numbers + lengths, numbers + formats)
          }
        }
      }
    }
  }
}
