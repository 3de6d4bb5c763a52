import ArgumentParser
import JSON

/// A change of an event: a value, and where it belongs.
///
/// On the command line it is `PATH=TEXT` or `PATH:=JSON`, see ``init(argument:)``.
struct EventChange: Equatable {
  /// A member of an object, or an element of an array, counted from 0.
  enum Step: Equatable {
    case key(String)
    case index(Int)
  }

  let steps: [Step]
  /// JSON.
  let value: [UInt8]

  /// A change to a text, in an array, too.
  init(_ steps: [Step], text: String) {
    (self.steps, value) = (steps, Self.json(text))
  }

  /// A change to a value that is JSON.
  init(_ keys: String..., json value: [UInt8]) {
    (steps, self.value) = (keys.map(Step.key), value)
  }

  /// A change to a text.
  init(_ keys: String..., text: String) {
    (steps, value) = (keys.map(Step.key), Self.json(text))
  }

  /// Reads `request.userAttributes.name=Ada`, whose value is always text, or `request.newDeviceUsed:=true`, whose value is
  /// JSON. So no text becomes a number or a flag by chance, as a code of digits would.
  ///
  /// Keys stand between dots, with colons and whatever else they have; one with a dot, a bracket or an equals sign, and an
  /// empty one, is written `["a.b"]`, and an element of an array `[0]`. The `$` that error messages have in front may be
  /// there.
  ///
  /// - Throws: An error that has the path, but not the value.
  init(argument: String) throws(ValidationError) {
    var parser = PathParser(argument)
    let isJSON: Bool
    (steps, isJSON) = try parser.parse()
    guard isJSON else {
      value = Self.json(parser.rest)
      return
    }
    value = Array(parser.rest.utf8)
    do {
      _ = try JSONDocument(value, maximumDepth: .max)
    } catch {
      throw ValidationError("--set \(parser.path): what follows := is not JSON (\(error)); text follows = alone.")
    }
  }

  private static func json(_ text: String) -> [UInt8] {
    // An array of one, without its brackets.
    Array(JSONWriter.array { $0.add(text) }.dropFirst().dropLast())
  }
}

/// Reads the path of a change, up to its `=` or `:=`.
private struct PathParser {
  private let argument: String
  private var position: String.UTF8View.Index

  init(_ argument: String) {
    self.argument = argument
    position = argument.startIndex
  }

  /// What has been read.
  var path: String { String(argument[..<position]).trimmed(suffix: "=").trimmed(suffix: ":") }

  /// What has not been read.
  var rest: String { String(argument[position...]) }

  mutating func parse() throws(ValidationError) -> (steps: [EventChange.Step], isJSON: Bool) {
    var steps: [EventChange.Step] = []
    if argument.utf8.starts(with: "$.".utf8) || argument.utf8.starts(with: "$[".utf8) {
      position = argument.utf8.index(after: position)
      if next == UInt8(ascii: ".") { advance() }
    }
    steps.append(next == UInt8(ascii: "[") ? try bracket() : try key())
    while let byte = next {
      switch byte {
      case UInt8(ascii: "="):
        advance()
        return (steps, false)
      case UInt8(ascii: ":") where rest.utf8.starts(with: ":=".utf8):
        advance()
        advance()
        return (steps, true)
      case UInt8(ascii: "."):
        advance()
        steps.append(try key())
      case UInt8(ascii: "["): steps.append(try bracket())
      default: throw error("has something behind a bracket that begins no key and no value")
      }
    }
    throw error("has no value: it is PATH=TEXT or PATH:=JSON")
  }

  private var next: UInt8? { position < argument.endIndex ? argument.utf8[position] : nil }

  private mutating func advance() { position = argument.utf8.index(after: position) }

  private mutating func key() throws(ValidationError) -> EventChange.Step {
    let start = position
    while let byte = next, byte != UInt8(ascii: "."), byte != UInt8(ascii: "["), byte != UInt8(ascii: "="),
      !rest.utf8.starts(with: ":=".utf8)
    {
      advance()
    }
    guard start < position else { throw error(#"has an empty key: if that is meant, it is [""]"#) }
    return .key(String(argument[start..<position]))
  }

  /// `[2]` or `["a key"]`.
  private mutating func bracket() throws(ValidationError) -> EventChange.Step {
    advance()
    let start = position
    if next == UInt8(ascii: "\"") {
      repeat {
        if next == UInt8(ascii: "\\") { advance() }
        if next != nil { advance() }
      } while next != nil && next != UInt8(ascii: "\"")
      if next != nil { advance() }
    } else {
      while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { advance() }
    }
    let text = String(argument[start..<position])
    guard next == UInt8(ascii: "]") else { throw error(#"has a bracket that is neither [0] nor ["a key"]"#) }
    advance()
    if let index = Int(text) { return .index(index) }
    guard let key = try? JSONDocument(Array(text.utf8)).root.string() else {
      throw error(#"has a bracket that is neither [0] nor ["a key"]"#)
    }
    return .key(key)
  }

  private func error(_ what: String) -> ValidationError {
    // Up to where a value may begin.
    let shown = argument[..<(argument.utf8.firstIndex(of: UInt8(ascii: "=")) ?? argument.endIndex)]
    let path = String(shown).trimmed(suffix: ":")
    return ValidationError("--set \(path.isEmpty ? "" : "\(path) ")\(what).")
  }
}

extension String {
  fileprivate func trimmed(suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
