import CLibPQ
@testable import Postgres

/// Connection strings, whole ones and such as are made of a password that nobody has encoded.
///
/// What is read is what libpq reads, taken apart where libpq does it, and no error repeats a part of the password.
struct ConnectionStringTarget {
  /// The letters of passwords. No sentence has a row of them, and no keyword.
  private static let letters = Array("zqxj".utf8)

  func run(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let form = input.byte()
    let rest = input.remaining()
    switch form {
    case UInt8(ascii: "u"): checkPassword(rest) { "postgresql://user:\($0)@host:5432/database?sslmode=disable" }
    case UInt8(ascii: "k"): checkPassword(rest) { "host=/socket password=\($0) dbname=database" }
    case UInt8(ascii: "q"): checkPassword(rest) { "host=/socket password='\($0)' dbname=database" }
    case UInt8(ascii: "p"): checkPassword(rest) { "postgres:///database?host=/socket&password=\($0)&user=user" }
    default: checkText(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func checkPassword(_ bytes: [UInt8], _ conninfo: (String) -> String) {
    // What libpq or this module looks for stays; all else becomes a letter that is seen where it should not be.
    let password = bytes.prefix(200).map { byte in
      "@/?&=%'\\:#,[] \t\n02".utf8.contains(byte) ? byte : ConnectionStringTarget.letters[Int(byte & 3)]
    }
    let text = conninfo(String(decoding: password, as: UTF8.self))
    guard let error = error(of: text) else { return }
    var run = 0
    for byte in error.description.utf8 {
      run = ConnectionStringTarget.letters.contains(byte) ? run + 1 : 0
      check(run < 3, "an error repeats nothing of a password: \(error), of \(text)")
    }
  }

  private func checkText(_ text: String) {
    if let error = error(of: text) {
      check(error.description.isOneLine, "an error is one line: \(error)")
      check(!error.description.holds("Zq7Secret"), "an error repeats no value: \(error)")
    }
    let url = ConnectionURL(text)
    let keywords = url == nil ? KeywordString(text) : nil
    guard !text.utf8.contains(0) else { return }
    switch libPQReading(of: text) {
    case .parameters(let parameters):
      check(keywords?.wordWithoutValue == nil, "each word of a keyword string has a value")
      if let url, url.misreading == nil { checkPlace(url, parameters) }
      checkConfiguration(text, parameters)
    case .failure(let message):
      guard let keywords, message.hasPrefix("missing \"=\" after \"") else { return }
      check(keywords.wordWithoutValue != nil, "a word without a value is found: \(message)")
    }
  }

  private func error(of text: String) -> PostgresError? {
    do throws(PostgresError) {
      _ = try ConnectionConfiguration(text)
      return nil
    } catch {
      check(error.reason == .configuration, "a connection string that is not valid is a mistake of it: \(error)")
      return error
    }
  }

  private enum Reading {
    case parameters([String: String])
    case failure(String)
  }

  private func libPQReading(of text: String) -> Reading {
    var message: UnsafeMutablePointer<CChar>?
    defer { PQfreemem(message) }
    guard let options = PQconninfoParse(text, &message) else {
      return .failure(message.map { String(cString: $0) } ?? "")
    }
    defer { PQconninfoFree(options) }
    var parameters: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return .parameters(parameters)
  }

  /// What the URL says of the place, unless its query says something else.
  private func checkPlace(_ url: ConnectionURL, _ parameters: [String: String]) {
    let keywords = url.query.split(separator: "&").map { $0.prefix { $0 != "=" } }
    guard !keywords.contains(where: { ["host", "port", "dbname", "hostaddr"].contains($0) || $0.contains("%") })
    else { return }
    var (hosts, ports): ([String], [String]) = ([], [])
    for place in url.hosts.split(separator: ",", omittingEmptySubsequences: false) {
      // An address of IPv6 has colons between brackets.
      let host = place.first == "[" ? place.prefix { $0 != "]" }.dropFirst() : place.prefix { $0 != ":" }
      let behind = place.first == "[" ? place.drop { $0 != "]" }.dropFirst() : place.dropFirst(host.count)
      hosts.append(String(host))
      ports.append(String(behind.dropFirst()))
    }
    checkEqual(hosts.joined(separator: ","), parameters["host"], "the hosts of a URL")
    checkEqual(ports.joined(separator: ","), parameters["port"], "the ports of a URL")
    checkEqual(String(url.database), parameters["dbname"], "the database of a URL")
  }

  private func checkEqual(_ encoded: String, _ value: String?, _ what: String) {
    guard let decoded = percentDecoded(encoded) else { return }
    check(decoded == Array((value ?? "").utf8), "\(what) are libpq's: \(encoded), \(value ?? "none")")
  }

  private func percentDecoded(_ text: String) -> [UInt8]? {
    var input = Input(Array(text.utf8))
    var bytes: [UInt8] = []
    while !input.isEmpty {
      let byte = input.byte()
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = UInt8(String(decoding: input.bytes(2), as: UTF8.self), radix: 16) else { return nil }
      bytes.append(escaped)
    }
    return bytes
  }

  /// Whatever the string sets is set, to what libpq says.
  private func checkConfiguration(_ text: String, _ parameters: [String: String]) {
    guard let configuration = try? ConnectionConfiguration(text),
      !text.unicodeScalars.contains(where: \.properties.isWhitespace)
    else { return }
    for (keyword, value) in parameters where !value.isEmpty && keyword != "client_encoding" {
      let set = configuration.parameters.last { $0.keyword == keyword }?.value
      check(set.map { $0.utf8.elementsEqual(value.utf8) } == true, "\(keyword) is \(value): \(set ?? "absent")")
    }
  }
}
