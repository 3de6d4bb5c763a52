extension String {
  /// Whether there is nothing to see: white space, and characters without a width, at most.
  var isBlank: Bool {
    unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
  }
}
