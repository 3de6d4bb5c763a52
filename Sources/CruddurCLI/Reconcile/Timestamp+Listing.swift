import JSON
import Postgres

extension Timestamp {
  /// Reads a date as `aws` prints them: by ISO 8601 with an offset, `2026-11-21T06:46:00.123000+01:00`, or, as version 1
  /// does, in seconds since 1970. Nil for anything else.
  init?(listed value: JSONValue) {
    if value.kind == .number {
      guard let seconds = try? value.double(), abs(seconds) < 1e12 else { return nil }
      self.init(microsecondsSinceEpoch: Int64(seconds * 1_000_000))
    } else {
      guard let text = try? value.string() else { return nil }
      self.init(iso8601: text)
    }
  }

  init?(iso8601 text: String) {
    var rest = text.utf8[...]
    guard let year = rest.number(4), rest.take("-"), let month = rest.number(2), rest.take("-"),
      let day = rest.number(2), rest.take("T"), let hour = rest.number(2), rest.take(":"), let minute = rest.number(2),
      rest.take(":"), let second = rest.number(2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var microseconds: Int64 = 0
    if rest.take(".") {
      let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard (1...6).contains(digits.count), let fraction = rest.number(digits.count) else { return nil }
      microseconds = (digits.count..<6).reduce(fraction) { number, _ in number * 10 }
    }
    var offset: Int64 = 0
    if !rest.take("Z") {
      let sign: Int64 = rest.take("-") ? -1 : rest.take("+") ? 1 : 0
      guard sign != 0, let hours = rest.number(2), rest.take(":"), let minutes = rest.number(2) else { return nil }
      offset = sign * (hours * 60 + minutes)
    }
    guard rest.isEmpty else { return nil }
    // Of years that begin on 1 March, so that the leap day is the last of one.
    let (years, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let days = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468
    let minutes = (days * 24 + hour) * 60 + minute - offset
    self.init(microsecondsSinceEpoch: (minutes * 60 + second) * 1_000_000 + microseconds)
  }
}

extension Substring.UTF8View {
  /// Takes a number of so many digits; nil if there is none.
  fileprivate mutating func number(_ digits: Int) -> Int64? {
    guard count >= digits, let number = Int64(String(decoding: prefix(digits), as: UTF8.self)), number >= 0,
      first != UInt8(ascii: "+")
    else { return nil }
    removeFirst(digits)
    return number
  }

  fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard first == UInt8(ascii: character) else { return false }
    removeFirst()
    return true
  }
}
