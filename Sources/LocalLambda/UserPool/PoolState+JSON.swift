import Foundation
import JSON

/// What is wrong in a state file, as the rest of a sentence.
struct PoolStateError: Error, Equatable {
  let reason: String
}

extension PoolState {
  private static let version = 1

  /// The file's bytes.
  var json: [UInt8] {
    JSONWriter.object {
      $0.add("version", Self.version)
      $0.add("key", key.base64)
      $0.array("users") { for user in pool.users { $0.object { user.writeState(to: &$0) } } }
    } + [UInt8(ascii: "\n")]
  }

  /// Reads a file's bytes, and checks that all of it can be.
  init(json: [UInt8]) throws(PoolStateError) {
    let reader = try StateReader(document: json)
    let version = try reader.integer("version")
    guard version == Self.version else {
      throw PoolStateError(reason: "it is of version \(version), and this program reads \(Self.version)")
    }
    key = try reader.bytes("key")
    guard key.count == TokenIssuer.keyLength else {
      throw reader.error("key", "has to be \(TokenIssuer.keyLength) bytes in base64")
    }
    pool = UserPool()
    for user in try reader.objects("users") {
      let account = try PoolUser(state: user)
      do { try pool.restore(account) } catch {
        throw PoolStateError(reason: "two accounts share a name: \(user.value.path)")
      }
    }
  }
}

extension PoolUser {
  fileprivate func writeState(to user: inout JSONObjectWriter) {
    user.add("sub", sub)
    user.add("username", username)
    user.add("status", status.rawValue)
    user.add("attributes", orderedAttributes)
    user.add("email_verified", isEmailVerified)
    user.add("created", Int(created))
    user.add("modified", Int(modified))
    if let identity {
      user.object("identity") {
        $0.add("provider", identity.provider)
        $0.add("user_id", identity.userID)
        $0.add("created", Int(identity.created))
      }
    }
    if let password {
      user.object("password") {
        $0.add("scrypt", password.hash.base64)
        $0.add("salt", password.salt.base64)
      }
    }
    if let temporaryPasswordEnd { user.add("temporary_password_end", Int(temporaryPasswordEnd)) }
    if let code {
      user.object("code") {
        $0.add("purpose", code.purpose.rawValue)
        $0.add("digits", code.digits)
        $0.add("end", Int(code.end))
        $0.add("failures", code.failures)
      }
    }
  }

  fileprivate init(state: StateReader) throws(PoolStateError) {
    self.init(
      sub: try state.text("sub"), username: try state.text("username"),
      status: try state.choice("status"), attributes: try state.texts("attributes"))
    do { try PoolRequest.check(attributes) } catch { throw state.error("attributes", "are refused: \(error.message)") }
    isEmailVerified = try state.flag("email_verified")
    created = try state.integer("created")
    modified = try state.integer("modified")
    if let identity = try state.object("identity") {
      self.identity = FederatedIdentity(
        provider: try identity.text("provider"), userID: try identity.text("user_id"),
        created: try identity.integer("created"))
    }
    if (identity != nil) != (status == .externalProvider) {
      throw state.error("status", "does not go with an identity, or without")
    }
    if let password = try state.object("password") {
      self.password = PasswordHash(salt: try password.bytes("salt"), hash: try password.bytes("scrypt"))
      if self.password == nil { throw state.error("password", "is no hash by scrypt with its salt") }
    }
    temporaryPasswordEnd = try state.integerIfAny("temporary_password_end")
    if let code = try state.object("code") {
      let failures = try code.integer("failures")
      guard failures >= 0, failures <= ConfirmationCode.maximumFailures else {
        throw code.error("failures", "is no count of wrong codes")
      }
      self.code = ConfirmationCode(
        purpose: try code.choice("purpose"), digits: try code.text("digits"), end: try code.integer("end"),
        failures: Int(failures))
    }
  }
}

/// An object of a state file. Whatever it throws names the member.
private struct StateReader {
  let value: JSONValue

  init(document: [UInt8]) throws(PoolStateError) {
    do { value = try JSONDocument(document, loneSurrogates: .refused).root } catch {
      throw PoolStateError(reason: "\(error)")
    }
    guard value.kind == .object else { throw PoolStateError(reason: "it is not a JSON object") }
  }

  init(_ value: JSONValue) {
    self.value = value
  }

  func error(_ name: String, _ words: String) -> PoolStateError {
    PoolStateError(reason: "\(value.path).\(name) \(words)")
  }

  private func read<Value>(_ work: () throws(JSONError) -> Value) throws(PoolStateError) -> Value {
    do throws(JSONError) { return try work() } catch { throw PoolStateError(reason: "\(error)") }
  }

  func text(_ name: String) throws(PoolStateError) -> String {
    let text = try read { () throws(JSONError) in try value.member(name).string() }
    guard !text.isEmpty else { throw error(name, "is empty") }
    return text
  }

  func integer(_ name: String) throws(PoolStateError) -> Int64 {
    Int64(try read { () throws(JSONError) in try value.member(name).integer() })
  }

  func integerIfAny(_ name: String) throws(PoolStateError) -> Int64? {
    value[name] == nil ? nil : try integer(name)
  }

  func flag(_ name: String) throws(PoolStateError) -> Bool {
    try read { () throws(JSONError) in try value.member(name).bool() }
  }

  func bytes(_ name: String) throws(PoolStateError) -> [UInt8] {
    guard let data = Data(base64Encoded: try text(name)) else { throw error(name, "is not base64") }
    return [UInt8](data)
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(PoolStateError) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try text(name)) else {
      throw error(name, "is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func texts(_ name: String) throws(PoolStateError) -> [String: String] {
    try read { () throws(JSONError) in
      var texts: [String: String] = [:]
      for (key, value) in try value.member(name).members() { texts[key] = try value.string() }
      return texts
    }
  }

  func object(_ name: String) throws(PoolStateError) -> StateReader? {
    guard let object = value[name] else { return nil }
    guard object.kind == .object else { throw error(name, "is not an object") }
    return StateReader(object)
  }

  func objects(_ name: String) throws(PoolStateError) -> [StateReader] {
    let elements = try read { () throws(JSONError) in Array(try value.member(name).elements()) }
    for element in elements where element.kind != .object {
      throw PoolStateError(reason: "\(element.path) is not an object")
    }
    return elements.map { StateReader($0) }
  }
}

extension JSONObjectWriter {
  fileprivate mutating func add(_ key: String, _ texts: [(name: String, value: String)]) {
    object(key) { for (name, value) in texts { $0.add(name, value) } }
  }
}

extension [UInt8] {
  fileprivate var base64: String { Data(self).base64EncodedString() }
}
