import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What stands in the log, and what must not.
  @Suite struct LogTests {
    /// Every attribute of a person, as no other text has it.
    private let person = [
      "name": "Nomen Nescio", "preferred_username": "nomen77", "email": "nescio@example.com",
      "phone_number": "+15550100",
    ]

    private func invoke(_ url: String, _ variables: [String] = []) throws -> Invoked {
      let event = try TemporaryFile(signUp("sub-1", person))
      return try Invoked([event.url.path] + variables.flatMap { ["--env", $0] }, url: url)
    }

    private func expectNobody(_ text: String) {
      for value in person.values { #expect(!text.contains(value)) }
    }

    @Test func `A sign-up is logged by its sub alone`() async throws {
      let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
      let invoked = try invoke(url, ["AWS_LAMBDA_LOG_LEVEL=TRACE"])
      #expect(invoked.status == 0)
      #expect(invoked.log.contains("user added sub=sub-1"))
      expectNobody(invoked.log)
      #expect(try invoke(url).log.contains("user already there sub=sub-1"))
    }

    @Test func `A failure is logged without the person`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      // The server's own words would have the whole row in them.
      try postgres.psql("ALTER TABLE users ADD CONSTRAINT nobody CHECK (handle = 'nobody')", url: url)
      let invoked = try invoke(url, ["AWS_LAMBDA_LOG_LEVEL=TRACE"])
      #expect(invoked.status == 1)
      #expect(invoked.log.contains("user sub-1 not stored"))
      #expect(invoked.log.contains("23514"))
      #expect(invoked.log.contains("Function.DatabaseError"))
      expectNobody(invoked.log + invoked.output)
    }

    @Test func `Nobody is in the log of a taken handle`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      try postgres.psql("INSERT INTO users VALUES (DEFAULT, 'x', 'nomen77', NULL, '1')", url: url)
      let invoked = try invoke(url, ["AWS_LAMBDA_LOG_LEVEL=TRACE"])
      #expect(invoked.status == 0)
      #expect(invoked.log.contains("with another handle"))
      expectNobody(invoked.log)
    }

    @Test func `A JSON log has an object a line`() async throws {
      let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
      let invoked = try invoke(url, ["AWS_LAMBDA_LOG_FORMAT=JSON"])
      let line = try #require(invoked.log.split(separator: "\n").first { $0.contains("user added") })
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
      #expect(object?["level"] == "INFO")
      #expect(object?["sub"] == "sub-1")
      #expect(object?["requestId"]?.isEmpty == false)
    }

    @Test(arguments: ["Text", "JSON"])
    func `Metrics are a line of JSON of their own in either format, and only where they are wanted`(format: String)
      async throws
    {
      let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
      let variables = ["METRICS_NAMESPACE=cruddur/test", "AWS_LAMBDA_LOG_FORMAT=\(format)"]
      let lines = try invoke(url, variables).log.split(separator: "\n").filter { $0.contains("CloudWatchMetrics") }
      let roots = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
      // The connect is of the process's start, and the rest of the invocation.
      try #require(roots.count == 2)
      let (start, invocation) = (roots[0], roots[1])
      #expect(start?["requestId"] == nil)
      #expect((invocation?["requestId"] as? String)?.isEmpty == false)
      #expect(invocation?["SignUpsStored"] as? [Double] == [1])
      #expect(invocation?["ColdStarts"] as? [Double] == [1])
      for times in [start?["ConnectTime"], invocation?["StatementTime"]] {
        #expect((times as? [Double])?.allSatisfy { (0.001..<20_000).contains($0) } == true)
      }
      #expect(try !invoke(url, []).log.contains("CloudWatchMetrics"))
    }

    @Test func `A proxy in the environment is never asked for the Runtime API`() async throws {
      let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
      let proxy = "http://127.0.0.1:9"
      let variables = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map { "\($0)=\(proxy)" }
      #expect(try invoke(url, variables).status == 0)
    }

    @Test func `A trigger that nobody handles is noted`() throws {
      let event = Repository.file("events/unknown-trigger.json").path
      let invoked = try Invoked([event], url: "postgresql://127.0.0.1:1/nowhere")
      #expect(invoked.status == 0)
      #expect(invoked.log.contains("no handler for this trigger"))
    }
  }
}
