import Foundation
import Glibc
import Testing

@testable import LocalLambda

/// The file that keeps accounts, codes and the tokens' key.
struct StateFileTests {
  private static func with(_ test: (_ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "state-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try test(folder.appending(path: "state.json").path())
  }

  private static func state() throws -> PoolState {
    var pool = UserPool()
    var ann = PoolUser(
      sub: "1", attributes: ["email": "a@b.c", "custom:x": "y"], password: try PasswordHash("Correct-horse-1"))
    ann.temporaryPasswordEnd = 7
    ann.code = ConfirmationCode(purpose: .signUp, digits: "012345", end: 99, failures: 2)
    try pool.add(ann, at: 5)
    var google = PoolUser(sub: "2", username: "Google_2", status: .externalProvider)
    google.identity = FederatedIdentity(provider: "Google", userID: "2", created: 3)
    try pool.add(google, at: 6)
    return PoolState(key: TokenIssuer().key, pool: pool)
  }

  @Test func `What was saved is read again, whole, by its owner alone`() throws {
    try Self.with { path in
      let state = try Self.state()
      do {
        let file = try StateFile(path: path)
        #expect(file.state == nil)
        try file.save(PoolState(key: state.key, pool: UserPool()))
        try file.save(state)
      }
      #expect(try StateFile(path: path).state == state)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let folder = try FileManager.default.contentsOfDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path())
      #expect(folder.sorted() == ["state.json", "state.json.lock"])
      #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("Correct-horse-1"))
    }
  }

  @Test func `A file is one server's at a time`() throws {
    try Self.with { path in
      let first = try StateFile(path: path)
      let error = #expect(throws: StateFileError.self) { try StateFile(path: path) }
      #expect(error?.description == "The state file \(path) cannot be used: another server uses it.")
      withExtendedLifetime(first) {}
    }
    try Self.with { path in
      _ = try StateFile(path: path)
      _ = try StateFile(path: path)
    }
  }

  @Test func `A link stays one, and the file behind it is replaced`() throws {
    try Self.with { path in
      try Data(Self.state().json).write(to: URL(filePath: path))
      let link = path + "-link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      let file = try StateFile(path: link)
      let empty = PoolState(key: try Self.state().key, pool: UserPool())
      try file.save(empty)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
      #expect(try PoolState(json: Array(Data(contentsOf: URL(filePath: path)))) == empty)
    }
  }

  @Test func `Where it cannot be written, nothing has changed`() throws {
    try Self.with { path in
      let file = try StateFile(path: path)
      try file.save(Self.state())
      let before = try Data(contentsOf: URL(filePath: path))
      // No file can be opened where a folder is.
      try FileManager.default.createDirectory(atPath: path + ".new", withIntermediateDirectories: false)
      let error = #expect(throws: StateFileError.self) { try file.save(Self.state()) }
      #expect(error?.reason == "it cannot be written: Is a directory")
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
  }

  /// A change of a good file, and what is said of it.
  @Test(arguments: [
    ("", "", "invalid JSON at byte 0"), (#"{"version":1"#, #"{"version":2"#, "it is of version 2"),
    (#"{"version":1,"#, "{", "$.version is missing"),
    (#""key":""#, #""key":"!"#, "$.key is not base64"), (#""key":""#, #""key":"AAAA"#, "$.key has to be 32 bytes"),
    (#""users":["#, #""users":[1,"#, "$.users[0] is not an object"),
    (#""status":"UNCONFIRMED""#, #""status":"AWAKE""#, "$.users[0].status is none of UNCONFIRMED, CONFIRMED"),
    (#""status":"UNCONFIRMED""#, #""status":"EXTERNAL_PROVIDER""#, "$.users[0].status does not go with"),
    (#""sub":"1""#, #""sub":"""#, "$.users[0].sub is empty"),
    (#""sub":"2""#, #""sub":"1""#, "two accounts share a name: $.users[1]"),
    (#""custom:x":"y""#, #""custom:x":1"#, #"$.users[0].attributes["custom:x"] is of type number"#),
    (#""custom:x":"y""#, #""x":"y""#, "$.users[0].attributes are refused"),
    (#""email_verified":false"#, #""email_verified":0"#, "$.users[0].email_verified is of type number"),
    (#""salt":""#, #""salt":"AAAA"#, "$.users[0].password is no hash"),
    (#""purpose":"sign-up""#, #""purpose":"x""#, "$.users[0].code.purpose is none of sign-up, forgotten-password"),
    (#""failures":2"#, #""failures":-1"#, "$.users[0].code.failures is no count"),
    (#""created":3"#, #""created":"3""#, "$.users[1].identity.created is of type string"),
  ])
  func `A bad file is named, with what is wrong in it, and left as it is`(
    good: String, bad: String, reason: String
  ) throws {
    try Self.with { path in
      let state = String(decoding: try Self.state().json, as: UTF8.self)
      let changed = good.isEmpty ? "" : state.replacing(good, with: bad, maxReplacements: 1)
      #expect(changed != state)
      try Data(changed.utf8).write(to: URL(filePath: path))
      let error = #expect(throws: StateFileError.self) { try StateFile(path: path) }
      #expect(error?.path == path)
      #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == changed)
      // Nor is it locked.
      try Data(state.utf8).write(to: URL(filePath: path))
      #expect(try StateFile(path: path).state?.pool.users.count == 2)
    }
  }

  @Test func `A folder is no state file, and neither is one in no folder`() throws {
    try Self.with { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(throws: StateFileError(path, "it is no regular file")) { try StateFile(path: path) }
      let error = #expect(throws: StateFileError.self) { try StateFile(path: path + "/none/state.json") }
      #expect(error?.reason == "its lock file cannot be opened: No such file or directory")
    }
  }
}
