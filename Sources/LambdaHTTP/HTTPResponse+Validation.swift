import LambdaEvents
import LambdaRuntime

extension HTTPResponse {
  /// Throws where this cannot be sent as HTTP: nothing that a handler took from outside may end a header and begin
  /// another one.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.1>,
  /// <https://www.rfc-editor.org/rfc/rfc9110#section-5.5>.
  func validate() throws(InvalidResponse) {
    guard 200...599 ~= status else { throw .status(status) }
    for (index, header) in headers.enumerated() {
      let (name, value) = (header.name.utf8.span, header.value.utf8.span)
      guard !name.isEmpty, name.indices.allSatisfy({ name[$0].isTokenCharacter }) else {
        throw .headerName(index: index)
      }
      guard value.indices.allSatisfy({ value[$0].mayStandInAHeader }) else { throw .headerValue(name: header.name) }
    }
  }
}

/// A response of a handler's that HTTP does not know, or Lambda does not take.
enum InvalidResponse: LambdaError, Equatable {
  case status(Int)
  case headerName(index: Int)
  case headerValue(name: String)
  case tooLarge(Int)

  var errorType: ErrorType {
    if case .tooLarge = self { .function("ResponseTooLarge") } else { .function("InvalidResponse") }
  }

  var errorMessage: String {
    switch self {
    case .status(let status): "The response's status is \(status), not 200 to 599."
    case .headerName(let index): "The name of the response's header number \(index + 1) is not one of HTTP's."
    case .headerValue(let name): "The value of the response's header \(name) has a control character."
    case .tooLarge(let length):
      "The response has \(length) bytes, more than the \(Invocation.maximumLength) that Lambda allows."
    }
  }
}

extension UInt8 {
  /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>.
  fileprivate var isTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"): true
    default: "!#$%&'*+.^_`|~".utf8.contains(self)
    }
  }

  fileprivate var mayStandInAHeader: Bool { self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t") }
}
