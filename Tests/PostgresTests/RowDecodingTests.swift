import Postgres
import TestSupport
import Testing

private struct User: RowDecodable, Equatable {
  struct Nameless: Error {}
  let id: Int
  let name: String
  let tags: [String]

  init(id: Int, name: String, tags: [String]) { (self.id, self.name, self.tags) = (id, name, tags) }

  init(row: Row) throws {
    (id, tags) = (try row["id"], try row["tags"])
    name = try row["name"]
    guard !name.isEmpty else { throw Nameless() }
  }
}

/// Whole rows, as tuples and as values.
@Suite(.ownThread) struct RowDecodingTests {
  private func rows(_ statement: Statement) async throws -> Rows {
    try await Connection.connect(sharedURL).execute(statement)
  }

  private func description(_ read: () throws -> Void) -> String? {
    let error = #expect(throws: PostgresError.self, performing: read)
    #expect(error?.reason == .decoding)
    return error?.description
  }

  @Test func `Rows become tuples`() async throws {
    let rows = try await rows(
      "SELECT i, i::text, CASE WHEN i > 1 THEN i END, ARRAY[i, NULL] FROM generate_series(1, 2) AS i")
    let tuples = try rows.decode((Int, String, Int?, [Int?]).self)
    #expect(tuples.count == 2)
    #expect(tuples[0].0 == 1 && tuples[0].1 == "1" && tuples[0].2 == nil && tuples[0].3 == [1, nil])
    #expect(tuples[1].0 == 2 && tuples[1].1 == "2" && tuples[1].2 == 2 && tuples[1].3 == [2, nil])
    for (row, number) in zip(rows, 1...) {
      let (i, text, _, _) = try row.decode((Int, String, Int?, [Int?]).self)
      #expect(i == number && text == "\(number)")
    }
  }

  @Test func `A row of one column or none is a tuple, too`() async throws {
    #expect(try await rows("SELECT i::int4 FROM generate_series(1, 3) AS i").decode(Int.self) == [1, 2, 3])
    #expect(try await rows("SELECT").decode(Void.self).count == 1)
    #expect(try await rows("SELECT 1 WHERE false").decode(Int.self).isEmpty)
  }

  @Test func `A tuple has as many parts as the row has columns`() async throws {
    let rows = try await rows("SELECT 1 AS one, 2 AS two")
    #expect(
      description { _ = try rows.decode((Int, Int, Int).self) } == "The result has 2 columns where 3 were asked for.")
    #expect(description { _ = try rows[0].decode(Int.self) } == "The result has 2 columns where 1 were asked for.")
  }

  @Test func `A tuple's error names the column and its type`() async throws {
    let rows = try await rows("SELECT 1 AS one, NULL::text AS two")
    #expect(try rows.decode((Int, Int?).self).first?.1 == nil)
    #expect(description { _ = try rows.decode((Int, String).self) } == "Column \"two\" is NULL.")
    #expect(
      description { _ = try rows.decode((String, String?).self) }
        == "Column \"one\" (integer) cannot be read as String.")
  }

  @Test func `Rows become values that read them by name`() async throws {
    let rows = try await rows("SELECT ARRAY['a'] AS tags, 'Ana' AS name, 7 AS id")
    #expect(try rows.decode(User.self) == [User(id: 7, name: "Ana", tags: ["a"])])
    #expect(try rows[0].decode(User.self).name == "Ana")
  }

  @Test func `What a value throws of a row comes through`() async throws {
    let nameless = try await rows("SELECT ARRAY['a'] AS tags, '' AS name, 7 AS id")
    #expect(throws: User.Nameless.self) { try nameless.decode(User.self) }
    let tagless = try await rows("SELECT 'Ana' AS name, 7 AS id")
    #expect(description { _ = try tagless.decode(User.self) } == "The result has no column \"tags\".")
  }

  @Test func `A column may be had by its place`() async throws {
    let rows = try await rows("SELECT 1 AS a, 'x' AS b, NULL::int AS c")
    let row = rows[0]
    #expect(try row[0, as: Int.self] == 1)
    #expect(try row[1] == "x")
    #expect(try row[2, as: Int?.self] == nil)
    #expect(description { _ = try row[2, as: Int.self] } == "Column \"c\" is NULL.")
    for place in [3, -1, Int.max, .min] {
      let error = description { _ = try row[place, as: Int?.self] }
      #expect(error?.hasPrefix("The result has no column ") == true)
      #expect(error?.hasSuffix(": it has 3, counted from 0.") == true)
    }
  }

  @Test func `Columns have names and types, even where there is no row`() async throws {
    let rows = try await rows("SELECT 1 AS a, 'x'::text AS b, now() AS \"A\" WHERE false")
    #expect(rows.columns.map(\.name) == ["a", "b", "A"])
    #expect(rows.columns.map(\.type) == [.int4, .text, .timestamptz])
    #expect(try await self.rows("SELECT 1.5 AS n")[0].columns.first?.type == .numeric)
    #expect(try await self.rows("SET lock_timeout = 0").columns.isEmpty)
  }
}
