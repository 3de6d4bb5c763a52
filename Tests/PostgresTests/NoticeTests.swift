import TestSupport
import Testing

@testable import Postgres

/// What a server says unasked.
@Suite(.ownThread) struct NoticeTests {
  private final class Listener: PostgresObserver {
    let notices = Shared<[Notice]>([])

    func noticeReceived(_ notice: Notice) { notices.withLock { $0.append(notice) } }
  }

  @Test func `An observer is told of notices and warnings`() async throws {
    let listener = Listener()
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 1, observers: [listener])
    try await pool.execute("DO $$ BEGIN RAISE NOTICE 'hello %', 1; RAISE WARNING USING ERRCODE = '01P01'; END $$")
    let notices = listener.notices.withLock { $0 }
    #expect(notices.map(\.severity) == ["NOTICE", "WARNING"])
    #expect(notices.map(\.sqlState?.rawValue) == ["00000", "01P01"])
    #expect(notices.first?.debugMessage == "hello 1")
  }

  @Test func `Whoever listens is told what others say`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let other = try await Connection.connect(sharedURL)
    try await connection.execute("LISTEN news")
    try await other.execute("SELECT pg_notify('news', 'one'), pg_notify('old', 'x')")
    let first = try await connection.nextNotification(until: ampleTime)
    #expect(first?.channel == "news" && first?.payload == "one")
    // What comes beside the answer to a statement is not lost.
    try await other.execute("NOTIFY news")
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
    #expect(try await connection.nextNotification(until: ampleTime)?.payload == "")
    // What has come already is not waited for.
    try await other.execute("NOTIFY news, 'here'")
    try await waitUntil { try await connection.nextNotification(until: .now)?.payload == "here" }
    let deadline = ContinuousClock.now + .milliseconds(200)
    #expect(try await connection.nextNotification(until: deadline) == nil)
    expectTime(of: deadline)
  }

  @Test func `Whoever listens hears of the session's end`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let connection = try await Connection.connect(url)
    try await ThrowawayPostgres.shared.terminateSessions(of: url)
    let error = await #expect(throws: PostgresError.self) { try await connection.nextNotification(until: ampleTime) }
    #expect(error?.reason == .connectionLost)
  }
}
