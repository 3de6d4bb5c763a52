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

  /// `2026-11-26T12:34:56.789Z`: UTC, as RFC 3339 has it, with milliseconds. Nothing is allocated and no lock is taken, so
  /// that a signal handler may ask for it.
  ///
  /// The days are counted from 1 March 0000, so that a leap day is the last one of its year:
  /// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
  var rfc3339: InlineArray<24, UInt8> {
    let secondOfDay = seconds - days * 86_400
    let day = days + 719_468
    let era = (day >= 0 ? day : day - 146_096) / 146_097
    let dayOfEra = day - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    var text = InlineArray<24, UInt8>(repeating: UInt8(ascii: "-"))
    text.write(yearOfEra + era * 400 + (month >= 10 ? 1 : 0), at: 0..<4)
    text.write(month < 10 ? month + 3 : month - 9, at: 5..<7)
    text.write(dayOfYear - (153 * month + 2) / 5 + 1, at: 8..<10)
    text[10] = UInt8(ascii: "T")
    text.write(secondOfDay / 3_600, at: 11..<13)
    text[13] = UInt8(ascii: ":")
    text.write(secondOfDay / 60 % 60, at: 14..<16)
    text[16] = UInt8(ascii: ":")
    text.write(secondOfDay % 60, at: 17..<19)
    text[19] = UInt8(ascii: ".")
    text.write(nanoseconds / 1_000_000, at: 20..<23)
    text[23] = UInt8(ascii: "Z")
    return text
  }

  /// Since the Unix epoch, also before it.
  private var days: Int { (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 }
}

extension InlineArray<24, UInt8> {
  /// Writes the last digits of a number, as many as there are places.
  fileprivate mutating func write(_ number: Int, at places: Range<Int>) {
    var rest = number
    for place in places.reversed() {
      self[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
