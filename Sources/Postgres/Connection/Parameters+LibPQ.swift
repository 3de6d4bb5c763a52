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
    let (fields, bytes) = (fields, buffer.bytes)
    guard !fields.isEmpty else { return body(0, nil, nil, nil, nil) }
    return bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: fields.count) { values in
        withUnsafeTemporaryAllocation(of: CInt.self, capacity: fields.count * 3) { numbers in
          let (types, lengths, formats) = (0, fields.count, fields.count * 2)
          for index in fields.indices {
            let field = fields[index]
            let value = field.length == nil ? nil : bytes.baseAddress?.advanced(by: field.offset)
            values.initializeElement(at: index, to: value?.assumingMemoryBound(to: CChar.self))
            numbers.initializeElement(at: types + index, to: CInt(bitPattern: field.type.rawValue))
            numbers.initializeElement(at: lengths + index, to: field.length ?? 0)
            numbers.initializeElement(at: formats + index, to: field.format.rawValue)
          }
          guard let numbers = numbers.baseAddress else { return body(0, nil, nil, nil, nil) }
          return (numbers + types).withMemoryRebound(to: Oid.self, capacity: fields.count) { types in
            body(CInt(clamping: fields.count), types, values.baseAddress, numbers + lengths, numbers + formats)
          }
        }
      }
    }
  }
}
