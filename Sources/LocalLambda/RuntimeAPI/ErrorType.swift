/// An error type that the runtime sends in `Lambda-Runtime-Function-Error-Type`, as Lambda records it.
///
/// Lambda takes `Function.` or `Runtime.` and a reason of letters that begins with a capital; of anything else it keeps
/// the category at most.
enum ErrorType {
  /// The type to record for a header's value, which may be absent.
  static func recorded(_ header: String?) -> String {
    guard let header else { return "Runtime.Unknown" }
    for category in ["Function.", "Runtime."] where header.hasPrefix(category) {
      return isReason(header.utf8.dropFirst(category.utf8.count)) ? header : category + "Unknown"
    }
    return "Runtime.Unknown"
  }

  private static func isReason(_ reason: Substring.UTF8View) -> Bool {
    guard let first = reason.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
    return reason.count > 1 && reason.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
  }
}
