import ArgumentParser
import COpenSSL
import Foundation
import JSON

/// An event that nobody has seen yet: a sample with new ids and the time of now, and what a person wants changed.
struct FreshEvent {
  private let sample: EventSample
  private var document: JSONDocument

  /// The event's JSON.
  var bytes: [UInt8] {
    let end = document.bytes.lastIndex { $0 != UInt8(ascii: "\n") } ?? document.bytes.startIndex
    return Array(document.bytes[...end])
  }

  /// Makes an event of a kind, about a new user or about the one of an id.
  init(_ sample: EventSample, at now: Date, sub: String?) throws(InputError) {
    self.sample = sample
    document = try sample.document()
    if sample.isTrigger { try renewUser(sub, now) }
    if sample.isRequest { try renewRequest(now) }
    if document.root["Records"] != nil { try renewMessage(now) }
    if document.root["detail-type"] != nil {
      try make(EventChange("id", text: Self.uuid()))
      try make(EventChange("time", text: now.formatted(.iso8601)))
    }
  }

  /// Changes something; what is wrong with that is an error that has its path.
  mutating func make(_ change: EventChange) throws(InputError) {
    do {
      try replace(change.made(in: document))
    } catch {
      throw InputError("\(sample.name): \(error)")
    }
  }

  private mutating func replace(_ bytes: [UInt8]) throws(InputError) {
    do throws(JSONError) {
      document = try JSONDocument(bytes)
    } catch {
      throw InputError("\(sample.name) is not an event any more: \(error).")
    }
  }

  private mutating func replace(_ old: String, with new: String) throws(InputError) {
    try replace(Array(String(decoding: document.bytes, as: UTF8.self).replacingOccurrences(of: old, with: new).utf8))
  }

  private static func uuid() -> String { UUID().uuidString.lowercased() }
}

// MARK: Cognito

extension FreshEvent {
  /// The user's id stands in several places, as does what their identity provider calls them, which is 21 digits.
  private mutating func renewUser(_ sub: String?, _ now: Date) throws(InputError) {
    let attribute = document.root["request"]?["userAttributes"]?["sub"]
    let userName = document.root["userName"]
    var fresh: [String: String] = [:]
    for id in [userName, attribute].compactMap({ try? $0?.string() }) where UUID(uuidString: id) != nil {
      fresh[id] = Self.uuid()
    }
    if let sub, let id = try? attribute?.string() { fresh[id] = sub }
    for (old, new) in fresh { try replaceText(old, with: new) }
    guard let digits = try? userName?.string().split(separator: "_").last, digits.utf8.count == 21 else { return }
    try replace(String(digits), with: "1" + String((1...20).map { _ in Character("\(Int.random(in: 0...9))") }))
    // When the provider's user was linked, in the text of `identities`.
    try replace("1700000000000", with: String(Int(now.timeIntervalSince1970 * 1000)))
  }

  /// Replaces each string that is a text.
  private mutating func replaceText(_ old: String, with new: String) throws(InputError) {
    let quoted = { (text: String) in
      String(decoding: JSONWriter.array { $0.add(text) }.dropFirst().dropLast(), as: UTF8.self)
    }
    try replace(quoted(old), with: quoted(new))
  }

  mutating func setAttribute(_ name: String, _ value: String) throws(InputError) {
    try make(EventChange("request", "userAttributes", name, text: value))
  }

  /// Sets who the user is. What is not said follows from what is: an event about Ada has nothing of the sample's Alice.
  mutating func setPerson(name: String?, preferredUsername: String?, email: String?) throws(InputError) {
    guard let given = preferredUsername ?? name ?? email else { return }
    let local = given.prefix { $0 != "@" || name != nil || preferredUsername != nil }
    let words = local.folding(options: .diacriticInsensitive, locale: nil).lowercased()
      .split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    let handle = words.isEmpty ? "somebody" : words.joined(separator: ".")
    let attributes = [
      ("name", name, String(local)), ("preferred_username", preferredUsername, handle),
      ("email", email, "\(handle)@example.com"),
    ]
    for (attribute, value, derived) in attributes {
      let isThere = document.root["request"]?["userAttributes"]?[attribute] != nil
      if let value = value ?? (isThere ? derived : nil) { try setAttribute(attribute, value) }
    }
  }

  /// Sets what made Cognito send the event: `SignUp`, or `CustomMessage_SignUp`.
  mutating func setSource(_ source: String) throws {
    let trigger = String(sample.triggerSource?.prefix { $0 != "_" } ?? "")
    let name = source.hasPrefix("\(trigger)_") ? String(source.dropFirst(trigger.count + 1)) : source
    guard sample.sources.contains(name) else {
      throw ValidationError("--source of \(sample.name) is \(sample.sources.joined(separator: ", ")), not \(source).")
    }
    try make(EventChange("triggerSource", text: "\(trigger)_\(name)"))
  }
}

// MARK: HTTP

