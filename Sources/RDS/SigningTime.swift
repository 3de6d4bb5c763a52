import Glibc

/// A second of UTC, as signatures have it.
struct SigningTime {
  /// `20130524T000000Z`
  let text: String
  /// Its first eight characters, the day.
  var day: Substring { text.prefix(8) }

  /// A time in seconds since the Unix epoch.
  init(seconds: Int) {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = Self.pad(parts.tm_year + 1900, 4) + Self.pad(parts.tm_mon + 1, 2) + Self.pad(parts.tm_mday, 2)
    text = date + "T" + Self.pad(parts.tm_hour, 2) + Self.pad(parts.tm_min, 2) + Self.pad(parts.tm_sec, 2) + "Z"
  }

  private static func pad(_ number: CInt, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
