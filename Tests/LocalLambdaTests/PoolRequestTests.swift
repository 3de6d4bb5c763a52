import Testing

@testable import LocalLambda

/// What is asked of the user pool, and how it is named where it is wrong.
struct PoolRequestTests {
  private static func account(_ json: String) throws -> NewAccount {
    try NewAccount(PoolRequest(json: Array(json.utf8)))
  }

  @Test(arguments: [
    ("", "The body is not JSON: "), ("[]", "The body is not a JSON object."), ("1", "The body is not a JSON object."),
    ("{}", "An email or a preferred_username is needed"),
    (#"{"name":"Ann"}"#, "An email or a preferred_username is needed"),
    (#"{"email":" ","preferred_username":null}"#, "An email or a preferred_username is needed"),
    (#"{"email":1}"#, "The attribute email is not a string."),
    (#"{"email":"a@b.c","name":true}"#, "The attribute name is not a string."),
    (#"{"email":"nonsense"}"#, "Invalid email address format."),
    (#"{"email":"a@b@c"}"#, "Invalid email address format."),
    (#"{"email":"@b"}"#, "Invalid email address format."), (#"{"email":"a b@c"}"#, "Invalid email address format."),
    (#"{"preferred_username":"a@b.c"}"#, "A preferred_username cannot look like an email address."),
    (#"{"email":"a@b.c","attributes":1}"#, "The member attributes is not an object."),
    (#"{"email":"a@b.c","attributes":{"custom:a":1}}"#, "The attribute custom:a is not a string."),
    (#"{"email":"a@b.c","attributes":{"tenant":"x"}}"#, "The pool has no attribute tenant"),
    (#"{"email":"a@b.c","attributes":{"sub":"x"}}"#, "The pool has no attribute sub"),
    (#"{"email":"a@b.c","clientMetadata":{"a":1}}"#, "The member clientMetadata is not an object of strings."),
    (#"{"email":"a@b.c","validationData":"x"}"#, "The member validationData is not an object of strings."),
    (#"{"email":"a@b.c","password":1}"#, "The member password is not a string."),
  ])
  func `A bad sign-up is named`(json: String, sentence: String) {
    let error = #expect(throws: PoolError.self) { try Self.account(json) }
    #expect(error?.type == "InvalidParameterException")
    #expect(error?.message.hasPrefix(sentence) == true, "\(error?.message ?? "")")
  }

  @Test func `An attribute has a limit`() throws {
    let longest = String(repeating: "é", count: 2048)
    #expect(try Self.account(#"{"preferred_username":"\#(longest)"}"#).attributes == ["preferred_username": longest])
    let error = #expect(throws: PoolError.self) { try Self.account(#"{"preferred_username":"\#(longest)e"}"#) }
    #expect(error?.message == "The attribute preferred_username is longer than 2048 characters.")
  }

  @Test func `Blank attributes are absent, and others are kept as they are`() throws {
    let account = try Self.account(
      #"{"name":" \t","preferred_username":" O'Brien ","email":"","attributes":{"custom:a":"x","locale":""}}"#)
    #expect(account.attributes == ["preferred_username": " O'Brien ", "custom:a": "x"])
  }

  @Test func `A step needs no body, and a sign-up does`() throws {
    #expect(try PoolRequest(json: [], mayBeEmpty: true).text("code") == nil)
    #expect(throws: PoolError.self) { try PoolRequest(json: []) }
  }
}
