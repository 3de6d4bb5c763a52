import JSON
import TestSupport
import Testing

@testable import Cruddur
@testable import Postgres

/// Handles that look the same are one: `handle_digest()` and its index, in databases of several kinds.
@Suite(.ownThread) struct HandleDigestTests {
  private let postgres: ThrowawayPostgres

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
  }

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(60) }

  /// Connects to a new database with the tables, made with these options of CREATE DATABASE. A script can spoil it before.
  private func connect(_ options: String = "", after script: String = "") async throws -> Connection {
    let name = "handles_" + UUID(high: .random(in: 0...UInt64.max), low: 0).description.replacing("-", with: "")
    try postgres.psql("CREATE DATABASE \(name) TEMPLATE template0 \(options)")
    let url = postgres.url(database: name)
    if !script.isEmpty { try postgres.psql(script, url: url) }
    _ = try await Migrator(url: url).run()
    return try await Connection.connect(ConnectionConfiguration(url), until: ampleTime)
  }

  private func areSame(_ one: String, _ other: String, in connection: Connection) async throws -> Bool? {
    try await connection.value(
      "SELECT handle_digest(\(one)) = handle_digest(\(other))", as: Bool.self, until: ampleTime)
  }

  private static let ascii = [
    ("ana", "ANA"), ("Ana_1", "aNA_1"), ("ana", " ana\t"), ("ana", "\u{B}ana\r\n"), (#"a\x"#, #"A\X"#),
  ]
  private static let same =
    ascii + [
      ("é", "e\u{301}"), ("é", "E\u{301}"), ("ö", "Ö"), ("ﬁn", "fin"), ("ＡＮＡ", "ana"), ("①", "1"), ("ana", "ana\u{A0}"),
      ("straße", "STRASSE"), ("straẞe", "STRAßE"), ("STRAẞE", "strasse"), ("ΝΊΚΟΣ", "νίκος"), ("νίκοσ", "νίκος"),
      ("İ", "i\u{307}"), ("Μαΐου", "ΜΑΪ́ΟΥ"), ("ΰ", "Ϋ\u{301}"), ("ᾷ", "ᾼ\u{342}"),
      ("ДА", "да"), ("ana", "a\u{200B}na"), ("ana", "\u{202E}ana"), ("❤", "❤\u{FE0F}"),
    ]
    + Array(0x80...0x3000).compactMap(Unicode.Scalar.init).filter(\.properties.isWhitespace).map {
      ("ana", "ana\($0)")
    }
  private static let different = [
    ("ana", "anna"), ("ana", "аnа"), ("a b", "ab"), ("a-b", "a_b"), ("e", "é"), ("👩", "👨"), (#"\x61"#, "a"),
    (#"a\\b"#, #"a\b"#),
    (#"é\\b"#, #"é\b"#),
  ]

  /// The letters of a database with the locale C are those of ASCII.
  @Test(arguments: ["LOCALE 'C.UTF-8'", "LOCALE 'C' ENCODING 'UTF8'"])
  func `Handles look the same whatever the database's locale is`(options: String) async throws {
    let connection = try await connect(options)
    for (one, other) in Self.same {
      #expect(try await areSame(one, other, in: connection) == true, "\(one) \(other)")
    }
    for (one, other) in Self.different {
      #expect(try await areSame(one, other, in: connection) == false, "\(one) \(other)")
    }
  }

  @Test func `A server without ICU compares handles by the database's own letters`() async throws {
    let connection = try await connect("LOCALE 'C.UTF-8'", after: #"DROP COLLATION pg_catalog."und-x-icu""#)
    for (one, other) in Self.ascii + [("é", "E\u{301}"), ("ö", "Ö"), ("ΝΊΚΟΣ", "νίκος"), ("ana", "a\u{200B}na")] {
      #expect(try await areSame(one, other, in: connection) == true, "\(one) \(other)")
    }
  }

  /// There is no normalize(), and of ICU not always something; the files' own texts have to be understood as well.
  @Test(arguments: ["SQL_ASCII", "EUC_JP", "LATIN1"])
  func `A database of another encoding compares handles by ASCII's letters, and loses nobody`(encoding: String)
    async throws
  {
    let connection = try await connect("LOCALE 'C' ENCODING '\(encoding)'")
    for (one, other) in Self.ascii { #expect(try await areSame(one, other, in: connection) == true, "\(one) \(other)") }
    let user = User(displayName: "é", email: nil, handle: "é", cognitoUserID: "sub")
    try await connection.execute(.addUser(user, handle: "é"), until: ampleTime)
    #expect(try await areSame("é", "è", in: connection) == false)
  }

  /// Of each character of the Basic Multilingual Plane, and of all that have no width, whether it counts.
  @Test func `Characters without a width do not count, and no others`() async throws {
    let connection = try await connect("LOCALE 'C.UTF-8'")
    let scalars = (UInt32(0x80)...0xFFFF).compactMap(Unicode.Scalar.init)
    let others = (UInt32(0x10000)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init)
      .filter(\.properties.isDefaultIgnorableCodePoint)
    let characters = JSONWriter.array { array in for scalar in scalars + others { array.add(String(scalar)) } }
    let rows = try await connection.execute(
      """
      SELECT ascii(character) FROM json_array_elements_text(\(String(decoding: characters, as: UTF8.self))) AS character
      WHERE handle_digest('a' || character || 'na') = handle_digest('ana')
      """, until: ampleTime)
    let found = Set(try rows.map { row throws(PostgresError) in try row["ascii", as: Int.self] })
    let expected = Set((scalars + others).filter(\.properties.isDefaultIgnorableCodePoint).map { Int($0.value) })
    #expect(expected.count > 4_000)
    #expect(found == expected)
  }

  /// An index takes some 2,700 bytes, and these become more. That they can be compressed is not to be relied on.
  @Test func `A handle that grows when it is compared can be stored`() async throws {
    let connection = try await connect("LOCALE 'C.UTF-8'")
    let handle = "a" + String(repeating: "\u{344}", count: 1_023)
    #expect(handle.utf8.count <= Handle.maximumBytes && handle.count == 1)
    let user = User(displayName: "Ana", email: nil, handle: handle, cognitoUserID: "sub")
    try await connection.execute(.addUser(user, handle: handle), until: ampleTime)
    let length: Int? = try await connection.value(
      "SELECT octet_length(handle_digest(handle)) FROM users", until: ampleTime)
    #expect(length == 32)
    #expect(
      try await areSame(handle, "A" + handle.unicodeScalars.dropFirst().map(String.init).joined(), in: connection)
        == true)
  }

  @Test func `Whoever is looked up by a handle is found in the index`() async throws {
    let connection = try await connect()
    try await connection.execute(
      """
      INSERT INTO users (display_name, handle, cognito_user_id) SELECT 'Ana', 'Ana-' || n, n FROM generate_series(1, 5000) AS n
      """, until: ampleTime)
    try await connection.execute("ANALYZE users", until: ampleTime)
    let draft = ActivityDraft(message: "Hello", timeToLive: .oneDay)
    let statements: [Statement] = [
      .feed(ofUser: "ANA-7", from: .newest, limit: 20), .addActivity(draft, by: .handle("ANA-7")),
      .addReply(draft, to: UUID(high: 1, low: 2), by: .handle("ANA-7")),
    ]
    // The plan of a statement that is prepared may be either: for these parameters, or for any.
    for mode in ["force_custom_plan", "force_generic_plan"] {
      try await connection.execute("SELECT set_config('plan_cache_mode', \(mode), false)", until: ampleTime)
      for statement in statements {
        let explain = Statement(text: "EXPLAIN " + statement.text, parameters: statement.parameters)
        let plan = try await connection.execute(explain, until: ampleTime).map { row throws(PostgresError) in
          try row["QUERY PLAN", as: String.self]
        }.joined(separator: "\n")
        #expect(plan.contains("users_handle_digest_key"), "\(plan)")
        #expect(!plan.contains("Seq Scan on users"), "\(plan)")
      }
    }
  }
}
