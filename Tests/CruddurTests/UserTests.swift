import JSON
import LambdaEvents
import LambdaRuntime
import Testing

@testable import Cruddur

/// Which user an event stands for.
@Suite struct UserTests {
  private func user(_ attributes: String, userName: String = #""ana""#) throws -> User {
    let text = """
      {"triggerSource":"PostConfirmation_ConfirmSignUp","userName":\(userName),"request":{"userAttributes":{\(attributes)}}}
      """
    return try User(PostConfirmation(CognitoEvent(JSONDocument(Array(text.utf8)))))
  }

  @Test func `Every attribute is taken`() throws {
    let user = try user(#""sub":"s-1","name":"Ana","preferred_username":"nan","email":"ana@example.com""#)
    #expect(user == User(displayName: "Ana", email: "ana@example.com", handle: "nan", cognitoUserID: "s-1"))
  }

  @Test func `What is absent loses nobody`() throws {
    #expect(try user(#""sub":"s-1""#) == User(displayName: "ana", email: nil, handle: "ana", cognitoUserID: "s-1"))
    #expect(
      try user(#""sub":"s-1""#, userName: "null")
        == User(displayName: "user-s-1", email: nil, handle: "user-s-1", cognitoUserID: "s-1"))
  }

  private static let sub = "0f5e2c1a-1111-4222-8333-944455556666"

  /// The handle and the display name, which are equal, of a user who has given no name.
  private func name(userName: String, _ attributes: String = "") throws -> String {
    let user = try user(
      #""sub":"\#(UserTests.sub)","email":"a@example.com"\#(attributes)"#, userName: #""\#(userName)""#)
    #expect(user.displayName == user.handle && user.email == "a@example.com")
    return user.handle
  }

  @Test(arguments: [
    sub, "7B1F2C34-5D6E-4F80-9A1B-2C3D4E5F6071", "a.b@corp.example", " a@b.example ", #"\"a b\"@b.example"#, "a@b@c.de",
    "a\\u0000@b.example", "a@\\u200bb.example", "Ana <ana@example.com>", "+12065550103", "12065550103",
    "(206) 555-0103", "\\u202a+1 206 555 0103\\u202c", "+1555", "007", "١٢٣٤٥٦٧", "Google_100000000000000000001",
    "google_1", "Facebook_1", "LoginWithAmazon_amzn1.account.A", "SignInWithApple_000.a.1", "okta_a.b@corp.example",
  ])
  func `A user name that is an address, a number or an id is not shown to others`(userName: String) throws {
    #expect(try name(userName: userName) == "user-0f5e2c1a")
  }

  @Test func `The name that a provider gives is told by the user's status and identities`() throws {
    #expect(try name(userName: "okta_ana", #","cognito:user_status":"EXTERNAL_PROVIDER""#) == "user-0f5e2c1a")
    let identities =
      #","identities":"[{\"userId\":\"1\",\"providerName\":\"B\"},{\"userId\":\"Ana\",\"providerName\":\"Okta\"}]""#
    #expect(try name(userName: "okta_ana", identities) == "user-0f5e2c1a")
    // An account of the pool's own, which a provider's was linked to, has a name that its user chose.
    #expect(try name(userName: "ana_b", identities + #","cognito:user_status":"CONFIRMED""#) == "ana_b")
  }

  @Test(arguments: [
    "null", #""""#, #""[""#, #""{}""#, #""[7,{},{\"userId\":1,\"providerName\":\"okta\"},{\"userId\":\"ana\"}]""#, "[]",
  ])
  func `Identities that cannot be read are none`(identities: String) throws {
    #expect(try name(userName: "okta_ana", #","identities":\#(identities)"#) == "okta_ana")
  }

  @Test(arguments: [
    "ana", "ana_b", "ana7", "7b", "okta_ana", "google", "googler_1", "M@rk", "@ana", "ana@", "ana@home", "a.b",
    "ana@.b",
    "ana@b.", "Ana @example.com", "a@b.c d", "-", "+", "0f5e2c1a", "½",
  ])
  func `A user name that somebody chose is theirs`(userName: String) throws {
    #expect(try name(userName: userName) == userName)
  }

  @Test func `What a user chose stays, whatever their user name is`() throws {
    let user = try user(
      #""sub":"s-1","name":"Ana 1","preferred_username":"google_fan""#, userName: #""Google_1""#)
    #expect(user == User(displayName: "Ana 1", email: nil, handle: "google_fan", cognitoUserID: "s-1"))
    #expect(try self.user(#""sub":"s-1","preferred_username":"1984""#).handle == "1984")
  }

  /// Providers' attributes are mapped to those of the pool: Entra ID's `preferred_username` is an address.
  @Test(arguments: ["a.b@corp.example", "+12065550103", "+1 (206) 555-0103", "\\u202a+44 20 7946 0018\\u202c"])
  func `An address or a number in place of a name is not shown to others`(contact: String) throws {
    let attributes = #""sub":"s-1234567890","name":"\#(contact)","preferred_username":"\#(contact)""#
    let chosen = try user(attributes)
    #expect(chosen.handle == "ana" && chosen.displayName == "ana")
    let federated = try user(attributes, userName: #""Google_1""#)
    #expect(federated.handle == "user-s-123456" && federated.displayName == "user-s-123456")
  }

  @Test(arguments: [
    "null", #""""#, #"" \t\n""#, #""\u00a0\u2003""#, "true", "7", "[]", "{}", #""\u0000""#, #"" \u0000 ""#,
    #""\ud83d""#, #""Ana \ude00""#,
  ])
  func `What nobody could see counts as absent`(value: String) throws {
    let user = try user(#""sub":"s-1","name":\#(value),"preferred_username":\#(value),"email":\#(value)"#)
    #expect(user == User(displayName: "ana", email: nil, handle: "ana", cognitoUserID: "s-1"))
  }

  @Test func `What PostgreSQL cannot store is taken out`() throws {
    let user = try user(#""sub":"s-1","name":"A\u0000na","preferred_username":"\u0000nan\u0000""#)
    #expect(user.displayName == "Ana" && user.handle == "nan")
  }

  @Test func `Everything else is kept byte for byte`() throws {
    let name = #" Robert'); DROP TABLE users;--  \\ \" é é 😀 ‮x "#
    let user = try user(#""sub":"s-1","name":"\#(name)""#)
    #expect(Array(user.displayName.utf8) == Array(" Robert'); DROP TABLE users;--  \\ \" é é 😀 ‮x ".utf8))
  }

  @Test(arguments: [
    "", #""sub":null"#, #""sub":"""#, #""sub":"  ""#, #""sub":7"#, #""sub":true"#, #""sub":"a\u0000b""#,
    #""sub":"s-\ud83d""#,
  ])
  func `Without a sub there is no user`(attributes: String) throws {
    #expect {
      try user(attributes)
    } throws: { error in
      (error as? EventError)?.errorType.rawValue == "Function.InvalidEvent" && "\(error)".contains("sub")
    }
  }

  @Test func `A sub that no index takes is refused`() throws {
    #expect(try user(#""sub":"\#(String(repeating: "s", count: 1_024))""#).cognitoUserID.utf8.count == 1_024)
    #expect(throws: EventError.self) { try user(#""sub":"\#(String(repeating: "s", count: 1_025))""#) }
  }

  @Test func `A long handle is cut between characters`() throws {
    let family = "👩‍👩‍👧‍👦"
    let long = try user(#""sub":"s-1","preferred_username":"\#(String(repeating: family, count: 70))""#)
    #expect(long.handle == String(repeating: family, count: 64))
    let plain = try user(#""sub":"s-1","preferred_username":"\#(String(repeating: "é", count: 65))""#)
    #expect(plain.handle == String(repeating: "é", count: 64))
  }

  @Test func `A first character that no index takes gives way to the user name`() throws {
    let tall = "a" + String(repeating: "\u{301}", count: 1_024)
    #expect(tall.utf8.count == 2_049)
    #expect(try user(#""sub":"s-1","preferred_username":"\#(tall)""#).handle == "ana")
    #expect(try user(#""sub":"s-1""#, userName: #""\#(tall)""#).handle == "user-s-1")
    let fitting = String(tall.unicodeScalars.dropLast())
    #expect(try user(#""sub":"s-1","preferred_username":"\#(fitting)""#).handle == fitting)
    #expect(try user(#""sub":"s-1","preferred_username":"b\#(tall)""#).handle == "b")
  }
}

/// What most texts are spared: the look at each character's properties.
@Suite struct PlainTextTests {
  /// All ASCII characters, and others that are told apart by nothing but their properties, before and behind one another.
  private static let texts: [String] = {
    let scalars =
      (0..<0x80).map { Unicode.Scalar(UInt8($0)) }
      + [
        "\u{80}", "\u{A0}", "\u{AD}", "\u{200B}", "\u{2028}", "\u{3000}", "\u{FE6B}", "\u{FF0B}", "\u{FF20}", "é", "😀",
      ]
    return scalars.flatMap { first in scalars.map { String(String.UnicodeScalarView([first, $0])) } } + [
      "", " ", "@", "+",
    ]
  }()

  @Test func `A plain text has something to see, and nothing that PostgreSQL cannot store`() {
    let wrong = PlainTextTests.texts.filter { text in
      let isBlank = text.unicodeScalars.allSatisfy {
        $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
      }
      let isASCII = text.unicodeScalars.allSatisfy { 0x20...0x7E ~= $0.value }
      return text.isBlank != isBlank || text.isPlain != (isASCII && !isBlank)
    }
    #expect(wrong.isEmpty)
  }

  @Test func `A plain name is neither an e-mail address nor a telephone number`() {
    // Whatever is around the sign, it may be one.
    let names = PlainTextTests.texts.flatMap { [$0, "a" + $0 + "b.c", $0 + "2065550103"] }
    let wrong = names.filter { $0.isPlainName && ($0.isEmailAddress || $0.isTelephoneNumber || !$0.isPlain) }
    #expect(wrong.isEmpty)
    for name in ["Ana", "o'b-7", " Ana B."] { #expect(name.isPlainName) }
    for contact in ["a@b.c", "+12065550103"] { #expect(!contact.isPlainName) }
  }
}

@Suite struct HandleTests {
  private let id = "0f5e2c1a-1111-4222-8333-944455556666"

  private func candidates(_ handle: String) -> [String] {
    (0...4).map { Handle.candidate($0, for: handle, id: id) }
  }

  @Test func `A taken handle is tried with the user's id`() {
    #expect(candidates("ana") == ["ana", "ana-0f5e2c1a", "ana-\(id)", "ana-\(id)-2", "ana-\(id)-3"])
  }

  @Test func `Every candidate is within the limits`() {
    for handle in [String(repeating: "x", count: 64), String(repeating: "👩‍👩‍👧‍👦", count: 64)] {
      for candidate in candidates(handle) {
        #expect(candidate.count <= 64)
        #expect(candidate.utf8.count <= 2_048)
      }
      #expect(Set(candidates(handle)).count == 5)
    }
  }

  @Test func `A tall handle and a tall id are together within what an index takes`() {
    let handle = "a" + String(repeating: "\u{301}", count: 1_020)
    let id = "b" + String(repeating: "\u{301}", count: 510)
    for number in 0...4 { #expect(Handle.candidate(number, for: handle, id: id).utf8.count <= 2_048) }
  }

  @Test func `An id that leaves no room stands alone`() {
    let id = String(repeating: "i", count: 80)
    #expect(Handle.candidate(2, for: "ana", id: id) == id)
  }
}
