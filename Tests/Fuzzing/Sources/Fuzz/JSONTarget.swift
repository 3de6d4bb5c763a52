import Foundation
@testable import JSON

/// Bytes that may be a JSON text: what is read of them is written and read again, and two others who know nothing of how it
/// is read here, ``Grammar`` and Foundation, have to be of one mind about them.
enum JSONTarget {
  static func run(_ bytes: [UInt8]) {
    let strict = reading(bytes, .refused)
    let lenient = reading(bytes, .kept)
    switch (strict, lenient) {
    case (.success, .success(let document)):
      checkEverything(document, isUnicode: true)
    case (.failure(let error), .success(let document)):
      check(error.reason == .loneSurrogate, "a text is refused for half of a surrogate pair alone: \(error)")
      checkEverything(document, isUnicode: false)
    case (.failure(let one), .failure(let other)):
      check(one.reason == .loneSurrogate || one == other, "a text is refused for one reason: \(one), \(other)")
      check(other.reason != .loneSurrogate, "half of a surrogate pair is kept")
    case (.success, .failure(let error)):
      check(false, "what is read strictly is read: \(error)")
    }
    checkOthersAgree(bytes, lenient)
  }

  private static func reading(
    _ bytes: [UInt8], _ loneSurrogates: JSONDocument.LoneSurrogates
  ) -> Result<JSONDocument, JSONError> {
    do throws(JSONError) {
      return .success(try JSONDocument(bytes, loneSurrogates: loneSurrogates))
    } catch {
      check(error.isSyntaxError, "a document's error is one of its syntax: \(error)")
      check(0...bytes.count ~= error.offset, "an error is in the document: \(error.offset) of \(bytes.count)")
      check(error.description.isOneLine && error.path.isOneLine, "an error is one line: \(error)")
      return .failure(error)
    }
  }

  private static func checkEverything(_ document: JSONDocument, isUnicode: Bool) {
    check(String(validating: document.bytes, as: UTF8.self) != nil, "what is read is UTF-8")
    var values = 0
    checkValue(document.root, isUnicode: isUnicode, &values)

    let copy = JSONWriter.array { write(document.root, to: &$0) }
    let read = requiredDocument(copy, "what was written").root
    guard let element = try? read.elements().first(where: { _ in true }) else {
      return check(false, "what was written has an element")
    }
    checkEqual(document.root, element)
    let again = JSONWriter.array { write(element, to: &$0) }
    check(copy == again, "what was written, read and written again is the same")

    let unique = requiredDocument(document.root.bytesWithoutDuplicates, "a document without duplicates").root
    checkLookups(document.root, unique)
  }

  /// Reads a value in every way. Of the first values, whose paths and bytes are looked at, there are only some: to find a
  /// path takes a walk from the root.
  private static func checkValue(_ value: JSONValue, isUnicode: Bool, _ values: inout Int) {
    values += 1
    if values <= 16 {
      check(value.path.hasPrefix("$") && value.path.isOneLine, "a path is one line: \(value.path)")
      let part = requiredDocument(Array(value.bytes), "a value's bytes").root
      check(part.kind == value.kind, "a value's bytes are of its kind")
    }
    let text = try? value.string()
    check((text != nil) == (value.kind == .string) || !isUnicode, "every string can be decoded")
    if let number = try? value.numberText() {
      if let integer = try? value.integer() {
        check(String(integer) == number || number == "-0", "\(number) is read as \(integer)")
      }
      if let double = try? value.double() { check(double.isFinite, "\(number) is read as \(double)") }
    }
    switch value.kind {
    case .array: for element in elements(value) { checkValue(element, isUnicode: isUnicode, &values) }
    case .object: for (_, member) in members(value) { checkValue(member, isUnicode: isUnicode, &values) }
    default: break
    }
  }

  /// The same text, but for white space and the form of escapes.
  private static func checkEqual(_ one: JSONValue, _ other: JSONValue) {
    check(one.kind == other.kind, "a value is written as one of its kind")
    switch one.kind {
    case .null: break
    case .bool, .number: check(one.bytes.elementsEqual(other.bytes), "numbers are written as they were")
    case .string: check(decoded(one).utf8.elementsEqual(decoded(other).utf8), "a string is written as it was")
    case .array:
      let (ones, others) = (elements(one), elements(other))
      check(ones.count == others.count, "no element is lost")
      for (one, other) in zip(ones, others) { checkEqual(one, other) }
    case .object:
      let (ones, others) = (members(one), members(other))
      check(ones.count == others.count, "no member is lost")
      for (one, other) in zip(ones, others) {
        check(one.key.utf8.elementsEqual(other.key.utf8), "a key is written as it was")
        checkEqual(one.value, other.value)
      }
    }
  }

