import JSON
import LambdaEvents
import Testing

@Suite struct CognitoEventTests {
  private func event(_ text: String) throws -> CognitoEvent {
    try CognitoEvent(JSONDocument(Array(text.utf8)))
  }

  private let full = """
    {"version":"1","region":"us-east-1","userPoolId":"us-east-1_X","userName":"Google_123",\
    "callerContext":{"awsSdkVersion":"x","clientId":"client"},"triggerSource":"PostConfirmation_ConfirmSignUp",\
    "request":{"userAttributes":{"sub":"s","flag":true,"count":1e2,"gone":null,"list":[1, 2],"name":"Ana"},\
    "clientMetadata":{"k":"v"}},"response":{}}
    """

  @Test func `The envelope is read`() throws {
    let event = try event(full)
    #expect(event.triggerSource == .confirmSignUp)
    #expect(event.userName == "Google_123")
    #expect(event.userPoolID == "us-east-1_X")
    #expect(event.region == "us-east-1")
    #expect(event.clientID == "client")
    #expect(try event.clientMetadata?.member("k").string() == "v")
  }

  @Test func `Attributes may be any JSON`() throws {
    let attributes = try event(full).userAttributes()
    #expect(attributes["sub"] == .string("s"))
    #expect(attributes["flag"] == .boolean(true))
    #expect(attributes["count"] == .number("1e2"))
    #expect(attributes["gone"] == .null)
    #expect(attributes["list"] == .structured(Array("[1, 2]".utf8)))
    #expect(attributes["absent"] == nil)
    #expect(attributes.string("name") == "Ana")
    #expect(attributes.string("flag") == nil)
    #expect(attributes.string("gone") == nil)
  }

  @Test func `What is absent or of another type is nil`() throws {
    let event = try event(#"{"triggerSource":"X","userName":5,"callerContext":null,"request":{"clientMetadata":null}}"#)
    #expect(event.userName == nil && event.userPoolID == nil && event.region == nil && event.clientID == nil)
    #expect(event.clientMetadata?.isNull == true)
    #expect(throws: EventError.self) { try event.userAttributes() }
  }

  @Test(arguments: ["{}", #"{"sub":null}"#, #"{"sub":7}"#])
  func `A required attribute that is missing is named`(attributes: String) throws {
    let text = #"{"triggerSource":"X","request":{"userAttributes":\#(attributes)}}"#
    #expect {
      try event(text).userAttributes().requiredString("sub")
    } throws: { error in
      "\(error)".contains("sub")
    }
  }
}
