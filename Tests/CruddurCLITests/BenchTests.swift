import Foundation
import JSON
import Subprocess
import TestSupport
import Testing

/// `cruddur bench` with the real bootstrap, and with worse ones.
@Suite(.timeLimit(.minutes(3)))
struct BenchTests {
  /// A run that does not take long.
  private static let short = ["--starts", "2", "--events", "20", "--sparse-events", "5", "--concurrency", "2"]

  private func bench(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> CommandLineTool.Outcome {
    try await CommandLineTool.run(["bench"] + arguments, environment: environment)
  }

  private func json(_ outcome: CommandLineTool.Outcome) throws -> JSONValue {
    try JSONDocument(Array(outcome.output.utf8)).root
  }

  private func function(_ report: JSONValue, _ index: Int = 0) throws -> JSONValue {
    try Array(report.member("functions").elements())[index]
  }

  @Test func `All runs have their figures, nobody is lost, and a database of one's own is left as it was`() async throws
  {
    let world = try await ReconcileWorld()
    try world.postgres.psql(
      "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('Ana', 'ana', 'ana')", url: world.url)
    let svg = "\(world.folder)/latencies.svg"
    let outcome = try await bench(
      Self.short + ["--env", "CONNECTION_URL", "--json", "-", "--svg", svg], environment: ["CONNECTION_URL": world.url])
    #expect(outcome.status == 0, "\(outcome.log)")
    let report = try json(outcome)
    #expect(try report.member("complete").bool())
    #expect(try report.member("database").string().hasPrefix("PostgreSQL "))
    let function = try function(report)
    // Those that warm up are sign-ups as well: 20 before the sparse ones, and 100 for each process.
    let answered = 2 + (20 + 5) + (100 + 20) + (200 + 20)
    #expect(try function.member("answered").integer() == answered)
    #expect(try function.member("lost").integer() == 0)
    #expect(try function.member("errors").integer() == 0)
    let medians = try function.member("medians")
    for key in [
      "cold_p50_ms", "cold_init_p50_ms", "cold_first_event_p50_ms", "cold_cpu_p50_ms", "cold_peak_memory_mb",
      "cold_cost_per_million_usd", "sparse_p50_us", "warm_p50_us", "warm_p90_us", "warm_p99_us", "warm_max_us",
      "warm_per_second", "warm_cpu_per_event_us", "warm_memory_mb", "warm_cost_per_million_usd", "warm_bench_p50_us",
      "warm_bench_cpu_per_event_us", "concurrent_p50_us", "concurrent_memory_mb",
    ] {
      #expect(try medians.member(key).double() > 0, "\(key)")
    }
    let (initialization, start) = (
      try medians.member("cold_init_p50_ms").double(), try medians.member("cold_p50_ms").double()
    )
    #expect(initialization < start)
    let (one, two) = (
      try medians.member("warm_memory_mb").double(), try medians.member("concurrent_memory_mb").double()
    )
    #expect(two > 1.5 * one)
    #expect(try String(contentsOfFile: svg, encoding: .utf8).hasPrefix("<svg "))
    #expect(try world.rows() == ["ana|ana"])
  }

  @Test func `Without a URL of its own it makes a PostgreSQL, and leaves nothing of it`() async throws {
    try await FakeBootstrap.with { folder in
      // PostgreSQL's user has to get at it.
      try #require(chmod(folder.folder, 0o777) == 0)
      let outcome = try await bench(
        ["--run", "cold", "--starts", "1"],
        environment: [
          "TMPDIR": folder.folder, "CONNECTION_URL": "postgresql://nowhere.invalid/", "PGSSLMODE": "verify-full",
          "PGHOST": "nowhere.invalid",
        ])
      #expect(outcome.status == 0, "\(outcome.log)")
      #expect(outcome.output.contains("a throwaway PostgreSQL 1"), "\(outcome.output)")
      #expect(outcome.output.hasSuffix("\nfunction: 1 sign-up answered, 0 lost, 0 errors\n"), "\(outcome.output)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder) == ["bootstrap"])
    }
  }

  @Test func `Two functions are compared, and the second's figures are in ratio to the first's`() async throws {
    let world = try await ReconcileWorld()
    let bootstrap = "\(try CommandLineTool.folder())/bootstrap"
    // One that is started by a script, and looks elsewhere for its database.
    let wrapper = try world.write(
      "#!/bin/sh\nsleep 0.3\nCONNECTION_URL=$DATABASE_URL exec '\(bootstrap)'\n", to: "slow", executable: true)
    let outcome = try await bench(
      [
        "--compare", "one=\(wrapper)", wrapper, "--rounds", "2", "--run", "cold", "--starts", "1",
        "--env", "DATABASE_URL=\(world.url)", "--database-variable", "DATABASE_URL", "--json", "\(world.folder)/json",
      ])
    #expect(outcome.status == 0, "\(outcome.log)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count > 3 && lines[1].split(separator: " ") == ["one", "B", "ratio"], "\(outcome.output)")
    #expect(lines[2].contains(/^cold start, p50 +[0-9.]+ ms +[0-9.]+ ms +[0-9.]+$/), "\(lines[2])")
    let report = try JSONDocument(Array(try Data(contentsOf: URL(filePath: "\(world.folder)/json")))).root
    let values = try (0...1).map { try function(report, $0).member("medians").member("cold_p50_ms").double() }
    #expect(values.allSatisfy { $0 > 300 })
    #expect(abs(try report.member("ratios").member("cold_p50_ms").double() - values[1] / values[0]) < 1e-9)
    #expect(try Array(function(report).member("rounds").elements()).count == 2)
    #expect(try function(report).member("answered").integer() == 2)
  }

  @Test func `On Managed Instances one process has all concurrent events`() async throws {
    let world = try await ReconcileWorld()
    let outcome = try await bench(
      Self.short + ["--run", "concurrent", "--managed", "--env", "CONNECTION_URL=\(world.url)", "--json", "-"])
    #expect(outcome.status == 0, "\(outcome.log)")
    #expect(try function(json(outcome)).member("answered").integer() == 100 + 20)
  }

  @Test func `Who is answered and has no row is lost`() async throws {
    let world = try await ReconcileWorld()
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await bench([
        "--bootstrap", bootstrap.path, "--run", "cold", "--starts", "2", "--env", "CONNECTION_URL=\(world.url)",
        // What is wrong with them for our own function is no business of another.
        "--env", "_HANDLER=app.handler", "--env", "CORS_ORIGINS=app",
      ])
      #expect(outcome.status == 1)
      #expect(outcome.output.hasSuffix("function: 2 sign-ups answered, 2 lost, 0 errors\n"), "\(outcome.output)")
      bootstrap.expectGone()
    }
  }

