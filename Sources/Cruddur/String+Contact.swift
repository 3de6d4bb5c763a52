/// What somebody can be reached by, told by its form. It is not shown to others in place of a name.
extension String {
  /// Whether this ends as an e-mail address does: something, an @, and a domain with a dot in it.
  var isEmailAddress: Bool {
    // Most names have none, and are done with.
    guard unicodeScalars.contains("@") else { return false }
    let scalars = visibleScalars
    guard let at = scalars.lastIndex(of: "@"), let before = scalars[..<at].last, !before.properties.isWhitespace
    else { return false }
    let labels = scalars[(at + 1)...].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count > 1 && labels.allSatisfy { !$0.isEmpty && !$0.contains(where: \.properties.isWhitespace) }
  }

  /// Whether this is a telephone number as it is written for all countries, `+1 (206) 555-0103`: a plus sign and 7 to 15
  /// digits, see <https://www.itu.int/rec/T-REC-E.164>.
  var isTelephoneNumber: Bool {
    guard unicodeScalars.contains(where: String.plusSigns.contains) else { return false }
    return visibleScalars.first.map(String.plusSigns.contains) == true && (7...15).contains(digitCount)
  }

  /// Whether this is digits, and what stands between those of a telephone number, alone.
  var isNumber: Bool { digitCount > 0 }

  /// How many digits there are, of whatever script; 0 where there is anything else than what stands between them.
  private var digitCount: Int {
    var count = 0
    for scalar in visibleScalars {
      if scalar.properties.numericType == .decimal {
        count += 1
      } else if !String.separators.contains(scalar), !scalar.properties.isWhitespace {
        return 0
      }
    }
    return count
  }

  /// Without white space at the ends, and without characters that have no width: a number that was copied is often
  /// between two that say which way it is written.
  private var visibleScalars: ArraySlice<Unicode.Scalar> {
    var scalars: [Unicode.Scalar] = unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
    while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    return scalars.drop { $0.properties.isWhitespace }
  }

  private static let plusSigns: [Unicode.Scalar] = ["+", "\u{FF0B}"]
  private static let separators = plusSigns + ["-", "\u{2010}", "\u{2011}", "\u{2013}", ".", "/", "(", ")"]
}
