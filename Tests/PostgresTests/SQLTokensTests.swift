import Testing

@testable import Postgres

/// Where a statement ends.
@Suite struct SQLTokensTests {
  @Test(arguments: [
    "", ";", " \t\r\n;", "-- note", "/* note */", "/* a /* b */ c */;", "-- note\n;\r-- note",
  ])
  func `What may follow a statement is no statement`(text: String) {
    #expect(text.sqlBody == "")
  }

  @Test(arguments: [
    "", " ", ";", ";;\n", "\n-- note", " -- note;", "; -- it's a \"note\"", ";\n-- one\n-- two\n", "/* note */;",
    "; /* a /* b; */ $$ ' */ ", "-- note\rSELECT 2".replacing("SELECT 2", with: ""),
  ])
  func `What follows a statement is left off`(end: String) {
    #expect("SELECT 1\(end)".sqlBody == "SELECT 1")
  }

  @Test(arguments: [
    "SELECT 1 -- note\n+ 1", "-- note\nSELECT 1", "SELECT 1; SELECT 2",
    "SELECT '--'", "SELECT ';'", "SELECT 'it''s; -- '", #"SELECT '\'"#, #"SELECT e'\'; -- '"#, #"SELECT E'\\'"#,
    #"SELECT "a;""--""#, "SELECT $$; -- '$$", "SELECT $a$ $$; -- $b$; $a$", "SELECT $_1é$;$_1é$", "SELECT $$$$",
    "SELECT a$b$ + $1", "SELECT $1", "SELECT 1-1", "SELECT 4/2*3", "SELECT 'é; -- 👍'", "SELECT 5 - - 5",
    "SELECT '/*', 1 /* ' */ + 1",
  ])
  func `Nothing of a statement is left off`(text: String) {
    #expect(text.sqlBody == text)
    #expect("\(text); -- note".sqlBody == text)
  }

  @Test func `A backslash ends no plain string, and a name before a string does not change that`() {
    #expect(#"SELECT '\'; -- '"#.sqlBody == #"SELECT '\'"#)
    #expect(#"SELECT date '\'; -- '"#.sqlBody == #"SELECT date '\'"#)
    #expect(#"SELECT te'\'; -- '"#.sqlBody == #"SELECT te'\'"#)
  }

  @Test(arguments: ["SELECT '; --", #"SELECT "; --"#, "SELECT $a$; -- $", "SELECT E'\\", "SELECT $a$; $b"])
  func `What is never closed goes on to the end, for the server to refuse`(text: String) {
    #expect(text.sqlBody == text)
  }

  @Test func `A comment that is never closed is left off, and the server may take the rest`() {
    #expect("SELECT 1 /* /* */".sqlBody == "SELECT 1")
  }
}