  @Test func `A wrong answer is an error`() async throws {
    let world = try await ReconcileWorld()
    let bootstrap = try world.write(
      #"""
      #!/bin/bash
      api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
      while id=$(curl --silent --fail --noproxy '*' --dump-header - --output /dev/null "$api/next" |
        sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^\r]*\)\r*$/\1/Ip') && [ "$id" ]; do
        curl --silent --noproxy '*' --data '{"response":{}}' "$api/$id/response" >/dev/null
      done
      """#, to: "wrong", executable: true)
    let outcome = try await bench([
      "--bootstrap", bootstrap, "--run", "cold", "--starts", "1", "--env", "CONNECTION_URL=\(world.url)",
    ])
    #expect(outcome.status == 1)
    #expect(outcome.log == "cruddur: function: sign-up 1: a wrong answer: {\"response\":{}}\n")
    #expect(outcome.output.hasSuffix("function: 0 sign-ups answered, 0 lost, 1 error\n"), "\(outcome.output)")
  }

  @Test(arguments: [
    ("CRASH_INIT=1", "The function cannot start: the bootstrap exited with status 7.", nil),
    ("FAIL_INIT=1", "The function cannot start: no database", "the last words"),
  ])
  func `A function that does not start is said to, with its last words`(
    variable: String, sentence: String, words: String?
  ) async throws {
    let world = try await ReconcileWorld()
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await bench([
        "--bootstrap", bootstrap.path, "--run", "warm", "--env", "CONNECTION_URL=\(world.url)", "--env", variable,
      ])
      #expect(outcome.status == 1 && outcome.log.contains(sentence), "\(outcome.log)")
      if let words { #expect(outcome.log.contains(words), "\(outcome.log)") }
    }
  }

  @Test func `A signal ends it, and it says what it had and leaves no rows`() async throws {
    let world = try await ReconcileWorld()
    let file = "\(world.folder)/json"
    let (status, log) = try await CommandLineTool.run(
      [
        "bench", "--run", "warm", "--events", "1000000", "--env", "CONNECTION_URL=\(world.url)", "--json", file,
      ], sending: .interrupt
    ) { (try? world.rows().count > 200) == true }
    #expect(status == .exited(130), "\(log)")
    let report = try JSONDocument(Array(try Data(contentsOf: URL(filePath: file)))).root
    #expect(try !report.member("complete").bool())
    #expect(try function(report).member("answered").integer() > 200)
    #expect(try function(report).member("lost").integer() == 0)
    #expect(try function(report).member("medians").member("warm_p50_us").double() > 0)
    #expect(try world.rows().isEmpty)
  }

  @Test func `Whoever ends it is told of rows that cannot be removed`() async throws {
    let world = try await ReconcileWorld()
    try world.postgres.psql(
      """
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''all are kept''; END';
      CREATE TRIGGER keep BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep()
      """, url: world.url)
    let (status, log) = try await CommandLineTool.run(
      ["bench", "--run", "warm", "--events", "1000000", "--env", "CONNECTION_URL=\(world.url)"], sending: .terminate
    ) { (try? world.rows().count > 0) == true }
    #expect(status == .exited(143))
    let prefix = try #require(try world.rows().first).prefix(24)
    // What the server says of a refusal may name people, so its code stands for it.
    #expect(log.contains("(SQLSTATE P0001)") && log.contains(" begins with \(prefix) may still be there."), "\(log)")
  }

  @Test func `A function that asks for no other event is ended`() async throws {
    let world = try await ReconcileWorld()
    let bootstrap = try world.write(
      #"""
      #!/bin/bash
      cd "$LAMBDA_TASK_ROOT" || exit
      api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
      id=$(curl --silent --noproxy '*' --dump-header - --output event "$api/next" |
        sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^\r]*\)\r*$/\1/Ip')
      curl --silent --noproxy '*' --data-binary @event "$api/$id/response" >/dev/null
      echo 'the last words'
      sleep 600
      """#, to: "tired", executable: true)
    let outcome = try await bench([
      "--bootstrap", bootstrap, "--run", "warm", "--timeout", "1", "--env", "CONNECTION_URL=\(world.url)",
    ])
    #expect(outcome.status == 1)
    #expect(outcome.log.contains("function: The function has asked for no other event in 2.0 seconds.\n"))
    #expect(outcome.log.contains("the last words"), "\(outcome.log)")
  }

  @Test func `Where the time limit leaves something out, it says so`() async throws {
    let world = try await ReconcileWorld()
    let outcome = try await bench(["--env", "CONNECTION_URL=\(world.url)", "--time-limit", "0.000001", "--json", "-"])
    #expect(outcome.status == 0, "\(outcome.log)")
    #expect(try !json(outcome).member("complete").bool())
  }

  @Test func `It ends at its time limit`() async throws {
    let world = try await ReconcileWorld()
    let outcome = try await bench([
      "--run", "warm", "--events", "1000000", "--env", "CONNECTION_URL=\(world.url)", "--time-limit", "3",
    ])
    #expect(outcome.status == 0, "\(outcome.log)")
    #expect(outcome.output.hasSuffix("\nThe time limit of 3.0 seconds has passed: these are the figures until then.\n"))
  }

  @Test func `On a terminal it says how far it is`() async throws {
    let world = try await ReconcileWorld()
    let command = "cruddur bench --run warm --events 200 --env 'CONNECTION_URL=\(world.url)' >'\(world.folder)/output'"
    let outcome = try await CommandLineTool.bash(
      "script --quiet --return --command \"\(command)\" /dev/null </dev/null",
      environment: ["PATH": "\(try CommandLineTool.folder()):/usr/bin:/bin"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(/round 1 of 1, function, warm, [0-9]+ sign-ups so far/), "\(outcome.output)")
    #expect(outcome.output.hasSuffix("\r\u{1B}[K"), "the line is taken away")
  }

  @Test(arguments: [
    (["--compare", "a"], "--compare has 1 executable, but takes two."),
    (["--compare", "a", "b", "--bootstrap", "c"], "--bootstrap and --compare exclude each other."),
    (["--starts", "0"], "--starts is 0, but must be at least 1 and at most 10000."),
    (["--events", "1000001"], "--events is 1000001, but must be at least 1 and at most 1000000."),
    (["--concurrency", "65"], "--concurrency is 65, but must be at least 1 and at most 64."),
    (["--rounds", "0"], "--rounds is 0, but must be at least 1 and at most 100."),
    (["--memory", "64"], "--memory is 64, but must be at least 128 and at most 10240 MB."),
    (["--gap=-1"], "--gap is -1.0, but must be at least 0 and at most 60000 ms."),
    (["--time-limit", "0"], "--time-limit is 0.0, but must be more than 0 and at most 86400 seconds."),
    (["--timeout", "901"], "--timeout is 901.0, but must be more than 0 and at most 900 seconds."),
    (["--request-price", "inf"], "--request-price is inf, which is no price."),
    (["--database-variable", "A B"], "--database-variable is A B, which is no name of a variable."),
    (["--run", "hot"], "The value 'hot' is invalid for '--run <kind>'."),
  ])
  func `An option that is of no use is named`(arguments: [String], sentence: String) async throws {
    let outcome = try await bench(arguments)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.log.hasPrefix("cruddur: \(sentence.prefix(sentence.count - 1))"), "\(outcome.log)")
    #expect(outcome.log.hasSuffix("See cruddur bench --help.\n"))
  }

  @Test func `A database that cannot be used is said to be`() async throws {
    let outcome = try await bench(["--env", "CONNECTION_URL=postgresql://127.0.0.1:1/none?connect_timeout=2"])
    #expect(outcome.status == 2 && outcome.log.hasPrefix("cruddur: The database cannot be used: "), "\(outcome.log)")
  }

  /// Whether PostgreSQL can be hidden, which takes a mount namespace.
  private static var canHide: Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["--mount", "true"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test(.enabled(if: canHide)) func `Where PostgreSQL is not installed, it names the package`() async throws {
    let outcome = try await CommandLineTool.bash(
      "exec unshare --mount sh -c 'mount -t tmpfs none /usr/lib/postgresql && exec cruddur bench'",
      environment: ["PATH": "\(try CommandLineTool.folder()):/usr/bin:/bin"])
    #expect(outcome.status == 2)
    #expect(
      outcome.log
        == "cruddur: There is no throwaway PostgreSQL. PostgreSQL is not installed (package postgresql).\n")
  }
}
