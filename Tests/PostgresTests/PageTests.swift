import Postgres
import Synchronization
import TestSupport
import Testing

// Sources/Postgres/README.md has what stands here between `Page: begin` and `Page: end`, word for word, and no other Swift.

// Page: begin
/// The statement of a file, say, whose parameters have names.
let findByTag = StatementTemplate("SELECT handle FROM people WHERE :tag = ANY(tags) ORDER BY handle".utf8)
// Page: end

// Page: begin
struct Person: RowDecodable {
  let id: UUID
  let handle: String
  let born: LocalDate?

  init(row: Row) throws {
    id = try row["id"]
    handle = try row["handle"]
    born = try row["born"]
  }
}
// Page: end

// Page: begin
enum Mood: String, PostgresCodable { case sad, glad }
// Page: end

// Page: begin
/// CREATE TYPE place AS (latitude float8, longitude float8)
struct Place: PostgresCodable {
  var latitude: Double
  var longitude: Double

  // The database has given the type a number that nobody knows beforehand: the server infers it.
  static var dataType: DataType { .inferred }
  static var format: DataFormat { .binary }

  func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    buffer.append(Int32(2))
    for coordinate in [latitude, longitude] {
      buffer.append(DataType.float8.rawValue)
      try buffer.append(field: coordinate)
    }
  }

  init(latitude: Double, longitude: Double) {
    (self.latitude, self.longitude) = (latitude, longitude)
  }

  init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    var bytes = bytes
    guard try bytes.takeInteger(as: Int32.self) == 2 else { throw .malformed }
    latitude = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
    longitude = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
  }
}
// Page: end

// Page: begin
struct HandleTaken: Error { let handle: String }

func add(_ handle: String, to database: TimedPool) async throws {
  do {
    try await database.execute("INSERT INTO people (handle) VALUES (\(handle))")
  } catch {
    guard error.sqlState == .uniqueViolation else { throw error }
    throw HandleTaken(handle: handle)
  }
}
// Page: end

// Page: begin
struct SlowStatements: PostgresObserver {
  func statementEnded(_ report: StatementReport) {
    if report.duration > .seconds(1) { print("slow: \(report.text)") }
  }
}
// Page: end

/// The examples of Sources/Postgres/README.md do what it says of them.
@Suite(.ownThread) struct PageTests {
  private let url: String
  private let database: TimedPool

  init() async throws {
    url = try await ThrowawayPostgres.shared.makeDatabase()
    database = try Pool(url: url).until(ampleTime)
    try await database.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')")
    try await database.execute("CREATE TYPE place AS (latitude float8, longitude float8)")
    try await database.execute(
      """
      CREATE TABLE people (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), handle text UNIQUE NOT NULL, born date, tags text[] NOT NULL DEFAULT '{}',
        mood mood, place place, balance numeric NOT NULL DEFAULT 0)
      """)
  }

  private func insert(_ handles: String...) async throws {
    try await database.execute("INSERT INTO people (handle) SELECT unnest(\(handles)::text[])")
  }

