/// A path with parameters in it, such as `/api/activities/{uuid}/reply` or `/api/activities/@{handle}`.
///
/// A segment that ends in `{name}` is a parameter, with the text before the brace as the prefix that a path must have
/// there; any other segment is literal. Segments are compared with those of a path, decoded. A slash at the end makes
/// another path.
struct PathPattern: Sendable {
  enum Segment: Hashable, Sendable {
    case literal(String)
    case parameter(prefix: String)
  }

  /// What decides which paths match: patterns that differ only in the parameters' names have the same.
  let segments: [Segment]
  /// Of the parameters, in order.
  let names: [String]

  init(_ pattern: String) {
    var segments: [Segment] = []
    var names: [String] = []
    for segment in pattern.split(separator: "/", omittingEmptySubsequences: false) {
      if segment.last == "}", let brace = segment.firstIndex(of: "{") {
        segments.append(.parameter(prefix: String(segment[..<brace])))
        names.append(String(segment[brace...].dropFirst().dropLast()))
      } else {
        segments.append(.literal(String(segment)))
      }
    }
    self.segments = segments
    self.names = names
  }
}

extension [PathPattern.Segment] {
  /// The parameters' values where a path's segments, decoded, match; else nil. A prefix with nothing behind it is still
  /// the pattern's.
  func match(_ path: [String]) -> [String]? {
    guard path.count == count else { return nil }
    var values: [String] = []
    for (segment, text) in zip(self, path) {
      switch segment {
      case .literal(text): continue
      case .parameter(let prefix) where text.utf8.starts(with: prefix.utf8) && !text.isEmpty:
        values.append(String(Substring(text.utf8.dropFirst(prefix.utf8.count))))
      default: return nil
      }
    }
    return values
  }

  /// Whether it is to be tried before `other` because it says more: from left to right, a literal more than a
  /// parameter, a long prefix more than a short one.
  func isMoreSpecific(than other: Self) -> Bool {
    other.lexicographicallyPrecedes(self) { $0.specificity < $1.specificity }
  }
}

extension PathPattern.Segment {
  fileprivate var specificity: Int {
    switch self {
    case .literal: .max
    case .parameter(let prefix): prefix.utf8.count
    }
  }
}

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
