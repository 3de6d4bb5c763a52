/// Says what a test could not be set up with, or what a helper program answered.
public struct TestSupportError: Error, CustomStringConvertible {
  /// What went wrong, in full.
  public let description: String

  /// Makes an error of a sentence.
  public init(_ description: String) {
    self.description = description
  }
}
