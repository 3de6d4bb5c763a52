/// What the runtime needs of the headers of the Runtime API's responses, and of the Extensions API's.
///
/// Names are matched without regard to case; a header that is empty counts as absent.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
struct ResponseHead: Sendable, Equatable {
  var contentLength: Int?
  var requestID: String?
  var deadlineMilliseconds: Int?
  var functionARN: String?
  var traceID: String?
  var clientContext: String?
  var cognitoIdentity: String?
  var tenantID: String?
  /// A nonce of one hand-out of an event.
  var invocationID: String?
  /// What the Extensions API calls an extension that has registered.
  var extensionID: String?

  /// Takes in one line of the head, its line end included.
  mutating func receive(line: Span<UInt8>) {
    guard let colon = line.indices.first(where: { line[$0] == UInt8(ascii: ":") }) else { return }
    let name = line.extracting(..<colon)
    if name.equalsIgnoringCase("content-length") {
      contentLength = line.fieldValue(after: colon).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
      return
    }
    guard name.hasPrefixIgnoringCase("lambda-"), let field = Field(name) else { return }
    let value = line.fieldValue(after: colon)
    switch field {
    case .requestID: requestID = value
    case .deadline: deadlineMilliseconds = value.flatMap { Int($0) }
    case .functionARN: functionARN = value
    case .traceID: traceID = value
    case .clientContext: clientContext = value
    case .cognitoIdentity: cognitoIdentity = value
    case .tenantID: tenantID = value
    case .invocationID: invocationID = value
    case .extensionID: extensionID = value
    }
  }

  private enum Field {
    case requestID, deadline, functionARN, traceID, clientContext, cognitoIdentity, tenantID, invocationID, extensionID

    init?(_ name: Span<UInt8>) {
      if name.equalsIgnoringCase("lambda-runtime-aws-request-id") {
        self = .requestID
      } else if name.equalsIgnoringCase("lambda-runtime-deadline-ms") {
        self = .deadline
      } else if name.equalsIgnoringCase("lambda-runtime-invoked-function-arn") {
        self = .functionARN
      } else if name.equalsIgnoringCase("lambda-runtime-trace-id") {
        self = .traceID
      } else if name.equalsIgnoringCase("lambda-runtime-client-context") {
        self = .clientContext
      } else if name.equalsIgnoringCase("lambda-runtime-cognito-identity") {
        self = .cognitoIdentity
      } else if name.equalsIgnoringCase("lambda-runtime-aws-tenant-id") {
        self = .tenantID
      } else if name.equalsIgnoringCase("lambda-runtime-invocation-id") {
        self = .invocationID
      } else if name.equalsIgnoringCase("lambda-extension-identifier") {
        self = .extensionID
      } else {
        return nil
      }
    }
  }
}

extension Span<UInt8> {
  /// Whether the bytes are `name`, which is in lower case.
  fileprivate func equalsIgnoringCase(_ name: StaticString) -> Bool {
    count == name.utf8CodeUnitCount && hasPrefixIgnoringCase(name)
  }

  fileprivate func hasPrefixIgnoringCase(_ name: StaticString) -> Bool {
    guard count >= name.utf8CodeUnitCount else { return false }
    return name.withUTF8Buffer { name in
      for index in name.indices {
        let byte = self[index]
        let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        if lower != name[index] { return false }
      }
      return true
    }
  }

  /// What stands behind the colon, without the white space around it; nil where that is nothing.
  fileprivate func fieldValue(after colon: Int) -> String? {
    var start = colon + 1
    var end = count
    while start < end, self[start].isWhiteSpace { start += 1 }
    while end > start, self[end - 1].isWhiteSpace { end -= 1 }
    guard start < end else { return nil }
    return extracting(start..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

extension UInt8 {
  fileprivate var isWhiteSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n")
  }
}