extension FreshEvent {
  private mutating func renewRequest(_ now: Date) throws(InputError) {
    let id =
      sample.isFromFunctionURL
      ? Self.uuid() : Data((1...11).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
    try make(EventChange("requestContext", "requestId", text: id))
    let format = DateFormatter()
    (format.locale, format.timeZone) = (Locale(identifier: "en_US_POSIX"), TimeZone(secondsFromGMT: 0))
    format.dateFormat = "dd/MMM/yyyy:HH:mm:ss +0000"
    try make(EventChange("requestContext", "time", text: format.string(from: now)))
    let milliseconds = Int(now.timeIntervalSince1970 * 1000)
    try make(EventChange("requestContext", "timeEpoch", json: Array(String(milliseconds).utf8)))
  }

  /// Sets the path, the sample's where it is nil, and the query, in the form in which the sample's sender has them.
  mutating func setPath(_ url: String?, query: [(String, String)]) throws {
    if let url, !url.hasPrefix("/") { throw ValidationError("--path \(url) does not begin with a slash.") }
    let parts = url?.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    if let path = parts?.first {
      let decoded = path.removingPercentEncoding ?? String(path)
      let encoded = decoded == path ? decoded.percentEncoded("/:@!$&'()*+,;=") : String(path)
      let shown = sample.isFromFunctionURL ? encoded : decoded
      try make(EventChange("rawPath", text: shown))
      try make(EventChange("requestContext", "http", "path", text: shown))
    }
    let fromPath = (parts?.count == 2 ? parts?[1] : nil).map { $0.split(separator: "&").map { $0.decodedPair } } ?? []
    let pairs = fromPath + query
    let raw = (parts?.count == 2 ? parts?[1] : nil).map { [String($0)] } ?? []
    let added = query.map { "\($0.0.percentEncoded())=\($0.1.percentEncoded())" }
    try make(EventChange("rawQueryString", text: (raw + added).joined(separator: "&")))
    try replace(EventChange.removing("queryStringParameters", from: document))
    let values = Dictionary(pairs) { "\($0),\($1)" }
    for name in pairs.map(\.0) {
      try make(EventChange("queryStringParameters", name, text: values[name] ?? ""))
    }
  }

  /// Sets a body, and what a client says of one.
  mutating func setBody(_ text: String) throws(InputError) {
    guard sample.isRequest else { return try setMessage(text) }
    let isJSON = (try? JSONDocument(Array(text.utf8))) != nil
    try make(EventChange("requestContext", "http", "method", text: "POST"))
    try make(EventChange("headers", "content-type", text: isJSON ? "application/json" : "text/plain; charset=utf-8"))
    try make(EventChange("headers", "content-length", text: String(text.utf8.count)))
    try make(EventChange("body", text: text))
  }

  /// Sets a header, given as `Name: value`; a cookie stands where API Gateway puts it.
  mutating func setHeader(_ header: String) throws {
    guard let colon = header.firstIndex(of: ":"), colon > header.startIndex else {
      throw ValidationError("--header \(header) is not NAME: VALUE.")
    }
    let name = header[..<colon].lowercased()
    let value = header[header.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    if name == "cookie" {
      let cookies = value.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
      return try make(EventChange("cookies", json: JSONWriter.array { for cookie in cookies { $0.add(cookie) } }))
    }
    if name == "user-agent" { try make(EventChange("requestContext", "http", "userAgent", text: value)) }
    try make(EventChange("headers", name, text: value))
  }

  /// Sets what a JWT authorizer found in an id token.
  mutating func setClaims(_ claims: [(String, String)]) throws(InputError) {
    guard !claims.isEmpty else { return }
    try make(EventChange("headers", "authorization", text: "Bearer example"))
    for (name, value) in [("token_use", "id")] + claims {
      try make(EventChange("requestContext", "authorizer", "jwt", "claims", name, text: value))
    }
    try make(EventChange("requestContext", "authorizer", "jwt", "scopes", json: Array("null".utf8)))
  }
}

extension StringProtocol {
  /// With escapes for all but letters, digits, `-._~` and what is in `allowed`.
  fileprivate func percentEncoded(_ allowed: String = "") -> String {
    let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    return addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: unreserved + allowed))
      ?? String(self)
  }

  /// `a=b%20c` as `a` and `b c`.
  fileprivate var decodedPair: (String, String) {
    let parts = split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
      let spaced = $0.replacingOccurrences(of: "+", with: " ")
      return spaced.removingPercentEncoding ?? spaced
    }
    return (parts[0], parts.count == 2 ? parts[1] : "")
  }
}

// MARK: SQS

extension FreshEvent {
  private mutating func renewMessage(_ now: Date) throws(InputError) {
    let milliseconds = Int(now.timeIntervalSince1970 * 1000)
    try makeInMessage("messageId", Self.uuid())
    try makeInMessage("receiptHandle", Data((1...40).map { _ in UInt8.random(in: 0...255) }).base64EncodedString())
    try makeInMessage("attributes", "SentTimestamp", String(milliseconds))
    try makeInMessage("attributes", "ApproximateFirstReceiveTimestamp", String(milliseconds + 5))
  }

  private mutating func setMessage(_ body: String) throws(InputError) {
    try makeInMessage("body", body)
    try makeInMessage("md5OfBody", Self.md5(body))
  }

  private mutating func makeInMessage(_ keysAndText: String...) throws(InputError) {
    let keys = keysAndText.dropLast().map(EventChange.Step.key)
    try make(EventChange([.key("Records"), .index(0)] + keys, text: keysAndText.last ?? ""))
  }

  /// The digest that SQS has of a body; empty if OpenSSL has no MD5, as where it may not:
  /// <https://docs.openssl.org/3.0/man3/EVP_DigestInit/>.
  private static func md5(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: 16)
    var count = 0
    guard EVP_Q_digest(nil, "MD5", nil, bytes, bytes.count, &digest, &count) == 1 else { return "" }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
