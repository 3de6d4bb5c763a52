public import Foundation

/// The repository that the tests are of.
public enum Repository {
  /// A file of it, by its path from the top.
  public static func file(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(path)
  }

  /// A program of this package, as it was built beside the tests.
  public static func product(_ name: String) -> URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name)
  }

  /// A sample event's bytes.
  public static func event(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: file("events/\(name).json")))
  }

  /// Whether the README has, as a block of Swift, what stands in a test's file between `// README: begin` and
  /// `// README: end`.
  public static func readmeHasExample(of test: String = #filePath) throws -> Bool {
    let source = try String(contentsOf: URL(filePath: test), encoding: .utf8)
    guard let begin = source.firstRange(of: "// README: begin\n"), let end = source.firstRange(of: "// README: end\n")
    else { throw TestSupportError("\(test) has no example.") }
    let readme = try String(contentsOf: file("README.md"), encoding: .utf8)
    return readme.contains("```swift\n" + source[begin.upperBound..<end.lowerBound] + "```\n")
  }

  /// What stands in a test's file between `// Page: begin` and `// Page: end`, each without its indentation.
  public static func examples(of test: String) throws -> [String] {
    var examples: [String] = []
    var example: [Substring]?
    for line in try String(contentsOf: URL(filePath: test), encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      switch line.drop(while: { $0 == " " }) {
      case "// Page: begin": example = []
      case "// Page: end":
        guard let lines = example else {
          throw TestSupportError("\(test) has the end of an example without a beginning.")
        }
        let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        examples.append(lines.map { $0.dropFirst(indentation) }.joined(separator: "\n"))
        example = nil
      default: example?.append(line)
      }
    }
    return examples
  }

  /// The blocks of Swift of a page, by its path from the repository's top.
  public static func swiftBlocks(of page: String) throws -> [String] {
    try String(contentsOf: file(page), encoding: .utf8).components(separatedBy: "```swift\n").dropFirst().map {
      String($0.components(separatedBy: "\n```")[0])
    }
  }
}
