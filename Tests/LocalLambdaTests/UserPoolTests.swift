import Testing

@testable import LocalLambda

struct UserPoolTests {
  private static func request(_ json: String) throws(PoolError) -> SignUpRequest {
    try SignUpRequest(json: Array(json.utf8))
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
  ])
  func `A bad sign-up is named`(json: String, sentence: String) {
    let error = #expect(throws: PoolError.self) { try Self.request(json) }
    #expect(error?.type == "InvalidParameterException")
    #expect(error?.message.hasPrefix(sentence) == true, "\(error?.message ?? "")")
  }

  @Test func `An attribute has a limit`() throws {
    let longest = String(repeating: "é", count: 2048)
    #expect(try Self.request(#"{"preferred_username":"\#(longest)"}"#).preferredUsername == longest)
    let error = #expect(throws: PoolError.self) { try Self.request(#"{"preferred_username":"\#(longest)e"}"#) }
    #expect(error?.message == "The attribute preferred_username is longer than 2048 characters.")
  }

  @Test func `Blank attributes are absent, and others are kept as they are`() throws {
    let request = try Self.request(#"{"name":" \t","preferred_username":" O'Brien ","email":""}"#)
    #expect(request.name == nil)
    #expect(request.preferredUsername == " O'Brien ")
    #expect(request.email == nil)
  }

  @Test(arguments: [
    (#"{"email":"A@Example.com"}"#, "email"), (#"{"preferred_username":"ANN","email":"x@y.z"}"#, "preferred_username"),
  ])
  func `An alias is taken once, whatever its case`(json: String, attribute: String) throws {
    var pool = UserPool()
    _ = try pool.signUp(try Self.request(#"{"preferred_username":"ann","email":"a@example.com"}"#), sub: "1")
    #expect(throws: PoolError.usernameExists(attribute: attribute)) {
      try pool.signUp(try Self.request(json), sub: "2")
    }
    #expect(pool.users.map(\.sub) == ["1"])
    // Nothing of the refused one has stayed.
    _ = try pool.signUp(try Self.request(#"{"email":"x@y.z"}"#), sub: "3")
    #expect(pool.users.map(\.sub) == ["1", "3"])
  }

  @Test func `Whoever is deleted is gone, and their aliases are free`() throws {
    var pool = UserPool()
    let ann = try Self.request(#"{"preferred_username":"ann","email":"a@example.com"}"#)
    _ = try pool.signUp(ann, sub: "1")
    _ = try pool.signUp(try Self.request(#"{"preferred_username":"bob"}"#), sub: "2")
    try pool.delete(sub: "1")
    #expect(throws: PoolError.userNotFound) { try pool.user(sub: "1") }
    #expect(throws: PoolError.userNotFound) { try pool.delete(sub: "1") }
    #expect(throws: PoolError.usernameExists(attribute: "preferred_username")) {
      try pool.signUp(try Self.request(#"{"preferred_username":"Bob"}"#), sub: "3")
    }
    _ = try pool.signUp(ann, sub: "4")
    #expect(pool.users.map(\.sub) == ["2", "4"])
  }

  @Test func `Users are found by their sub`() throws {
    var pool = UserPool()
    let user = try pool.signUp(try Self.request(#"{"email":"a@example.com"}"#), sub: "1")
    #expect(try pool.user(sub: "1") == user)
    #expect(throws: PoolError.userNotFound) { try pool.user(sub: "a@example.com") }
  }

  @Test func `The trigger's event is Cognito's`() {
    let user = PoolUser(sub: "s", name: "Ann", preferredUsername: "ann", email: "a@example.com")
    #expect(
      String(decoding: Trigger.event(for: user, .confirmSignUp), as: UTF8.self) == """
        {"version":"1","region":"us-east-1","userPoolId":"us-east-1_local","userName":"s",\
        "callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"local"},\
        "triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":"s",\
        "email_verified":"true","cognito:user_status":"CONFIRMED","name":"Ann","preferred_username":"ann",\
        "email":"a@example.com"}},"response":{}}
        """)
  }

  @Test func `Attributes that were not given are not in the event`() {
    let event = String(
      decoding: Trigger.event(
        for: PoolUser(sub: "s", name: nil, preferredUsername: "ann", email: nil), .confirmForgotPassword),
      as: UTF8.self)
    #expect(event.contains(#""triggerSource":"PostConfirmation_ConfirmForgotPassword""#))
    #expect(
      event.contains(#""userAttributes":{"sub":"s","cognito:user_status":"CONFIRMED","preferred_username":"ann"}"#))
  }
}
