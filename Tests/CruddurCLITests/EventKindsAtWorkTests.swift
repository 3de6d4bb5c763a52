import TestSupport
import Testing

/// What `cruddur events` prints goes through the real `bootstrap`, over a real PostgreSQL.
@Suite(.timeLimit(.minutes(2)))
struct EventKindsAtWorkTests {
  private let postgres: ThrowawayPostgres
  private let url: String

  init() async throws {
    postgres = try await .shared
    url = try postgres.makeDatabase(schema: true)
  }

  private func events(_ arguments: [String]) async throws -> String {
    let outcome = try await CommandLineTool.run(["events"] + arguments)
    try #require(outcome.status == 0, "\(outcome.log)")
    return outcome.output
  }

  private func invoke(
    _ events: [String], _ options: [String] = [], url: String? = nil
  ) async throws -> CommandLineTool.Outcome {
    var outcome: CommandLineTool.Outcome?
    try await FakeBootstrap.with { folder in
      let files = try events.enumerated().map { try folder.write($1, to: "\($0).json") }
      let bootstrap = ["--bootstrap", "\(try CommandLineTool.folder())/bootstrap"]
      outcome = try await CommandLineTool.run(
        ["invoke"] + files + bootstrap + options, environment: ["CONNECTION_URL": url ?? self.url])
    }
    return try #require(outcome)
  }

  @Test func `Each kind is taken as what it is`() async throws {
    let kinds = try await events([]).split(separator: "\n\n")[0].split(separator: "\n").dropFirst()
      .map { String($0.prefix { $0 != " " }) }
    try #require(kinds.count > 20)
    var samples: [(kind: String, event: String)] = []
    for kind in kinds where !["migration", "sqs", "schedule"].contains(kind) {
      samples.append((kind, try await events([kind])))
    }
    let outcome = try await invoke(samples.map(\.event))
    #expect(outcome.status == 0, "\(outcome.log)")
    // A trigger's answer is its event; a request's is a response.
    var rest = outcome.output[...]
    for (kind, event) in samples {
      if event.contains("\"triggerSource\"") {
        #expect(rest.hasPrefix(event), "\(kind)")
        // Its own newline, and that of the answer.
        rest = rest.dropFirst(event.count + 1)
      } else {
        let line = rest.prefix { $0 != "\n" }
        #expect(line.hasPrefix(#"{"statusCode":200,"#), "\(kind): \(line)")
        rest = rest.dropFirst(line.count + 1)
      }
    }
    #expect(rest.isEmpty)
    let count = try postgres.psql("SELECT count(*) FROM users", url: url)
    #expect(count == "4", "confirm-sign-up, federated, confirm-forgot-password, post-authentication")
  }

  @Test(arguments: ["sqs", "schedule"])
  func `A kind for functions of one's own is refused as such`(kind: String) async throws {
    let outcome = try await invoke([events([kind])])
    #expect(outcome.status == 1 && outcome.log.contains("Function.UnknownEvent"), "\(outcome.log)")
  }

  @Test func `A migration is taken by the handler for it`() async throws {
    let empty = try postgres.makeDatabase()
    let outcome = try await invoke(
      [events(["migration"])], ["--env", "_HANDLER=cruddur.migrate", "--timeout", "60"], url: empty)
    #expect(outcome.status == 0, "\(outcome.log)")
    #expect(try postgres.psql("SELECT count(*) FROM users", url: empty) == "0")
  }

  @Test func `Each event has a new user, with what was said of them`() async throws {
    for _ in 1...2 {
      let event = try await events(["confirm-sign-up", "--name", "Ada", "--email", "ada@example.com"])
      let outcome = try await invoke([event])
      #expect(outcome.status == 0 && outcome.log.contains("user added"), "\(outcome.log)")
    }
    #expect(try postgres.psql("SELECT DISTINCT display_name, email FROM users", url: url) == "Ada|ada@example.com")
    #expect(try postgres.psql("SELECT count(*) FROM users WHERE handle LIKE 'ada%'", url: url) == "2")
  }
}
