extension JSONTape {
  /// Where the value or key at `target` is, as a JSONPath ([RFC 9535](https://www.rfc-editor.org/rfc/rfc9535)): `$.request.scopes[2]`.
  ///
  /// Walks down from the root, so that only those who report an error pay for it.
  func path(to target: Int) -> String {
    var path = "$"
    var container = 0
    while container < target, let step = step(from: container, towards: target) {
      path += step.text
      container = step.value
    }
    return path
  }

  /// The child of `container` that holds `target`, and how a path selects it.
  private func step(from container: Int, towards target: Int) -> (text: String, value: Int)? {
    let isObject = entries[container].kind == .object
    let end = Int(entries[container].next)
    var child = container + 1
    var position = 0
    while child < end {
      let value = isObject ? child + 1 : child
      // The last key has no value if the document is broken there.
      let next = value < end ? Int(entries[value].next) : end
      if target < next {
        return (isObject ? Self.selector(text(child)) : "[\(position)]", value)
      }
      child = next
      position += 1
    }
    return nil
  }

  /// `.name` for a plain name, else `["na me"]`, escaped, and cut if it is long: keys may be as long as the document.
  static func selector(_ key: String) -> String {
    let isPlain = key.utf8.enumerated().allSatisfy { index, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
      default: false
      }
    }
    let shown = key.unicodeScalars.count > 64 ? String(key.unicodeScalars.prefix(64)) + "…" : key
    if isPlain, !key.isEmpty, shown.utf8.count == key.utf8.count { return "." + key }
    var quoted: [UInt8] = []
    quoted.appendJSON(shown)
    return "[" + String(decoding: quoted, as: UTF8.self) + "]"
  }
}

extension JSONError {
  /// How a path selects the member of a key, as in ``path``.
  package static func selector(_ key: String) -> String { JSONTape.selector(key) }
}
