import Glibc

/// A moment of the realtime clock, which dates of the outside world are of.
package struct Realtime {
  /// Since the Unix epoch.
  package let seconds: Int
  /// Of the second.
  package let nanoseconds: Int

  package init(seconds: Int, nanoseconds: Int) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The time now.
  package static var now: Realtime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Realtime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  /// Milliseconds since the Unix epoch.
  package var milliseconds: Int { seconds * 1_000 + nanoseconds / 1_000_000 }

  /// How many bytes ``writeRFC3339(_:)`` writes.
  static let rfc3339Length = 24

  /// Writes `2026-11-26T12:34:56.789Z`: UTC, as RFC 3339 has it, with milliseconds. Nothing is allocated and no lock is
  /// taken, so that it may be called in a signal handler.
  ///
  /// The days are counted from 1 March 0000, so that a leap day is the last one of its year:
  /// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
  func writeRFC3339(_ put: (UInt8) -> Void) {
    let secondOfDay = seconds - days * 86_400
    let day = days + 719_468
    let era = (day >= 0 ? day : day - 146_096) / 146_097
    let dayOfEra = day - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    Realtime.write(yearOfEra + era * 400 + (month >= 10 ? 1 : 0), digits: 4, put)
    put(UInt8(ascii: "-"))
    Realtime.write(month < 10 ? month + 3 : month - 9, digits: 2, put)
    put(UInt8(ascii: "-"))
    Realtime.write(dayOfYear - (153 * month + 2) / 5 + 1, digits: 2, put)
    put(UInt8(ascii: "T"))
    Realtime.write(secondOfDay / 3_600, digits: 2, put)
    put(UInt8(ascii: ":"))
    Realtime.write(secondOfDay / 60 % 60, digits: 2, put)
    put(UInt8(ascii: ":"))
    Realtime.write(secondOfDay % 60, digits: 2, put)
    put(UInt8(ascii: "."))
    Realtime.write(nanoseconds / 1_000_000, digits: 3, put)
    put(UInt8(ascii: "Z"))
  }

  /// Since the Unix epoch, also before it.
  private var days: Int { (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 }

  private static func write(_ number: Int, digits: Int, _ put: (UInt8) -> Void) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }

  /// The same as text.
  package var rfc3339: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Realtime.rfc3339Length)
    writeRFC3339 { bytes.append($0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
