/// What a server answered, as `curl --include` prints it.
public struct CurlAnswer: Sendable {
  /// The status code; 0 where there was no answer.
  public let status: Int
  /// Under lower-case names; the values of one name are joined with newlines.
  public let headers: [String: String]
  /// What follows the headers.
  public let body: String

  /// Reads curl's output.
  public init(_ text: String) {
    let split = text.firstRange(of: "\r\n\r\n")
    let head = text[..<(split?.lowerBound ?? text.endIndex)].split(separator: "\r\n")
    body = String(text[(split?.upperBound ?? text.endIndex)...])
    status = head.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
    headers = Dictionary(
      head.dropFirst().compactMap { line in
        line.firstRange(of: ": ").map { (line[..<$0.lowerBound].lowercased(), String(line[$0.upperBound...])) }
      }
    ) { "\($0)\n\($1)" }
  }
}
