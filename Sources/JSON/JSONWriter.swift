/// Writes JSON. Brackets, commas, quotes and escapes follow from the calls, so that what comes out is well formed:
///
///     let bytes = JSONWriter.object {
///       $0.add("errorMessage", "no such user")
///       $0.array("stackTrace") { $0.add("SignUp.swift:12") }
///     }
///
/// If a closure throws, the call that took it rethrows and has written nothing.
public enum JSONWriter {
  /// The bytes of an object.
  public static func object<Failure: Error>(
    _ content: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    try object(appendingTo: &bytes, content)
    return bytes
  }

  /// The bytes of an array.
  public static func array<Failure: Error>(
    _ content: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    try array(appendingTo: &bytes, content)
    return bytes
  }

  /// Appends an object to `bytes`, in place.
  public static func object<Failure: Error>(
    appendingTo bytes: inout [UInt8], _ content: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try bytes.appendContainer(content)
  }

  /// Appends an array to `bytes`, in place.
  public static func array<Failure: Error>(
    appendingTo bytes: inout [UInt8], _ content: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try bytes.appendContainer(content)
  }
}
