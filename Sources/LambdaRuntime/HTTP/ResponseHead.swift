import Glibc

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
    line.withUnsafeBufferPointer { receive($0) }
  }

  private mutating func receive(_ line: UnsafeBufferPointer<UInt8>) {
    // Nothing that is read begins with another letter.
    guard let first = line.first, first | 0x20 == UInt8(ascii: "l") || first | 0x20 == UInt8(ascii: "c"),
      let colon = line.firstIndex(of: UInt8(ascii: ":")),
      let field = Field(UnsafeBufferPointer(rebasing: line[..<colon]))
    else { return }
    let value = UnsafeBufferPointer(rebasing: line[(colon + 1)...]).trimmed
    switch field {
    case .contentLength: contentLength = value.number.flatMap { $0 >= 0 ? $0 : nil }
    case .requestID: requestID = value.text
    case .deadline: deadlineMilliseconds = value.number
    case .functionARN: functionARN = value.text
    case .traceID: traceID = value.text
    case .clientContext: clientContext = value.text
    case .cognitoIdentity: cognitoIdentity = value.text
    case .tenantID: tenantID = value.text
    case .invocationID: invocationID = value.text
    case .extensionID: extensionID = value.text
    }
  }

  private enum Field {
    case contentLength, requestID, deadline, functionARN, traceID, clientContext, cognitoIdentity, tenantID,
      invocationID, extensionID

    init?(_ name: UnsafeBufferPointer<UInt8>) {
      if name.equalsIgnoringCase("content-length") {
        self = .contentLength
      } else if name.equalsIgnoringCase("lambda-runtime-aws-request-id") {
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

extension UnsafeBufferPointer<UInt8> {
  /// Whether the bytes are `name`, which is in lower case.
  fileprivate func equalsIgnoringCase(_ name: StaticString) -> Bool {
    guard count == name.utf8CodeUnitCount, let baseAddress else { return false }
    return strncasecmp(baseAddress, name.utf8Start, count) == 0
  }

  /// Without the white space around it.
  fileprivate var trimmed: Self {
    var rest = self[...]
    while rest.first?.isWhiteSpace == true { rest = rest.dropFirst() }
    while rest.last?.isWhiteSpace == true { rest = rest.dropLast() }
    return Self(rebasing: rest)
  }

  /// Nil where there is none.
  fileprivate var text: String? { isEmpty ? nil : String(decoding: self, as: UTF8.self) }

  /// Nil where there is none, or more than an integer can be.
  fileprivate var number: Int? { text.flatMap { Int($0) } }
}

extension UInt8 {
  fileprivate var isWhiteSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n")
  }
}
