/// What names a function: its name alone, its ARN, or the ARN's last parts, each with or without a qualifier.
///
/// See `FunctionName` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
struct FunctionReference: Equatable {
  private static let region = "us-east-1"
  private static let account = "123456789012"

  let name: String
  /// A version or an alias; nil where none is given.
  let qualifier: String?

  /// Reads a reference to a function of this account and region; nil if it is none.
  init?(_ text: String) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    for prefix in [["arn", "aws", "lambda", Self.region, Self.account, "function"], [Self.account, "function"]]
    where parts.starts(with: prefix) {
      parts.removeFirst(prefix.count)
      break
    }
    guard (1...2).contains(parts.count), !parts.contains("") else { return nil }
    name = parts[0]
    qualifier = parts.count == 2 ? parts[1] : nil
  }

  static func arn(name: String) -> String {
    "arn:aws:lambda:\(region):\(account):function:\(name)"
  }
}
