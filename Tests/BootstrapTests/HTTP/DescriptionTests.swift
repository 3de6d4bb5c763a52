import Foundation
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import Postgres
import TestSupport
import Testing

@testable import Bootstrap
@testable import Cruddur

/// `deploy/openapi.yaml` and the program know the same routes and codes. What the file says of them is tried by
/// `Tests/Deploy/openapi.bats`, which can read all of it.
@Suite struct DescriptionTests {
  @Test func `Every route is described, and whatever is described is a route`() throws {
    let configuration = try Configuration(Environment(["CONNECTION_URL": "postgresql://localhost"]))
    let database = Pool.serving(configuration, workers: 1)
    let routes = httpRoutes(configuration, database, Users(database)).routes
    var described: [String: Set<HTTPMethod>] = [:]
    var path = ""
    for line in try description(below: "paths") {
      if line.indentation == 2 { path = line.key }
      guard line.indentation == 4, line.key != "parameters" else { continue }
      described[path, default: []].insert(HTTPMethod(rawValue: line.key.uppercased()))
    }
    #expect(described == routes)
  }

  @Test func `Every code is described, and whatever is described is a code`() throws {
    let codes = Problem.Code.allCases.map(\.rawValue) + ProblemCode.allCases.map(\.rawValue)
    let described = try description(below: "components", "schemas", "Code").compactMap { line in
      line.text.firstMatch(of: /const: (\w+)/).map { String($0.1) }
    }
    #expect(described.sorted() == codes.sorted())
  }

  @Test(arguments: ["Bootstrap", "Cruddur", "LambdaHTTP"])
  func `No problem has a code that is on neither list`(target: String) throws {
    let folder = Repository.file("Sources/\(target)")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.firstMatch(of: /codes(: \[|\.append\(|\.insert\(| \+= \[)"/) == nil, "\(file.path())")
    }
  }

  /// What stands below a key of a key …, up to the next one beside it. The file is in YAML's block style down to there.
  private func description(below keys: String...) throws -> [Line] {
    let text = try String(contentsOf: Repository.file("deploy/openapi.yaml"), encoding: .utf8)
    var lines = text.split(separator: "\n").map { Line(text: $0) }.filter { !$0.key.hasPrefix("#") }[...]
    for (depth, key) in keys.enumerated() {
      let start = try #require(lines.firstIndex { $0.indentation == 2 * depth && $0.key == key })
      lines = lines[(start + 1)...].prefix { $0.indentation > 2 * depth }
    }
    return Array(lines)
  }

  private struct Line {
    let text: Substring
    var indentation: Int { text.prefix { $0 == " " }.count }
    var key: String { String(text.dropFirst(indentation).prefix { $0 != ":" }) }
  }
}
