public import JSON

extension CognitoEvent {
  /// The answer of a trigger that has nothing to say: the event's own bytes.
  public var answer: [UInt8] { document.bytes }

  /// The answer of a trigger that has something to say: the event's own bytes, with `response` filled in by the closure.
  public func answer(response: (inout JSONObjectWriter) -> Void) -> [UInt8] {
    let object = JSONWriter.object(response)
    let bytes = document.bytes
    if let old = document.root["response"]?.bytes {
      return bytes[..<old.startIndex] + object + bytes[old.endIndex...]
    }
    // Cognito's events have a response; one that a person wrote without gets it at its end. There is a member before: the trigger source.
    let end = document.root.bytes.endIndex - 1
    return bytes[..<end] + Array(#","response":"#.utf8) + object + bytes[end...]
  }
}
