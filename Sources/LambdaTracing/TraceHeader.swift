import Tracing

/// The trace that an invocation belongs to, as AWS X-Ray writes it:
/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
///
/// Source: <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
struct TraceHeader: Equatable {
  /// The header as it came.
  let text: String
  /// The same as the header `traceparent`, if it has all that this takes: the id of a trace is the same for both, and
  /// X-Ray divides it. Source: <https://www.w3.org/TR/trace-context/#traceparent-header>.
  let traceparent: String?

  init(_ text: String) {
    self.text = text
    var fields: [Substring: Substring] = [:]
    for field in text.split(separator: Character(";")) {
      let parts = field.split(separator: Character("="), maxSplits: 1)
      if parts.count == 2 { fields[parts[0].drop(while: \.isWhitespace)] = parts[1] }
    }
    traceparent = TraceHeader.traceparent(fields)
  }

  private static func traceparent(_ fields: [Substring: Substring]) -> String? {
    guard let root = fields["Root"]?.split(separator: Character("-"), omittingEmptySubsequences: false),
      root.count == 3, root[0] == "1", isID(root[1], length: 8), isID(root[2], length: 24),
      let parent = fields["Parent"], isID(parent, length: 16)
    else { return nil }
    return "00-\(root[1])\(root[2])-\(parent)-\(fields["Sampled"] == "1" ? "01" : "00")"
  }

  private static func isID(_ text: Substring, length: Int) -> Bool {
    text.utf8.count == length && text.utf8.allSatisfy("0123456789abcdef".utf8.contains)
      && text.utf8.contains { $0 != UInt8(ascii: "0") }
  }
}

/// Gives a tracer the header as X-Ray's and as W3C's, whichever it reads.
struct TraceHeaderExtractor: Extractor {
  func extract(key: String, from header: TraceHeader) -> String? {
    switch key.lowercased() {
    case "x-amzn-trace-id": header.text
    case "traceparent": header.traceparent
    default: nil
    }
  }
}
