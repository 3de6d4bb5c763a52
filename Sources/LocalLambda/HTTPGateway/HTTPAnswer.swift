import JSON

/// The HTTP response that a function's answer is.
public struct HTTPAnswer: Sendable, Equatable {
  /// The body's bytes, decoded where the answer has them in base64.
  public let body: [UInt8]
  /// Whether the answer has the body as text, rather than in base64 or as a stream.
  public let isText: Bool

  /// Reads an answer in full: a response of the payload format 2.0, or a stream with a prelude; nil for any other.
  ///
  /// Other than API Gateway, which makes a response of any JSON, it has to have a `statusCode`: what has none is meant for
  /// somebody else.
  public init?(_ answer: [UInt8]) {
    // No JSON has a zero byte in it.
    if let end = HTTPResponse.endOfPrelude(answer) {
      guard HTTPResponse(prelude: Array(answer[..<end.lowerBound])) != nil else { return nil }
      self.init(body: Array(answer[end.upperBound...]), isText: false)
      return
    }
    guard let root = try? JSONDocument(answer).root, root["statusCode"] != nil,
      let response = HTTPResponse(functionOutput: answer)
    else { return nil }
    self.init(body: response.body, isText: (try? root["isBase64Encoded"]?.bool()) != true)
  }

  private init(body: [UInt8], isText: Bool) {
    self.body = body
    self.isText = isText
  }
}

extension HTTPResponse {
  /// Where the eight zero bytes after a prelude are; nil as long as they have not come.
  static func endOfPrelude(_ bytes: [UInt8]) -> Range<Int>? {
    bytes.firstRange(of: [UInt8](repeating: 0, count: 8))
  }
}