  @Test func `The page has the examples as they stand here`() throws {
    let examples = try Repository.examples(of: #filePath)
    let blocks = try Repository.swiftBlocks(of: "Sources/Postgres/README.md")
    #expect(examples.count > 10)
    for example in examples { #expect(blocks.contains(example)) }
    for block in blocks { #expect(examples.contains(block)) }
    #expect(examples.count == blocks.count)
  }

  @Test func `Connecting`() async throws {
    let url = url
    // Page: begin
    let pool = Pool(try ConnectionConfiguration(url), limit: 4)
    let database = pool.until(.now + .seconds(5))
    let version = try await database.value("SHOW server_version", as: String.self)
    // Page: end
    #expect(version?.isEmpty == false)
  }

  @Test func `Statements`() async throws {
    let (handle, tags) = ("ana'); DROP TABLE people;--", ["a", "b"])
    // Page: begin
    try await database.execute("INSERT INTO people (handle, tags) VALUES (\(handle), \(tags))")
    let count = try await database.value("SELECT count(*) FROM people WHERE handle = \(handle)", as: Int.self)
    // Page: end
    #expect(count == 1)
    // Page: begin
    let found = try await database.execute(findByTag { $0.bind("tag", "a") })
    // Page: end
    #expect(try found.decode(String.self) == [handle])
    try await insert("bob")
    // Page: begin
    let handles = ["ana", "bob"]
    let some = try await database.execute("SELECT * FROM people WHERE handle = ANY(\(handles))")
    try await database.execute("INSERT INTO people (handle) SELECT unnest(\(["cleo", "dan"])::text[])")
    // Page: end
    #expect(some.count == 1)
    // Page: begin
    let results = try await database.execute([
      "UPDATE people SET balance = balance + 1", "SELECT max(balance) FROM people",
    ])
    // Page: end
    #expect(results[0].affectedRowCount == 4)
    #expect(try results[1][0].decode(BigDecimal.self).description == "1")
  }

  @Test func `Rows`() async throws {
    try await insert("ana")
    // Page: begin
    let rows = try await database.execute("SELECT id, handle, born, tags FROM people")
    for row in rows {
      let handle = try row["handle", as: String.self]
      let born: LocalDate? = try row["born"]
      let tags = try row[3, as: [String].self]
      print(handle, born?.description ?? "unknown", tags)
    }
    let tuples = try rows.decode((UUID, String, LocalDate?, [String]).self)
    let people = try rows.decode(Person.self)
    let columns = rows.columns.map { "\($0.name) \($0.type)" }
    // Page: end
    #expect(tuples.map(\.1) == ["ana"])
    #expect(people.map(\.handle) == ["ana"])
    #expect(people.map(\.id) == tuples.map(\.0))
    #expect(columns == ["id uuid", "handle text", "born date", "tags text[]"])
  }

  @Test func `JSON`() async throws {
    try await insert("ana")
    // Page: begin
    let json = try await database.array("SELECT handle, tags FROM people")  // [UInt8], in UTF-8
    // Page: end
    #expect(String(decoding: json, as: UTF8.self) == #"[{"handle":"ana","tags":[]}]"#)
  }

  @Test func `Types of one's own`() async throws {
    try await insert("ana")
    // Page: begin
    let here = Place(latitude: 46.9, longitude: 7.4)
    try await database.execute("UPDATE people SET mood = \(Mood.glad), place = \(here)")
    let moods = try await database.execute("SELECT mood, place FROM people").decode((Mood?, Place?).self)
    // Page: end
    #expect(moods.first?.0 == .glad)
    #expect(moods.first?.1?.longitude == 7.4)
    #expect(try await database.value("SELECT place::text FROM people", as: String.self) == "(46.9,7.4)")
  }

  @Test func `Transactions`() async throws {
    try await insert("ana", "bob")
    let amount = try #require(BigDecimal("12.50"))
    // Page: begin
    try await database.transaction { transaction in
      try await transaction.execute("UPDATE people SET balance = balance - \(amount) WHERE handle = 'ana'")
      try await transaction.executeAndCommit("UPDATE people SET balance = balance + \(amount) WHERE handle = 'bob'")
    }
    // Page: end
    let balances = try await database.execute("SELECT balance FROM people ORDER BY handle").decode(BigDecimal.self)
    #expect(balances.map(\.description) == ["-12.50", "12.50"])
  }

  @Test func `Many rows`() async throws {
    // Page: begin
    let copied = try await database.copyIn("COPY people (handle, balance) FROM STDIN (FORMAT binary)") { writer in
      for number in 1...1000 { try writer.writeRow("person\(number)", BigDecimal(number)) }
    }
    var sum = 0
    try await database.stream("SELECT balance FROM people") { row in
      sum += Int(exactly: try row["balance", as: BigDecimal.self]) ?? 0
    }
    // Page: end
    #expect(copied == 1000)
    #expect(sum == 500_500)
    // Page: begin
    var lines = 0
    let rows = try await database.copyOut("COPY people TO STDOUT (FORMAT csv)") { bytes in
      lines += bytes.count { $0 == UInt8(ascii: "\n") }
    }
    // Page: end
    #expect(rows == 1000 && lines == 1000)
    try await database.execute("TRUNCATE people")
    let tagged = try await database.copyIn("COPY people (handle, tags) FROM STDIN (FORMAT binary)") { writer in
      try writer.writeRow("ana", ["a", nil])
    }
    #expect(tagged == 1)
    #expect(try await database.value("SELECT tags FROM people", as: [String?].self) == ["a", nil])
  }

  @Test func `Notifications`() async throws {
    let (url, handle) = (url, "ana")
    // Page: begin
    let listener = try await Connection.connect(ConnectionConfiguration(url), until: .now + .seconds(5))
    try await listener.execute("LISTEN people", until: .now + .seconds(5))
    try await database.execute("SELECT pg_notify('people', \(handle))")
    let notification = try await listener.nextNotification(until: .now + .seconds(60))
    print(notification?.payload ?? "none in a minute")
    // Page: end
    #expect(notification?.channel == "people")
    #expect(notification?.payload == "ana")
  }

  @Test func `Errors`() async throws {
    try await add("ana", to: database)
    let error = await #expect(throws: HandleTaken.self) { try await add("ana", to: database) }
    #expect(error?.handle == "ana")
    // Page: begin
    let patient = Pool(try ConnectionConfiguration(url), limit: 4, retryTime: .seconds(2))
    try await patient.until(.now + .seconds(5)).execute("DELETE FROM people WHERE handle = 'ana'")
    // Page: end
    #expect(try await database.value("SELECT count(*) FROM people", as: Int.self) == 0)
  }

  @Test func `Observers and threads`() async throws {
    let url = url
    // Page: begin
    let pool = Pool(try ConnectionConfiguration(url), limit: 4, threads: .own, observers: [SlowStatements()])
    // Page: end
    #expect(try await pool.value("SELECT 1", as: Int.self, until: ampleTime) == 1)
  }
}
