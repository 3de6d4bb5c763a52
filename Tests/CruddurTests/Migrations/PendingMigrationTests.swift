import LambdaRuntime
import Testing

@testable import Cruddur

/// What is still to be done, by what the database has and what the program has.
@Suite struct PendingMigrationTests {
  private let known = ["001-a", "002-b", "003-c"].map { Migration($0, []) }

  private func applied(_ names: String..., isUnchanged: Bool? = true) -> [AppliedMigration] {
    names.map { AppliedMigration(name: $0, isUnchanged: isUnchanged) }
  }

  @Test func `What is not applied is pending, in order`() throws {
    #expect(try known.pending(after: []).map(\.name) == ["001-a", "002-b", "003-c"])
    #expect(try known.pending(after: applied("001-a")).map(\.name) == ["002-b", "003-c"])
    #expect(try known.pending(after: applied("001-a", "002-b", "003-c")).isEmpty)
  }

  @Test func `A changed file is named`() {
    #expect(throws: MigrationConflict.changed("002-b")) {
      try known.pending(after: applied("001-a") + applied("002-b", isUnchanged: false))
    }
  }

  @Test func `A gap is named`() {
    #expect(throws: MigrationConflict.skipped("001-a", before: "002-b")) { try known.pending(after: applied("002-b")) }
    #expect(throws: MigrationConflict.skipped("002-b", before: "003-c")) {
      try known.pending(after: applied("001-a", "003-c"))
    }
  }

  @Test func `A newer program's migration is named, whatever else is wrong`() {
    #expect(throws: MigrationConflict.unknown("004-d")) {
      try known.pending(after: applied("001-a", isUnchanged: false) + applied("004-d", isUnchanged: nil))
    }
    #expect(throws: MigrationConflict.unknown("000-z")) {
      try known.pending(after: applied("000-z", isUnchanged: nil) + applied("001-a"))
    }
  }

  @Test func `An error names the migration and what to do`() {
    let errors: [MigrationConflict] = [.unknown("002-b"), .changed("002-b"), .skipped("002-b", before: "003-c")]
    for error in errors {
      #expect(error.errorType.rawValue == "Function.MigrationConflict")
      #expect(error.errorMessage.contains("002-b") && error.errorMessage.contains(": "))
    }
  }
}
