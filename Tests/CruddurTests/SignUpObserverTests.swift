import JSON
import LambdaEvents
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Cruddur
@testable import LambdaRuntime
@testable import Postgres

/// What is told of a sign-up that fails: one line, with all that finds its user again.
@Suite(.ownThread) struct SignUpObserverTests {
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }

    /// The lines since the last call.
    func take() -> [String] {
      lines.withLock { lines in
        defer { lines = [] }
        return lines
      }
    }

    /// Those of them that say `sign-up failed`.
    func takeFailures() -> [String] { take().filter { $0.contains("sign-up failed") } }
  }

  private let lines = Lines()
  private let metricLines = Lines()
  private let metrics: Metrics
  private let observer: SignUpObserver

  init() {
    metrics = Metrics(
      MetricsConfiguration(namespace: "n"), now: { .now }, write: { [metricLines] in metricLines.append($0) })
    observer = SignUpObserver(metrics: metrics)
  }

  private func context(
    _ requestID: String = "id", deadline: ContinuousClock.Instant? = nil, format: LogConfiguration.Format = .text
  ) -> InvocationContext {
    let logger = Logger(label: "test") { [lines] _ in
      LambdaLogHandler(LogConfiguration(format: format)) { lines.append($0) }
    }
    return InvocationContext(requestID: requestID, deadline: deadline, logger: logger)
  }

  private func event(_ attributes: String) throws -> Unread<PostConfirmation> {
    let text = #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":\#(attributes)}}"#
    return Unread(try CognitoEvent(JSONDocument(Array(text.utf8))))
  }

  /// Handles a sign-up, and ends its invocation as the runtime does: with what the caller was told.
  private func signUp(
    _ url: String, _ context: InvocationContext, _ attributes: String = #"{"sub":"sub-1"}"#,
    retryTime: Duration = .zero,
    told: ErrorType? = nil
  ) async throws -> (any Error)? {
    let handler = SignUp(
      Users(Pool(try ConnectionConfiguration(url), limit: 1, retryTime: retryTime)), observer: observer)
    do {
      try await handler.handle(event(attributes), context)
      observer.invocationEnded(InvocationReport(context: context))
      return nil
    } catch {
      let type = told ?? (error as? any LambdaError)?.errorType
      observer.invocationEnded(InvocationReport(context: context, handler: .milliseconds(1_234), errorType: type))
      return error
    }
  }

  /// How often the sign-ups since the last call were counted, by what came of them.
  private func counts() throws -> [String: Double] {
    metrics.invocationEnded(InvocationReport(context: context()))
    return try metricLines.take().reduce(into: [:]) { counts, line in
      let root = try JSONDocument(Array(line.utf8)).root
      for name in ["SignUpsStored", "SignUpsAlreadyThere", "SignUpsFailed"] {
        guard let values = try root[name]?.elements() else { continue }
        for value in values { counts[name, default: 0] += Double(try value.numberText()) ?? .nan }
      }
    }
  }

  private func database(_ trigger: String) async throws -> String {
    let postgres = try await ThrowawayPostgres.shared
    let url = try postgres.makeDatabase(schema: true)
    try postgres.psql(
      """
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(trigger); RETURN NEW; END $$;
      CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()
      """, url: url)
    return url
  }

  @Test func `What the server refuses is a line with the user, the type, the SQLSTATE, the time and the tries`()
    async throws
  {
    let url = try await database("RAISE EXCEPTION USING ERRCODE = 'check_violation'")
    #expect(try await signUp(url, context()) is DatabaseFailure)
    let failures = lines.takeFailures()
    #expect(failures.count == 1)
    let rest =
      " ERROR id sign-up failed elapsedMs=1234 errorType=Function.DatabaseError sqlState=23514 sub=sub-1 tries=1\n"
    #expect(failures.first?.hasSuffix(rest) == true, "\(failures)")
    #expect(try counts() == ["SignUpsFailed": 1])
  }

  @Test func `In JSON each of these is a member`() async throws {
    let url = try await database("RAISE EXCEPTION USING ERRCODE = 'check_violation'")
    _ = try await signUp(url, context(format: .json))
    let failures = lines.takeFailures()
    #expect(failures.count == 1)
    let root = try JSONDocument(Array(failures[0].utf8)).root
    var members: [String: String] = [:]
    for (key, value) in try root.members() where key != "timestamp" { members[key] = try value.string() }
    #expect(
      members == [
        "level": "ERROR", "message": "sign-up failed", "requestId": "id", "sub": "sub-1", "sqlState": "23514",
        "errorType": "Function.DatabaseError", "elapsedMs": "1234", "tries": "1",
      ])
  }

  @Test func `What was tried again has the number of the tries`() async throws {
    let url = try await database("PERFORM nextval('tries'); RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'")
    let postgres = try await ThrowawayPostgres.shared
    // A sequence is not rolled back.
    try postgres.psql("CREATE SEQUENCE tries", url: url)
    _ = try await signUp(url, context(deadline: .now + .milliseconds(2_000)), retryTime: .seconds(5))
    let tries = try postgres.psql("SELECT last_value FROM tries", url: url)
    let failures = lines.takeFailures()
    #expect(
      failures.count == 1 && failures.first?.contains(" sqlState=40P01 sub=sub-1 tries=\(tries)\n") == true,
      "\(failures)")
    #expect(Int(tries) ?? 0 > 1)
    #expect(try counts() == ["SignUpsFailed": 1])
  }

  @Test func `What the server never said has no SQLSTATE`() async throws {
    let url = "postgresql://127.0.0.1:\(try SilentListener().port)/db"
    _ = try await signUp(url, context())
    let failures = lines.takeFailures()
    let rest = " sign-up failed elapsedMs=1234 errorType=Function.DatabaseConnectionRefused sub=sub-1 tries=1\n"
    #expect(failures.count == 1 && failures.first?.hasSuffix(rest) == true, "\(failures)")
  }

  @Test(arguments: [
    (#"{"sub":"sub\u0000-1"}"#, #" sub=sub\u0000-1 tries=0"#), (#"{"sub":1}"#, " tries=0"), ("{}", " tries=0"),
    ("[]", " tries=0"), (#"{"sub":"\#(String(repeating: "s", count: 1_025))"}"#, " tries=0"),
  ])
  func `An event that names nobody is a sign-up that failed, too`(attributes: String, rest: String) async throws {
    #expect(try await signUp("postgresql://127.0.0.1:1/db", context(), attributes) is EventError)
    let failures = lines.takeFailures()
    let end = " sign-up failed elapsedMs=1234 errorType=Function.InvalidEvent\(rest)\n"
    #expect(failures.count == 1 && failures.first?.hasSuffix(end) == true, "\(failures)")
    #expect(try counts() == ["SignUpsFailed": 1])
  }

  @Test func `A handler that is cancelled failed by what the caller was told`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = try postgres.makeDatabase(schema: true)
    let lock = try await locked(url)
    let task = Task(executorPreference: ThreadExecutor()) {
      try await signUp(url, context(), told: .function("DeadlineExceeded"))
    }
    try await waitUntilBlocked(url)
    task.cancel()
    #expect(try await task.value is DatabaseFailure)
    lock.end()
    let failures = lines.takeFailures()
    let rest = " errorType=Function.DeadlineExceeded sub=sub-1 tries=1\n"
    #expect(failures.count == 1 && failures.first?.hasSuffix(rest) == true, "\(failures)")
    #expect(try counts() == ["SignUpsFailed": 1])
  }

  @Test func `A handler that was given up failed, once, whatever it says afterwards`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = try postgres.makeDatabase(schema: true)
    let lock = try await locked(url)
    let stuck = context()
    let handler = SignUp(Users(Pool(try ConnectionConfiguration(url), limit: 1)), observer: observer)
    let task = Task(executorPreference: ThreadExecutor()) {
      try await handler.handle(event(#"{"sub":"sub-1"}"#), stuck)
    }
    try await waitUntilBlocked(url)
    // What the runtime does in the place of a handler that has its thread.
    let report = InvocationReport(context: stuck, handler: .seconds(4), errorType: .function("DeadlineExceeded"))
    observer.invocationEnded(report)
    let failures = lines.takeFailures()
    let rest = " sign-up failed elapsedMs=4000 errorType=Function.DeadlineExceeded sub=sub-1\n"
    #expect(failures.count == 1 && failures.first?.hasSuffix(rest) == true, "\(failures)")
    #expect(try counts() == ["SignUpsFailed": 1])
    lock.end()
    try await task.value
    // The same request id, handed out again.
    #expect(try await signUp(url, context()) == nil)
    #expect(lines.takeFailures().isEmpty)
    #expect(try counts() == ["SignUpsAlreadyThere": 1])
  }

  @Test func `Of two invocations at once with one request id, each tells of its own user`() throws {
    let contexts = try (1...2).map { number in
      let context = context()
      _ = observer.signUpBegan(try event(#"{"sub":"sub-\#(number)"}"#), context)
      return context
    }
    for (number, context) in zip(1...2, contexts).reversed() {
      observer.invocationEnded(InvocationReport(context: context, errorType: .function("DeadlineExceeded")))
      let failures = lines.takeFailures()
      #expect(failures.count == 1 && failures.first?.contains(" sub=sub-\(number)") == true, "\(failures)")
    }
    #expect(try counts() == ["SignUpsFailed": 2])
  }

  @Test func `Whoever is stored, or was, leaves no such line, and neither does another event's failure`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
    for _ in 1...2 { #expect(try await signUp(url, context()) == nil) }
    observer.invocationEnded(InvocationReport(context: context(), errorType: .function("InvalidJSON")))
    #expect(lines.takeFailures().isEmpty)
    #expect(try counts() == ["SignUpsStored": 1, "SignUpsAlreadyThere": 1])
  }

  private func locked(_ url: String) async throws -> PsqlSession {
    let lock = try PsqlSession(url)
    try lock.send("BEGIN; LOCK TABLE users;")
    try await wait("SELECT count(*) FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass AND granted", url)
    return lock
  }

  private func waitUntilBlocked(_ url: String) async throws {
    try await wait(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", url)
  }

  private func wait(_ query: String, _ url: String) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try await ThrowawayPostgres.shared.psql(query, url: url) == "0" {
      guard .now < end else { throw TestSupportError("\(query) stayed 0 for 20 s.") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
