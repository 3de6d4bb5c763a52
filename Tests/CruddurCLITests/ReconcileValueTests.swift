import JSON
import Postgres
import Testing

@testable import CruddurCLI

/// What a run of `cruddur reconcile` keeps of a listing.
@Suite struct ReconcileValueTests {
  @Test(arguments: [
    (#""2025-11-21T05:05:59.123456Z""#, "2025-11-21T05:05:59.123456Z"),
    (#""2025-11-21T05:05:59.123000+01:00""#, "2025-11-21T04:05:59.123000Z"),
    (#""2025-12-31T20:15:00-03:45""#, "2026-01-01T00:00:00.000000Z"),
    (#""2024-03-01T00:00:00+00:00""#, "2024-03-01T00:00:00.000000Z"),
    (#""2024-02-29T23:59:59.5Z""#, "2024-02-29T23:59:59.500000Z"),
    (#""1970-01-01T00:00:00Z""#, "1970-01-01T00:00:00.000000Z"), ("1732165559.125", "2024-11-21T05:05:59.125000Z"),
    ("0", "1970-01-01T00:00:00.000000Z"),
  ])
  func `A date is read as aws writes it`(json: String, instant: String) throws {
    #expect(Timestamp(listed: try JSONDocument(Array(json.utf8)).root)?.description == instant)
  }

  @Test(arguments: [
    #""""#, #""yesterday""#, #""2025-11-21""#, #""2025-11-21T05:05:59""#, #""2025-13-21T05:05:59Z""#,
    #""2025-11-32T05:05:59Z""#, #""2025-11-21T05:05:59.Z""#, #""2025-11-21T05:05:59.1234567Z""#,
    #""2025-11-21T05:05:59Z ""#, #""2025-11-21T05:05:59+1:00""#, #""2025-11-21T05:05:59+0100""#,
    #""+025-11-21T05:05:59Z""#, #""-025-11-21T05:05:59Z""#, #""\ud83d""#, "1e300", "true",
  ])
  func `What is no date is none`(json: String) throws {
    #expect(Timestamp(listed: try JSONDocument(Array(json.utf8)).root) == nil)
  }

  @Test func `Ids are found again by every byte`() {
    var ids = ListedIDs()
    #expect(!ids.contains("") && !ids.contains("0f5e2c1a-1111-4222-8333-944455556666"))
    let listed = (0..<1_000).map { UUID(high: UInt64($0) &* 0x9E37_79B9_7F4A_7C15, low: UInt64($0)).description }
    for id in listed + ["mock-é", "0F5E2C1A-1111-4222-8333-944455556666"] { ids.insert(id) }
    ids.sort()
    #expect(listed.allSatisfy(ids.contains))
    #expect(ids.contains("mock-é") && !ids.contains("mock-e\u{301}"))
    #expect(ids.contains("0F5E2C1A-1111-4222-8333-944455556666"))
    #expect(!ids.contains("0f5e2c1a-1111-4222-8333-944455556666") && !ids.contains("mock-"))
    #expect(!ids.contains(UUID(high: 1, low: 1).description))
  }
}
