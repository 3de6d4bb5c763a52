import JSON

extension EventChange {
  /// Why a change cannot be made: a sentence with its path, and without its value.
  struct Impossible: Error, CustomStringConvertible {
    let description: String
  }

  /// A document's bytes with the change made; all others are what they were.
  ///
  /// Objects that are missing are made, and null counts as missing. A new member or element stands at the end, with the
  /// white space of the one before it.
  func made(in document: JSONDocument) throws(Impossible) -> [UInt8] {
    var bytes = document.bytes
    var value = document.root
    for (depth, step) in steps.enumerated() {
      if value.isNull {
        bytes.replaceSubrange(value.bytes.indices, with: try missing(from: depth))
        return bytes
      }
      guard let child = try child(of: value, at: depth) else {
        value.insert(try missing(from: depth + 1), as: step, into: &bytes)
        return bytes
      }
      value = child
    }
    bytes.replaceSubrange(value.bytes.indices, with: self.value)
    return bytes
  }

  /// What a step leads to; nil where that is missing and may be added.
  private func child(of value: JSONValue, at depth: Int) throws(Impossible) -> JSONValue? {
    switch steps[depth] {
    case .key(let key):
      guard value.kind == .object else { throw impossible(depth, "is of type \(value.kind.rawValue), not object") }
      return value[key]
    case .index(let index):
      guard value.kind == .array, let elements = try? Array(value.elements()) else {
        throw impossible(depth, "is of type \(value.kind.rawValue), not array")
      }
      guard index <= elements.count else {
        throw impossible(depth, "has \(elements.count == 1 ? "1 element" : "\(elements.count) elements")")
      }
      return index < elements.count ? elements[index] : nil
    }
  }

  /// The change's value in the objects and arrays of the steps that remain.
  private func missing(from depth: Int) throws(Impossible) -> [UInt8] {
    guard depth < steps.count else { return value }
    let inner = try missing(from: depth + 1)
    switch steps[depth] {
    case .key(let key): return JSONWriter.object { $0.addRaw(key, inner) }
    case .index(0): return [UInt8(ascii: "[")] + inner + [UInt8(ascii: "]")]
    case .index: throw impossible(depth, "is not there, and the first element of a new array is [0]")
    }
  }

  private func impossible(_ depth: Int, _ reason: String) -> Impossible {
    Impossible(description: "\(path(steps[...])) cannot be set, because \(path(steps[..<depth])) \(reason).")
  }

  /// As error messages have it.
  private func path(_ steps: ArraySlice<Step>) -> String {
    steps.reduce("$") {
      switch $1 {
      case .key(let key): $0 + JSONError.selector(key)
      case .index(let index): "\($0)[\(index)]"
      }
    }
  }

  /// A document's bytes without a member, and what they were where it is not there.
  static func removing(_ keys: String..., from document: JSONDocument) -> [UInt8] {
    var bytes = document.bytes
    var (object, value) = (document.root, document.root)
    for key in keys {
      guard let child = value[key] else { return bytes }
      (object, value) = (value, child)
    }
    if !keys.isEmpty { object.remove(value, from: &bytes) }
    return bytes
  }
}

extension JSONValue {
  private var children: [JSONValue] {
    if let members = try? members() { return members.map(\.value) }
    return (try? Array(elements())) ?? []
  }

  /// Inserts a value behind the last one of this object or array, into the bytes of its document.
  fileprivate func insert(_ value: [UInt8], as step: EventChange.Step, into bytes: inout [UInt8]) {
    let children = children
    let last = children.last
    var (separator, colon): ([UInt8], [UInt8]) = ([], [UInt8(ascii: ":")])
    if let last {
      // What stands between the value before the last, or the bracket, and the last one's key or the last one.
      var gap = bytes[(children.dropLast().last?.bytes.endIndex ?? offset + 1)..<last.offset]
      if children.count > 1 { gap = gap.drop(while: \.isWhiteSpace).dropFirst() }
      separator = [UInt8(ascii: ",")] + gap.prefix(while: \.isWhiteSpace)
      if bytes[last.offset - 1] == UInt8(ascii: " ") { colon.append(UInt8(ascii: " ")) }
    }
    var addition = separator
    if case .key(let key) = step {
      addition += JSONWriter.array { $0.add(key) }.dropFirst().dropLast() + colon
    }
    bytes.insert(contentsOf: addition + value, at: last?.bytes.endIndex ?? self.bytes.endIndex - 1)
  }

  /// Removes a member of this object from the bytes of its document, with the comma that it leaves.
  fileprivate func remove(_ value: JSONValue, from bytes: inout [UInt8]) {
    var end = value.bytes.endIndex
    let before = children.last { $0.offset < value.offset }
    var start = before?.bytes.endIndex ?? offset + 1
    if before == nil, children.count > 1 {
      start += bytes[start...].prefix(while: \.isWhiteSpace).count
      end += bytes[end...].prefix(while: \.isWhiteSpace).count + 1
      end += bytes[end...].prefix(while: \.isWhiteSpace).count
    }
    bytes.removeSubrange(start..<end)
  }
}

extension UInt8 {
  /// What JSON calls white space.
  fileprivate var isWhiteSpace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\t")
  }
}
