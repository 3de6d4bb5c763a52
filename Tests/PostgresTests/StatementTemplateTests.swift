import Testing

@testable import Postgres

@Suite struct StatementTemplateTests {
  @Test(arguments: [
    ("SELECT :a", "SELECT $1", ["a"]),
    ("SELECT :b, :a_2, :b", "SELECT $1, $2, $1", ["b", "a_2"]),
    ("SELECT :a::uuid, x::text, :Ä", "SELECT $1::uuid, x::text, $2", ["a", "Ä"]),
    ("SELECT (:a)", "SELECT ($1)", ["a"]),
    ("SELECT a[1:2], b := 3, ':a'", "SELECT a[1:2], b := 3, ':a'", []),
    ("SELECT 'it''s :a', :b", "SELECT 'it''s :a', $1", ["b"]),
    (#"SELECT '\', :b"#, #"SELECT '\', $1"#, ["b"]),
    (#"SELECT E'\' :a', :b"#, #"SELECT E'\' :a', $1"#, ["b"]),
    (#"SELECT e'\\', :b"#, #"SELECT e'\\', $1"#, ["b"]),
    (#"SELECT "a:b"":c" FROM :d"#, #"SELECT "a:b"":c" FROM $1"#, ["d"]),
    ("SELECT 1 -- :a\n, :b", "SELECT 1 -- :a\n, $1", ["b"]),
    ("SELECT /* :a /* :b */ :c */ :d", "SELECT /* :a /* :b */ :c */ $1", ["d"]),
    ("SELECT $$ :a $$, $x$ $$ :b $x$, :c", "SELECT $$ :a $$, $x$ $$ :b $x$, $1", ["c"]),
    ("SELECT a$b, :c, $1x", "SELECT a$b, $1, $1x", ["c"]),
    ("SELECT a$b$ :c", "SELECT a$b$ $1", ["c"]),
    // Whatever is not closed reaches to the end.
    ("SELECT ':a", "SELECT ':a", []),
    (#"SELECT E'\"#, #"SELECT E'\"#, []),
    ("SELECT /* :a", "SELECT /* :a", []),
    ("SELECT $x$ :a", "SELECT $x$ :a", []),
    ("SELECT :", "SELECT :", []),
    ("", "", []),
  ])
  func `Names become numbers, but not in strings, comments and casts`(sql: String, text: String, names: [String]) {
    let template = StatementTemplate(sql.utf8)
    #expect(template.text == text)
    #expect(template.parameterNames == names)
  }

  @Test func `Values are bound by name, whatever their order`() throws {
    let template = StatementTemplate("SELECT :b, :a, :b, :c".utf8)
    let statement = template {
      $0.bind("a", 7)
      $0.bind("b", "text")
      $0.bind("c", nil as String?)
    }
    #expect(statement.text == "SELECT $1, $2, $1, $3")
    #expect(statement.parameters.fields.map(\.type) == [.inferred, .int8, .inferred])
    #expect(statement.parameters.fields.map(\.length) == [4, 8, nil])
    let values = statement.parameters.fields.map {
      statement.parameters.buffer.bytes[$0.offset...].prefix(Int($0.length ?? 0))
    }
    #expect(values.map(Array.init) == [Array("text".utf8), [0, 0, 0, 0, 0, 0, 0, 7], []])
    #expect(statement.parameters.error == nil)
  }

  @Test func `A parameter without a value is an error`() {
    let error = StatementTemplate("SELECT :a, :b".utf8)({ $0.bind("a", 1) }).parameters.error
    #expect(error?.reason == .invalidParameter)
    #expect(error?.description == "Parameter :b has no value.")
  }

  @Test func `A value without a parameter is an error`() {
    let error = StatementTemplate("SELECT :a".utf8)({
      $0.bind("b", 2)
      $0.bind("a", 1)
    }).parameters.error
    #expect(error?.description == "There is no parameter :b, or it has two values.")
  }

  @Test func `A parameter with two values is an error`() {
    let error = StatementTemplate("SELECT :a".utf8)({
      $0.bind("a", 1)
      $0.bind("a", nil as Int?)
    }).parameters.error
    #expect(error?.description == "There is no parameter :a, or it has two values.")
  }

  @Test func `A value that cannot be sent is an error`() {
    let error = StatementTemplate("SELECT :a, :b".utf8)({
      $0.bind("b", "\0")
      $0.bind("a", 1)
    }).parameters.error
    #expect(error?.description == "Parameter $2 holds U+0000, which PostgreSQL cannot store.")
  }
}
