import Foundation
import JSON
import TestSupport
import Testing

/// `cruddur reconcile`, the real one, with a real PostgreSQL.
@Suite(.ownThread, .timeLimit(.minutes(3))) struct ReconcileTests {
  private static let ana = ListedAccount(1, "ana")
  private static let ben = ListedAccount(2, "ben")
  private static let page = ListedAccount.page([ana, ben])

  @Test func `Nothing is changed unless it is asked for, and then once`() async throws {
    let world = try await ReconcileWorld()
    let dry = try await world.reconcile(["-"], input: Self.page)
    let lines = [Self.ana, .init(2)].map { "\($0.sub) CONFIRMED 2025-11-21T05:05:59.123000+01:00" }
    #expect(dry.output == lines.map { "missing \($0)\n" }.joined())
    #expect(
      dry.log == """
        cruddur: 2 read, 0 present, 2 missing, 0 added, 0 skipped, 0 failed, 0 gone. Nothing was changed; --apply adds who is missing.

        """)
    #expect(try dry.status == 1 && world.rows().isEmpty)

    let applied = try await world.reconcile(["-", "--apply"], input: Self.page)
    #expect(applied.output == lines.map { "added \($0)\n" }.joined())
    #expect(applied.log == "cruddur: 2 read, 0 present, 2 missing, 2 added, 0 skipped, 0 failed, 0 gone.\n")
    #expect(applied.status == 0)
    #expect(
      try world.rows("cognito_user_id, handle, display_name, email") == [
        "\(Self.ana.sub)|ana|Ana Green|secret@example.com", "\(Self.ben.sub)|ben|Ana Green|secret@example.com",
      ])

    for arguments in [["-"], ["-", "--apply"]] {
      let again = try await world.reconcile(arguments, input: Self.page)
      #expect(again.output == "")
      #expect(again.log == "cruddur: 2 read, 2 present, 0 missing, 0 added, 0 skipped, 0 failed, 0 gone.\n")
      #expect(again.status == 0)
    }
  }

  @Test func `A machine reads lines of JSON`() async throws {
    let world = try await ReconcileWorld()
    var odd = ListedAccount(3)
    (odd.sub, odd.created, odd.status) = ("s \\u001b[2J", "1732165559.123", "FORCE_CHANGE_PASSWORD")
    let outcome = try await world.reconcile(
      ["-", "--apply", "--format", "json"], input: ListedAccount.page([Self.ana, odd]) + #"{"Users":[7]}"#)
    #expect(
      outcome.output.split(separator: "\n") == [
        #"{"result":"failed","sub":null,"status":null,"created":null,"number":3,"reason":"it has no sub"}"#,
        #"{"result":"added","sub":"\#(Self.ana.sub)","status":"CONFIRMED","created":"2025-11-21T05:05:59.123000+01:00"}"#,
        #"{"result":"added","sub":"s \u001b[2J","status":"FORCE_CHANGE_PASSWORD","created":"1732165559.123"}"#,
        #"{"result":"summary","read":3,"present":0,"missing":2,"added":2,"skipped":{},"failed":1,"gone":null,"complete":true,"starting_token":null}"#,
      ])
    #expect(outcome.status == 1)
    let text = try await world.reconcile(["-", "--names"], input: ListedAccount.page([odd, ListedAccount(4, "a b")]))
    #expect(text.output.hasSuffix(#" "a b" "Ana Green" secret@example.com"# + "\n") && !text.output.contains("\u{1B}"))
  }

  @Test(arguments: ["text", "json"])
  func `Names and addresses are shown only if they are asked for`(format: String) async throws {
    let world = try await ReconcileWorld()
    var marked = ListedAccount(1, "marked-handle")
    marked.name = "Marked Name"
    // Somebody who has the handle, and somebody whom the database refuses.
    try world.postgres.psql(
      """
      INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('Marked Name', 'marked-handle', 'other');
      ALTER TABLE users ADD CHECK (handle <> 'marked-2')
      """, url: world.url)
    let page = ListedAccount.page([marked, ListedAccount(2, "marked-2")])
    let marks = ["marked-handle", "Marked Name", "secret@example.com"]
    for arguments in [["-"], ["-", "--apply"]] {
      let outcome = try await world.reconcile(arguments + ["--format", format], input: page)
      for mark in marks + ["marked-2"] { #expect(!(outcome.output + outcome.log).contains(mark), "\(mark)") }
    }
    try world.postgres.psql("DELETE FROM users WHERE cognito_user_id <> 'other'", url: world.url)
    let outcome = try await world.reconcile(["-", "--apply", "--names", "--format", format], input: page)
    for mark in marks { #expect(outcome.output.contains(mark), "\(mark)") }
    #expect(outcome.output.contains("marked-handle-00000000"))
  }

  @Test func `Who is not to have a row gets none, and it is said why`() async throws {
    let world = try await ReconcileWorld()
    var accounts = (1...6).map { ListedAccount($0) }
    accounts[0].status = "UNCONFIRMED"
    accounts[1].status = "UNCONFIRMED"
    accounts[2].isEnabled = false
    accounts[3].status = "EXTERNAL_PROVIDER"
    accounts[4].status = "FORCE_CHANGE_PASSWORD"
    // One who has a row is present, whatever they are.
    accounts[5].isEnabled = false
    try world.postgres.psql(
      "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('a', 'a', '\(accounts[5].sub)')",
      url: world.url)
    let outcome = try await world.reconcile(["-", "--apply"], input: ListedAccount.page(accounts))
    #expect(
      outcome.log
        == "cruddur: 6 read, 1 present, 2 missing, 2 added, 3 skipped (2 UNCONFIRMED, 1 disabled), 0 failed, 0 gone.\n")
    #expect(try world.rows("cognito_user_id") == accounts[3...].map(\.sub))
    #expect(outcome.status == 0)
  }

  @Test func `One bad user is told by number, and keeps nobody out`() async throws {
    let world = try await ReconcileWorld()
    try world.postgres.psql("ALTER TABLE users ADD CHECK (handle <> 'refused')", url: world.url)
    var bad = ListedAccount(2)
    bad.sub = "a\\u0000b"
    let page = ListedAccount.page([.init(1), bad, .init(3, "refused"), .init(4)])
    let outcome = try await world.reconcile(["-", "--apply"], input: page)
    #expect(
      outcome.output.contains(
        "failed - - -: user 2 of the listing: its sub has to be text of 1 to 1,024 bytes, not blank and without U+0000\n"
      ))
    #expect(outcome.output.contains("failed \(ListedAccount(3).sub) CONFIRMED "))
    #expect(outcome.output.contains(": user 3 of the listing: ") && outcome.output.contains("23514"))
    #expect(outcome.log.hasPrefix("cruddur: 4 read, 0 present, 3 missing, 2 added, 0 skipped, 2 failed"))
    #expect(outcome.status == 1)
    #expect(try world.rows("cognito_user_id") == [ListedAccount(1).sub, ListedAccount(4).sub])
  }

  @Test func `What is hard to store is stored as at the sign-up, and handles that collide give way`() async throws {
    let world = try await ReconcileWorld()
    try world.postgres.psql(
      "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('first', 'ana', 'first')", url: world.url)
    let handles = [
      "ANA", "ben", "B\\u200Ben", "O'Brien", #"\"q\"\\"#, "👩‍👩‍👧‍👦", "\\ud83d", "x\\u0000y", "a@b.example",
    ]
    var accounts = handles.enumerated().map { ListedAccount($0.offset + 1, $0.element) }
    for index in accounts.indices { accounts[index].name = "Robert'); DROP TABLE users;-- {\\\"a\\\",NULL}" }
    let outcome = try await world.reconcile(["-", "--apply"], input: ListedAccount.page(accounts))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(
      try world.rows("handle") == [
        "ANA-00000000", "ben", "B\u{200B}en-00000000", "O'Brien", #""q"\"#, "👩‍👩‍👧‍👦", "user-00000000",
        "xy", "user-00000000-00000000", "ana",
      ])
    #expect(
      Set(try world.rows("display_name")) == [#"Robert'); DROP TABLE users;-- {"a",NULL}"#, "first"])
  }

  @Test func `Who is gone is listed, and stays, if all users were read`() async throws {
    let world = try await ReconcileWorld()
    try world.postgres.psql(
      """
      INSERT INTO users (display_name, handle, cognito_user_id, created_at) VALUES
        ('old', 'old', 'gone-1', '2025-11-21T04:05:59.122Z'), ('old', 'old 2', 'gone-2', '2020-01-01Z'),
        ('new', 'new', 'new-1', '2025-11-21T04:05:59.124Z')
      """, url: world.url)
    let whole = try await world.reconcile(["-", "--apply"], input: Self.page)
    #expect(whole.output.contains("gone gone-1 - 2025-11-21T04:05:59.122000Z\n"))
    #expect(whole.log.hasSuffix("0 failed, 2 gone.\n") && !whole.output.contains("new-1"))
    #expect(try whole.status == 0 && world.rows().count == 5)

    let paths = [
      try world.write(ListedAccount.page([Self.ana], token: "t"), to: "1.json"),
      try world.write(ListedAccount.page([]), to: "2.json"),
      try world.write(
        ListedAccount.page([Self.ben]).replacing("]}", with: "],\"PaginationToken\":null}"), to: "3.json"),
    ]
    for (arguments, gone) in [
      (Array(paths[..<1]), nil), (Array(paths[...1]), "2 gone"), ([paths[0], paths[2]], "2 gone"), (paths, nil),
    ] as [([String], String?)] {
      let outcome = try await world.reconcile(arguments)
      #expect(
        outcome.log.contains(gone ?? "Who is gone cannot be told: not all users of the pool were read, or none."),
        "\(arguments): \(outcome.log)")
      #expect(outcome.output.contains("gone-1") == (gone != nil))
    }
    #expect(try world.rows().count == 5)
  }

  @Test func `A page that is cut, or is none, is an error that names it`() async throws {
    let world = try await ReconcileWorld()
    let cut = try world.write(String(Self.page.dropLast(20)), to: "cut.json")
    for (path, sentence) in [
      (cut, "\(cut) is no list of users: invalid JSON at byte \(Self.page.utf8.count - 20): it ends too early."),
      ("/dev/null", "/dev/null has no list of users: it is empty."),
      (try world.write("{}", to: "a"), "\(world.folder)/a is no list of users: document 1 in it has no array Users."),
      (
        try world.write(Self.page + #"{"Users":null}"#, to: "b"),
        "\(world.folder)/b is no list of users: document 2 in it has no array Users."
      ),
      (
        try world.write("[\(Self.ana.json)]", to: "c"),
        "\(world.folder)/c is no list of users: $ is of type array, not object (byte 0)."
      ),
      ("/etc", "/etc cannot be read: Is a directory."),
      ("/nowhere", "/nowhere cannot be read: No such file or directory."),
    ] {
      let outcome = try await world.reconcile([path, "--apply"])
      #expect(outcome.log.hasPrefix("cruddur: \(sentence)\n"), "\(outcome.log)")
      #expect(outcome.status == 2 && outcome.output == "")
    }
  }

  @Test(arguments: [
    ([], "What to read has to be files, or - for standard input, or --user-pool-id."),
    (["-", "--user-pool-id", "p"], "What to read has to be files, or - for standard input, or --user-pool-id."),
    (["-", "-"], "Standard input can be read only once."), (["-", "--region", "r"], "--region needs --user-pool-id."),
    (["-", "--starting-token", "t"], "--starting-token needs --user-pool-id."),
    (["--user-pool-id", "p", "--users-per-call", "0"], "--users-per-call is 0, but must be 1 to 60000."),
    (["-", "--retry-time", "-1"], "Missing value for '--retry-time <seconds>'"),
    (["-", "--retry-time", "nan"], "--retry-time is nan, but must be 0 to 3600 seconds."),
    (["-", "--format", "xml"], "The value 'xml' is invalid for '--format <format>'"),
  ])
  func `A bad option is named`(arguments: [String], sentence: String) async throws {
    let outcome = try await CommandLineTool.run(["reconcile"] + arguments)
    #expect(outcome.log.hasPrefix("cruddur: \(sentence)"), "\(outcome.log)")
    #expect(outcome.status == 2 && outcome.output == "")
  }

  @Test func `A database that cannot be used is named, and so is what to do`() async throws {
    let world = try await ReconcileWorld()
    let none = try await world.reconcile(["-"], input: Self.page, environment: ["CONNECTION_URL": ""])
    #expect(none.log == "cruddur: CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.\n")
    #expect(none.status == 2)

    try world.postgres.psql("DROP TABLE users CASCADE", url: world.url)
    let empty = try await world.reconcile(["-", "--format", "json"], input: Self.page)
    #expect(empty.log.contains("The users were not compared: ") && empty.log.contains("deploy/bin/db-migrate"))
    #expect(empty.output.contains(#""complete":false"#))
    #expect(empty.status == 2)
  }

  @Test func `Output that nobody takes is an error`() async throws {
    let world = try await ReconcileWorld()
    let page = try world.write(Self.page, to: "page")
    let outcome = try await CommandLineTool.bash(
      "cruddur reconcile '\(page)' >/dev/full", environment: world.environment)
    #expect(outcome.log.hasPrefix("cruddur: Standard output cannot be written to.\n"), "\(outcome.log)")
    #expect(outcome.status == 2)
  }

  @Test func `A terminal is told how far it is, on one line, and nobody else`() async throws {
    let world = try await ReconcileWorld()
    let page = try world.write(Self.page, to: "page")
    let outcome = try await CommandLineTool.bash(
      "script --quiet --return --command \"cruddur reconcile '\(page)' 2>&1 >'\(world.folder)/lines'\" /dev/null",
      environment: world.environment)
    #expect(
      outcome.output.hasPrefix(
        "\r\u{1B}[Kcruddur: 2 read, 0 present, 2 missing, 0 added, 0 skipped, 0 failed.\r\u{1B}[Kcruddur: 2 read"),
      "\(outcome.output)")
    #expect(outcome.status == 1)
    let plain = try await world.reconcile([page])
    #expect(!plain.log.contains("\u{1B}") && !plain.log.contains("\r"))
    #expect(try String(contentsOfFile: world.folder + "/lines", encoding: .utf8) == plain.output)
  }
}
