extension String {
  /// Whether there is nothing to see: white space, and characters without a width, at most.
  var isBlank: Bool {
    !isPlain
      && unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
  }

  /// Whether this is ASCII without control characters, and more than spaces: what most texts are, and no property of
  /// Unicode says that there is nothing to see.
  var isPlain: Bool { survey.isPlain }

  /// Whether it is plain, and has neither an @ nor a plus sign, without which nothing is an e-mail address or a telephone
  /// number.
  var isPlainName: Bool {
    let survey = survey
    return survey.isPlain && !survey.hasContactSign
  }

  /// What single bytes tell.
  private var survey: (isPlain: Bool, hasContactSign: Bool) {
    let bytes = utf8.span
    var (unprintable, visible, contactSigns) = (UInt8(0), UInt8(0), UInt8(0))
    for index in bytes.indices {
      let byte = bytes[index]
      unprintable |= byte &- 0x20 > 0x5E ? 1 : 0
      visible |= byte ^ UInt8(ascii: " ")
      contactSigns |= (byte == UInt8(ascii: "@") ? 1 : 0) | (byte == UInt8(ascii: "+") ? 1 : 0)
    }
    return (unprintable == 0 && visible != 0, contactSigns != 0)
  }
}