  /// Whoever looks a key up finds the last member of that key, in the document and where it is the only one.
  private static func checkLookups(_ value: JSONValue, _ unique: JSONValue) {
    check(value.kind == unique.kind, "a value without duplicates is of its kind")
    guard value.kind == .object else {
      guard value.kind == .array else {
        return check(value.bytes.elementsEqual(unique.bytes), "what has no members is as it was")
      }
      let (values, uniques) = (elements(value), elements(unique))
      check(values.count == uniques.count, "no element is taken for a duplicate")
      for (value, unique) in zip(values, uniques) { checkLookups(value, unique) }
      return
    }
    var last: [[UInt8]: JSONValue] = [:]
    var kept: [String: [UInt8]] = [:]
    for (key, member) in members(value) {
      last[Array(key.utf8)] = member
      kept[key] = Array(key.utf8)
    }
    for (key, member) in last {
      let name = String(decoding: key, as: UTF8.self)
      // No lookup finds a key with half of a surrogate pair, which is shown as U+FFFD.
      guard let found = value[name] else {
        check(key.holds("\u{FFFD}".utf8), "the key \(name) is found")
        continue
      }
      guard !key.holds("\u{FFFD}".utf8) else { continue }
      check(found.offset == member.offset, "the last member of the key \(name) counts")
      // Where keys are equal as Swift's strings are, the last one of these is left.
      guard kept[name] == key else { continue }
      guard let left = unique[name] else { return check(false, "the key \(name) is kept") }
      checkLookups(member, left)
    }
  }

  private static func write(_ value: JSONValue, to array: inout JSONArrayWriter) {
    switch value.kind {
    case .null: array.addNull()
    case .bool: array.add(try? value.bool())
    case .number: array.addRaw(value.bytes)
    case .string: array.add(decoded(value))
    case .array: array.array { for element in elements(value) { write(element, to: &$0) } }
    case .object: array.object { for (key, member) in members(value) { write(member, key, to: &$0) } }
    }
  }

  private static func write(_ value: JSONValue, _ key: String, to object: inout JSONObjectWriter) {
    switch value.kind {
    case .null: object.addNull(key)
    case .bool: object.add(key, try? value.bool())
    case .number: object.addRaw(key, value.bytes)
    case .string: object.add(key, decoded(value))
    case .array: object.array(key) { for element in elements(value) { write(element, to: &$0) } }
    case .object: object.object(key) { for (key, member) in members(value) { write(member, key, to: &$0) } }
    }
  }

  private static func decoded(_ value: JSONValue) -> String { (try? value.string()) ?? "\u{FFFD}" }

  private static func elements(_ value: JSONValue) -> [JSONValue] { (try? value.elements()).map(Array.init) ?? [] }

  private static func members(_ value: JSONValue) -> [(key: String, value: JSONValue)] {
    (try? value.members()).map(Array.init) ?? []
  }
}

extension JSONTarget {
  /// The grammar decides what is read, but for what is too deep. Foundation takes more than that, commas at the end and other
  /// encodings, and less: numbers that it can represent, and not as many levels. All else that is read it reads as well.
  private static func checkOthersAgree(_ bytes: [UInt8], _ reading: Result<JSONDocument, JSONError>) {
    switch reading {
    case .success:
      check(Grammar.matches(bytes), "what is read is of JSON's grammar")
      guard bytes.count < 4_096, !bytes.holdsLongNumber, bytes.depth < 500 else { return }
      let isRead = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
      check(isRead || bytes.holds("\\u".utf8), "Foundation reads what is read here")
    case .failure(let error):
      if case .tooDeep = error.reason { return }
      check(!Grammar.matches(bytes), "what is of JSON's grammar is read: \(error)")
    }
  }
}

extension [UInt8] {
  /// Whether a number in the text may be none that Foundation has.
  fileprivate var holdsLongNumber: Bool {
    var length = 0
    return contains { byte in
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      length = isDigit ? length + 1 : 0
      return length > 15 || byte | 0x20 == UInt8(ascii: "e")
    }
  }

  fileprivate var depth: Int { count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } }
}
