/// What names a function: its name alone, its ARN, or the ARN's last parts, each with or without a qualifier.
///
/// See `FunctionName` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>. A laptop has one function of a
/// name: it answers to its ARN in any partition, region and account, so that what calls a function of a stack can call it.
struct FunctionReference: Equatable {
  let name: String
  /// A version or an alias; nil where none is given.
  let qualifier: String?

  /// Reads a reference; nil if it is none.
  init?(_ text: String) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    if parts.count >= 7, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "lambda", !parts[3].isEmpty,
      Self.isAccount(parts[4]), parts[5] == "function"
    {
      parts.removeFirst(6)
    } else if parts.count >= 3, Self.isAccount(parts[0]), parts[1] == "function" {
      parts.removeFirst(2)
    }
    guard (1...2).contains(parts.count), !parts.contains("") else { return nil }
    name = parts[0]
    qualifier = parts.count == 2 ? parts[1] : nil
  }

  private static func isAccount(_ text: String) -> Bool {
    text.utf8.count == 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The ARN of a function here.
  static func arn(name: String, qualifier: String? = nil) -> String {
    "arn:aws:lambda:us-east-1:123456789012:function:\(name)" + (qualifier.map { ":\($0)" } ?? "")
  }
}
