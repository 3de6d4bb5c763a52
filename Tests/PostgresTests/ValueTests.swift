import Postgres
import Testing

@Suite struct UUIDTests {
  @Test(arguments: ["00000000-0000-0000-0000-000000000000", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"])
  func `Text and value are the same thing`(text: String) {
    #expect(UUID(text)?.description == text)
    #expect(UUID(text.uppercased())?.description == text)
  }

  @Test func `The halves are in the order of the text`() {
    #expect(
      UUID("00010203-0405-0607-0809-0a0b0c0d0e0f") == UUID(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f))
  }

  @Test(arguments: [
    "", "f81d4fae", "f81d4fae-7dec-11d0-a765-00a0c91e6bf", "f81d4fae-7dec-11d0-a765-00a0c91e6bf60",
    "f81d4fae7dec11d0a76500a0c91e6bf6", "{81d4fae-7dec-11d0-a765-00a0c91e6bf}", "f81d4fae-7dec-11d0-a765-00a0c91e6bg6",
    "f81d4fae-7dec-11d0-a76500-a0c91e6bf6", "ｆ81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "-------------------------------------",
  ])
  func `Any other text is nil`(text: String) {
    #expect(UUID(text) == nil)
  }
}

@Suite struct TimestampTests {
  /// Checked with `date --utc --date=@SECONDS`.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000Z"),
    (-1, "1969-12-31T23:59:59.999999Z"),
    (1_678_806_566_535_897, "2023-03-14T15:09:26.535897Z"),
    (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
    (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
    (4_107_542_399_000_000, "2100-02-28T23:59:59.000000Z"),
    (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
    (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    (253_402_300_800_000_000, "+10000-01-01T00:00:00.000000Z"),
    (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
    (-62_167_219_200_000_001, "-0001-12-31T23:59:59.999999Z"),
  ])
  func `The description is RFC 3339`(microseconds: Int64, text: String) {
    #expect(Timestamp(microsecondsSinceEpoch: microseconds).description == text)
  }

  @Test(arguments: [Int64.min, .max])
  func `The ends of the range have a description, too`(microseconds: Int64) {
    #expect(Timestamp(microsecondsSinceEpoch: microseconds).description.hasSuffix("Z"))
  }

  @Test func `Instants are in order`() {
    #expect(Timestamp(microsecondsSinceEpoch: -1) < Timestamp(microsecondsSinceEpoch: 0))
    #expect(Timestamp.now > Timestamp(microsecondsSinceEpoch: 1_700_000_000_000_000))
  }
}
