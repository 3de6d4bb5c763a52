import Testing

@testable import Postgres

/// What a server calls a code is logged, and may be anything.
@Suite struct SQLStateTests {
  @Test(arguments: ["", "2350", "235055", "4:P01", "23\n05", "2350é", "23p05", "\u{1}\u{2}\u{3}\u{4}\u{5}"])
  func `What is not five digits or capital letters is no code`(text: String) {
    #expect(SQLState(ofServer: text) == nil)
  }

  @Test(arguments: [SQLState.uniqueViolation, .adminShutdown, .featureNotSupported])
  func `A code is taken as it is`(state: SQLState) {
    #expect(SQLState(ofServer: state.rawValue) == state)
  }
}
