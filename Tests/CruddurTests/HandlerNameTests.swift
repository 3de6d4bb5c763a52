import LambdaRuntime
import Testing

@testable import Cruddur

/// What the function is for.
@Suite struct HandlerNameTests {
  private func handler(_ name: String) throws -> HandlerName {
    try Configuration(Environment(["CONNECTION_URL": "postgresql://localhost/d", "_HANDLER": name])).handler
  }

  @Test func `Migrations have to be asked for by name`() throws {
    #expect(try handler("cruddur.migrate") == .migrate)
    for name in ["cruddur.events", "", "bootstrap", "index.handler", "migrate"] {
      #expect(try handler(name) == .events)
    }
  }

  @Test(arguments: ["cruddur.", "cruddur.migrations", "cruddur.Migrate", "cruddur.migrate "])
  func `A misspelt name is refused`(name: String) {
    let error = #expect(throws: ConfigurationError.self) { try handler(name) }
    #expect(error?.description.contains("_HANDLER") == true)
  }
}
