/// What a path has in the place of a pattern's parameters.
public struct PathParameters: Sendable {
  private let names: [String]
  private let values: [String]

  init(names: [String], values: [String]) {
    self.names = names
    self.values = values
  }

  /// A parameter's value, decoded, empty at most where it has a prefix; nil where the pattern has no such parameter.
  public subscript(_ name: String) -> String? {
    zip(names, values).first { $0.0 == name }?.1
  }
}
