import Foundation
import JSON
import Testing

/// The whole of Nicolas Seriot's JSON Test Suite: what RFC 8259 accepts (y_), refuses (n_), and leaves open (i_).
/// https://github.com/nst/JSONTestSuite
@Suite struct ConformanceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var url: URL
    var testDescription: String { name }

    func parse(_ loneSurrogates: JSONDocument.LoneSurrogates) throws -> JSONDocument {
      try JSONDocument([UInt8](Data(contentsOf: url)), loneSurrogates: loneSurrogates)
    }

    static func all(_ prefix: String) -> [Case] {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "JSONTestSuite")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasPrefix(prefix) }.sorted()
        .map { Case(name: $0, url: folder.appendingPathComponent($0)) }
    }
  }

  enum Decision: Equatable {
    case accepted
    case refused(JSONError.Reason)
  }

  static let modes: [JSONDocument.LoneSurrogates] = [.kept, .refused]

  /// What this module makes of the cases that the RFC leaves open.
  static let decisions: [String: Decision] = [
    // A number is kept as written, of whatever size.
    "i_number_double_huge_neg_exp.json": .accepted,
    "i_number_huge_exp.json": .accepted,
    "i_number_neg_int_huge_exp.json": .accepted,
    "i_number_pos_double_huge_exp.json": .accepted,
    "i_number_real_neg_overflow.json": .accepted,
    "i_number_real_pos_overflow.json": .accepted,
    "i_number_real_underflow.json": .accepted,
    "i_number_too_big_neg_int.json": .accepted,
    "i_number_too_big_pos_int.json": .accepted,
    "i_number_very_big_negative_int.json": .accepted,
    // Half of a surrogate pair is no character: where it is kept, the document is read, and the string is not.
    "i_object_key_lone_2nd_surrogate.json": .refused(.loneSurrogate),
    "i_string_1st_surrogate_but_2nd_missing.json": .refused(.loneSurrogate),
    "i_string_1st_valid_surrogate_2nd_invalid.json": .refused(.loneSurrogate),
    "i_string_incomplete_surrogate_and_escape_valid.json": .refused(.loneSurrogate),
    "i_string_incomplete_surrogate_pair.json": .refused(.loneSurrogate),
    "i_string_incomplete_surrogates_escape_valid.json": .refused(.loneSurrogate),
    "i_string_invalid_lonely_surrogate.json": .refused(.loneSurrogate),
    "i_string_invalid_surrogate.json": .refused(.loneSurrogate),
    "i_string_inverted_surrogates_U+1D11E.json": .refused(.loneSurrogate),
    "i_string_lone_second_surrogate.json": .refused(.loneSurrogate),
    // A string is UTF-8, in its one well-formed way.
    "i_string_UTF-8_invalid_sequence.json": .refused(.invalidUTF8),
    "i_string_UTF8_surrogate_U+D800.json": .refused(.invalidUTF8),
    "i_string_invalid_utf-8.json": .refused(.invalidUTF8),
    "i_string_iso_latin_1.json": .refused(.invalidUTF8),
    "i_string_lone_utf8_continuation_byte.json": .refused(.invalidUTF8),
    "i_string_not_in_unicode_range.json": .refused(.invalidUTF8),
    "i_string_overlong_sequence_2_bytes.json": .refused(.invalidUTF8),
    "i_string_overlong_sequence_6_bytes.json": .refused(.invalidUTF8),
    "i_string_overlong_sequence_6_bytes_null.json": .refused(.invalidUTF8),
    "i_string_truncated-utf-8.json": .refused(.invalidUTF8),
    // So is the document: no UTF-16, no byte order mark.
    "i_string_UTF-16LE_with_BOM.json": .refused(.unexpectedByte(expected: .value)),
    "i_string_utf16BE_no_BOM.json": .refused(.unexpectedByte(expected: .value)),
    "i_string_utf16LE_no_BOM.json": .refused(.unexpectedByte(expected: .value)),
    "i_structure_UTF-8_BOM_empty_object.json": .refused(.byteOrderMark),
    // Within the 512 levels that are the default.
    "i_structure_500_nested_arrays.json": .accepted,
  ]

  @Test func `The JSON Test Suite is whole`() {
    #expect(Case.all("y_").count == 95)
    #expect(Case.all("n_").count == 188)
    #expect(Set(Case.all("i_").map(\.name)) == Set(Self.decisions.keys))
  }

  @Test(arguments: Case.all("y_"), modes)
  func `What RFC 8259 accepts is read`(_ case: Case, mode: JSONDocument.LoneSurrogates) throws {
    let document = try `case`.parse(mode)
    try readEverything(document.root, loneSurrogates: .refused)
  }

  @Test(arguments: Case.all("n_"), modes)
  func `What RFC 8259 refuses is refused`(_ case: Case, mode: JSONDocument.LoneSurrogates) {
    let error = #expect(throws: JSONError.self) { try `case`.parse(mode) }
    #expect(error?.isSyntaxError == true)
  }

  @Test(arguments: Case.all("i_"), modes)
  func `What RFC 8259 leaves open is decided`(_ case: Case, mode: JSONDocument.LoneSurrogates) throws {
    var decision = try #require(Self.decisions[`case`.name])
    if mode == .kept, decision == .refused(.loneSurrogate) { decision = .accepted }
    do {
      try readEverything(`case`.parse(mode).root, loneSurrogates: mode)
      #expect(decision == .accepted)
    } catch let error as JSONError {
      #expect(decision == .refused(error.reason))
    }
  }
}
