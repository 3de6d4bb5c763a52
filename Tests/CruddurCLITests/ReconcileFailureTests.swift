import Foundation
import Subprocess
import TestSupport
import Testing

/// `cruddur reconcile` where aws, the database or the person ends what it is at, and where it is not alone.
@Suite(.ownThread, .timeLimit(.minutes(3))) struct ReconcileFailureTests {
  private static let first = [ListedAccount(1), ListedAccount(2)]
  private static let second = [ListedAccount(3)]
  private static let pages = [
    "first": ListedAccount.page(first, token: "t'1"), "t'1": ListedAccount.page(second),
  ]
  private let pool = ["--user-pool-id", "eu-central-1_A"]

  @Test func `aws lists page after page, with the options that are its`() async throws {
    let world = try await ReconcileWorld()
    try world.makeAWS(Self.pages)
    let outcome = try await world.reconcile(
      pool + ["--apply", "--region", "r", "--profile", "p", "--endpoint-url", "u", "--users-per-call", "90"])
    let call =
      "cognito-idp list-users --user-pool-id eu-central-1_A --region r --profile p --endpoint-url u --page-size 60 --max-items 90 --output json"
    #expect(world.calls == [call, call + " --starting-token t'1"])
    #expect(outcome.log == "cruddur: 3 read, 0 present, 3 missing, 3 added, 0 skipped, 0 failed, 0 gone.\n")
    #expect(try outcome.status == 0 && world.rows().count == 3)
  }

  @Test func `An aws that fails half-way is quoted, and the run goes on from there`() async throws {
    let world = try await ReconcileWorld()
    try world.makeAWS(
      Self.pages,
      before: """
        [ $token = first ] || [ -e '\(world.folder)/works' ] || {
          printf '\\nAn error occurred (TooManyRequestsException): Rate exceeded\\n' >&2; exit 254; }
        """)
    let failed = try await world.reconcile(pool + ["--apply"])
    #expect(
      failed.log == """
        cruddur: aws cognito-idp list-users failed: An error occurred (TooManyRequestsException): Rate exceeded
        cruddur: 2 read, 0 present, 2 missing, 2 added, 0 skipped, 0 failed. To go on, run the same again, with --starting-token 't'\\''1'.

        """)
    #expect(try failed.status == 2 && world.rows().count == 2)

    _ = try world.write("", to: "works")
    let resumed = try await world.reconcile(pool + ["--apply", "--starting-token", "t'1"])
    #expect(
      resumed.log
        == "cruddur: 1 read, 0 present, 1 missing, 1 added, 0 skipped, 0 failed. Who is gone cannot be told: not all users of the pool were read, or none.\n"
    )
    #expect(try resumed.status == 0 && world.rows().count == 3)
  }

  @Test func `What aws lists at once is added in batches, and listed anew unless all of it was`() async throws {
    let world = try await ReconcileWorld()
    try world.makeAWS([
      "first": ListedAccount.page((0..<100).map { ListedAccount($0) }, token: "t1"),
      "t1": ListedAccount.page((100..<4_200).map { ListedAccount($0) }, token: "t2"),
      "t2": ListedAccount.page((4_200..<4_300).map { ListedAccount($0) }),
    ])
    // Nobody's data is at fault, so that nobody is added alone.
    try world.postgres.psql(
      """
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT count(*) FROM added) > 2000 OR EXISTS (SELECT FROM added WHERE handle = 'user-2100') THEN
          RAISE EXCEPTION USING ERRCODE = 'query_canceled';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER refuse AFTER INSERT ON users REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse()
      """, url: world.url)
    let failed = try await world.reconcile(pool + ["--apply", "--users-per-call", "60000"])
    #expect(
      failed.log.hasSuffix(
        "cruddur: 2100 read, 0 present, 2100 missing, 2100 added, 0 skipped, 0 failed. To go on, run the same again, with --starting-token t1.\n"
      ), "\(failed.log)")
    #expect(failed.status == 2)

    try world.postgres.psql("DROP TRIGGER refuse ON users", url: world.url)
    let resumed = try await world.reconcile(pool + ["--apply", "--starting-token", "t1"])
    #expect(
      resumed.log.hasPrefix("cruddur: 4200 read, 2000 present, 2200 missing, 2200 added, "), "\(resumed.log)")
    #expect(try resumed.status == 0 && world.rows().count == 4_300)
  }

  @Test(arguments: [
    (
      "{\"Users\":[",
      "aws cognito-idp list-users has printed no list of users: invalid JSON at byte 10: it ends too early."
    ),
    ("{}", "aws cognito-idp list-users has printed no array Users."),
    ("", "aws cognito-idp list-users has printed no array Users."),
    (
      "{\"Users\":[],\"NextToken\":\"first\"}",
      "aws cognito-idp list-users does not get on: it gives the token that it was given."
    ),
  ])
  func `What aws should not print is an error`(page: String, sentence: String) async throws {
    let world = try await ReconcileWorld()
    try world.makeAWS(["first": page])
    let outcome = try await world.reconcile(pool + ["--starting-token", "first"])
    #expect(outcome.log.hasPrefix("cruddur: \(sentence)\n"), "\(outcome.log)")
    #expect(outcome.status == 2)
  }

  @Test func `Without aws it is said that there is none`() async throws {
    let world = try await ReconcileWorld()
    let outcome = try await world.reconcile(pool, environment: ["PATH": try CommandLineTool.folder()])
    #expect(outcome.log.hasPrefix("cruddur: aws cannot be run: "), "\(outcome.log)")
    #expect(outcome.status == 2)
  }

  @Test func `An interrupted run says how to go on, and leaves no aws behind`() async throws {
    let world = try await ReconcileWorld()
    try world.makeAWS(
      Self.pages,
      before: "[ $token = first ] || { \(world.untilRows(2)); echo $$ >'\(world.folder)/pid'; exec sleep 1000; }")
    let pid = world.folder + "/pid"
    let outcome = try await CommandLineTool.run(
      ["reconcile", "--apply"] + pool, environment: world.environment, sending: .interrupt
    ) { (try? String(contentsOfFile: pid, encoding: .utf8).hasSuffix("\n")) == true }
    #expect(outcome.status == .exited(130))
    #expect(
      outcome.log == """
        cruddur: Interrupted.
        cruddur: 2 read, 0 present, 2 missing, 2 added, 0 skipped, 0 failed. To go on, run the same again, with --starting-token 't'\\''1'.

        """)
    let sleeper = try #require(Int32(String(contentsOfFile: pid, encoding: .utf8).dropLast()))
    try await eventually("aws is gone") { kill(sleeper, 0) != 0 }
  }

  @Test func `A pipe that says nothing can be interrupted`() async throws {
    let world = try await ReconcileWorld()
    let pipe = world.folder + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    let writer = open(pipe, O_RDWR | O_CLOEXEC)
    defer { close(writer) }
    let name = world.url.split(separator: "/").last ?? ""
    let outcome = try await CommandLineTool.run(
      ["reconcile", pipe], environment: world.environment, sending: .terminate
    ) {
      let sessions = try? world.postgres.psql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND query LIKE '%now()%' AND state = 'idle'")
      return sessions == "1"
    }
    #expect(outcome.status == .exited(143))
    #expect(
      outcome.log == """
        cruddur: Interrupted.
        cruddur: 0 read, 0 present, 0 missing, 0 added, 0 skipped, 0 failed. To go on, run the same again; who has a row is passed over.

        """)
  }

  @Test func `Sessions that end half-way are not noticed`() async throws {
    let world = try await ReconcileWorld()
    let name = world.url.split(separator: "/").last ?? ""
    try world.makeAWS(
      Self.pages,
      before: """
        psql --quiet --output /dev/null --dbname '\(world.postgres.url)' --command \\
          "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = '\(name)'"
        """)
    let outcome = try await world.reconcile(pool + ["--apply"])
    #expect(outcome.log.hasPrefix("cruddur: 3 read, 0 present, 3 missing, 3 added, "), "\(outcome.log)")
    #expect(try outcome.status == 0 && world.rows().count == 3)
  }

  @Test func `A database that goes away half-way is waited for, and then named`() async throws {
    let postgres = try ThrowawayPostgres()
    let world = try await ReconcileWorld(postgres)
    try world.makeAWS(
      Self.pages, before: "[ $token = first ] || { \(world.untilRows(2)); kill -QUIT \(postgres.postmaster); }")
    let outcome = try await world.reconcile(pool + ["--apply", "--retry-time", "1"])
    #expect(outcome.output.split(separator: "\n").count == 2)
    #expect(outcome.log.hasPrefix("cruddur: The users were not compared: "), "\(outcome.log)")
    #expect(
      outcome.log.hasSuffix(
        "cruddur: 2 read, 0 present, 2 missing, 2 added, 0 skipped, 0 failed. To go on, run the same again, with --starting-token 't'\\''1'.\n"
      ), "\(outcome.log)")
    #expect(outcome.status == 2)
  }

  /// Each reads the other's users from the other end, and their handles collide.
  @Test func `Two at once add everybody once`() async throws {
    let world = try await ReconcileWorld()
    let accounts = (0..<9_000).map { ListedAccount($0, "user-\($0 % 8_000)") }
    let forward = try world.write(ListedAccount.page(accounts), to: "forward")
    let backward = try world.write(ListedAccount.page(accounts.reversed()), to: "backward")
    async let one = world.reconcile([forward, "--apply"])
    async let two = world.reconcile([backward, "--apply"])
    let outcomes = try await [one, two]
    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome.log)") }
    let added = outcomes.flatMap { $0.output.split(separator: "\n") }
    #expect(added.count == 9_000 && Set(added).count == 9_000)
    #expect(
      try world.postgres.psql("SELECT count(*), count(DISTINCT handle) FROM users", url: world.url) == "9000|9000")
  }

  /// 100 MB of a document, twice, as aws prints a whole pool: none of it can be held.
  @Test func `20,000 users of 5 kB take a fraction of their listing's memory`() async throws {
    let world = try await ReconcileWorld()
    let folder = Repository.file("Tests/Deploy").path
    for (options, status) in [("", Int32(1)), ("--apply", 0), ("", 0)] {
      let outcome = try await CommandLineTool.bash(
        "python3 '\(folder)/list_users.py' 20000 0 4096 | python3 '\(folder)/measure.py' cruddur reconcile - --format json \(options) | tail -n 1",
        environment: world.environment)
      #expect(outcome.output.hasPrefix(#"{"result":"summary","read":20000,"#), "\(outcome.log)")
      let megabytes = try #require(
        outcome.log.split(separator: "\n").last?.split(separator: " ").dropLast().last.flatMap { Double($0) })
      #expect(megabytes < 80, "\(outcome.log)")
      #expect(outcome.log.contains("exit code \(status), "), "\(outcome.log)")
    }
    #expect(
      try world.postgres.psql("SELECT count(*), count(DISTINCT handle_digest(handle)) FROM users", url: world.url)
        == "20000|20000")
  }
}
