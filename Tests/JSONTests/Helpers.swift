import JSON
import Testing

/// Parses text that is written in a test.
func parse(
  _ text: String, maximumDepth: Int = JSONDocument.defaultMaximumDepth,
  loneSurrogates: JSONDocument.LoneSurrogates = .kept
) throws(JSONError) -> JSONValue {
  try JSONDocument(Array(text.utf8), maximumDepth: maximumDepth, loneSurrogates: loneSurrogates).root
}

/// The error that `body` throws; records an issue if it throws none.
func jsonError<Result>(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) -> JSONError? {
  #expect(throws: JSONError.self, sourceLocation: sourceLocation) { _ = try body() }
}

/// Visits every value of a document in every way there is, so that a tape with a wrong index would be noticed. One that was read
/// with lone surrogates kept may have strings and keys that cannot be decoded.
func readEverything(_ value: JSONValue, loneSurrogates: JSONDocument.LoneSurrogates) throws {
  #expect(value.path.hasPrefix("$"))
  #expect(value.bytes.startIndex == value.offset)
  switch value.kind {
  case .null: #expect(value.isNull)
  case .bool: #expect(try value.bytes.elementsEqual((value.bool() ? "true" : "false").utf8))
  case .number: #expect(try value.bytes.elementsEqual(value.numberText().utf8))
  case .string:
    do throws(JSONError) {
      _ = try value.string()
    } catch {
      #expect(error.reason == .notUnicode && loneSurrogates == .kept)
    }
  case .array: for element in try value.elements() { try readEverything(element, loneSurrogates: loneSurrogates) }
  case .object:
    for (key, member) in try value.members() {
      #expect(value[key] != nil || loneSurrogates == .kept && key.contains("\u{FFFD}"))
      try readEverything(member, loneSurrogates: loneSurrogates)
    }
  }
}

extension String {
  init(_ bytes: some Sequence<UInt8>) {
    self.init(decoding: Array(bytes), as: UTF8.self)
  }
}
