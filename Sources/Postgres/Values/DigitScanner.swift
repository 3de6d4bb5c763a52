/// Reads the numbers of dates and times as in ISO 8601.
struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text.utf8[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Drops a character if it is the next one.
  mutating func skip(_ character: UnicodeScalar) -> Bool {
    guard let next = rest.first, UInt32(next) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  /// A day; a year that has not four digits has a sign.
  mutating func date() -> LocalDate? {
    let isNegative = skip("-")
    let hasSign = isNegative || skip("+")
    guard let year = number(digits: hasSign ? 4...7 : 4...4), skip("-"), let month = number(digits: 2...2), skip("-"),
      let day = number(digits: 2...2)
    else { return nil }
    return LocalDate(year: isNegative ? -year : year, month: month, day: day)
  }

  /// A time of day.
  mutating func time() -> LocalTime? {
    guard let hour = number(digits: 2...2), skip(":"), let minute = number(digits: 2...2), skip(":"),
      let second = number(digits: 2...2)
    else { return nil }
    guard skip(".") else { return LocalTime(hour: hour, minute: minute, second: second) }
    let length = rest.count
    guard var microsecond = number(digits: 1...6) else { return nil }
    for _ in (length - rest.count)..<6 { microsecond *= 10 }
    return LocalTime(hour: hour, minute: minute, second: second, microsecond: microsecond)
  }

  /// As many digits as there are, if that is a number that is allowed.
  private mutating func number(digits count: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard count.contains(digits.count) else { return nil }
    rest.removeFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}

/// A number's digits with zeros before them.
func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension FixedWidthInteger {
  /// Rounds the quotient down, so that the remainder is never negative (for a positive divisor).
  func flooredQuotientAndRemainder(dividingBy divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
