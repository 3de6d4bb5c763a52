import JSON
import LambdaEvents
import Testing

@testable import Cruddur

/// What an element of `aws cognito-idp list-users` stands for.
@Suite struct ListedUserTests {
  private static let sub = "7b1f2c34-5d6e-4f80-9a1b-2c3d4e5f6071"

  /// A listed user of these attributes, as JSON has them.
  private func listed(
    _ attributes: String, userName: String = "ana", rest: String = #""Enabled":true,"UserStatus":"CONFIRMED""#
  ) throws -> ListedUser {
    let text = #"{"Username":"\#(userName)","Attributes":[\#(attributes)],\#(rest)}"#
    return try ListedUser(JSONDocument(Array(text.utf8)).root)
  }

  private func attribute(_ name: String, _ value: String) -> String { #"{"Name":"\#(name)","Value":"\#(value)"}"# }

  private func error(_ body: () throws -> ListedUser) -> String? {
    do {
      _ = try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The same attributes, once as Cognito lists them and once as its event has them.
  @Test(arguments: [
    ("ana", [("name", "Ana Green"), ("preferred_username", "nan"), ("email", "ana@example.com")], "CONFIRMED"),
    ("ana_b", [("name", #"O'Brien \"B\" 👩‍👩‍👧‍👦"#)], "CONFIRMED"),
    ("ana", [("name", #"\ud83d"#), ("preferred_username", #"a\u0000b"#), ("email", "  ")], "CONFIRMED"),
    ("Google_100000000000000000001", [("name", "+12065550103")], "EXTERNAL_PROVIDER"),
    ("okta_ana", [("name", "a.b@corp.example")], "EXTERNAL_PROVIDER"),
    (
      "okta_ana", [("identities", #"[{\"userId\":\"Ana\",\"providerName\":\"Okta\"}]"#)],
      "CONFIRMED"
    ),
    ("7b1f2c34-5d6e-4f80-9a1b-2c3d4e5f6071", [("phone_number", "+12065550103")], "CONFIRMED"),
    ("ana", [("preferred_username", "first"), ("preferred_username", "last")], "CONFIRMED"),
  ])
  func `A listed user is the one of their confirmation`(
    userName: String, attributes: [(name: String, value: String)], status: String
  ) throws {
    let attributes = [(name: "sub", value: Self.sub)] + attributes
    let listed = try listed(
      attributes.map { attribute($0.name, $0.value) }.joined(separator: ","), userName: userName,
      rest: #""Enabled":true,"UserStatus":"\#(status)""#)
    let members = (attributes + [("cognito:user_status", status)]).map { #""\#($0.name)":"\#($0.value)""# }
    let event = """
      {"triggerSource":"PostConfirmation_ConfirmSignUp","userName":"\(userName)",
       "request":{"userAttributes":{\(members.joined(separator: ","))}}}
      """
    #expect(try User(listed) == User(PostConfirmation(CognitoEvent(JSONDocument(Array(event.utf8))))))
    #expect(listed.cognitoUserID == Self.sub && listed.status == status)
  }

  @Test(arguments: [
    ("", "it has no sub"), (#"7,null,[],{},{"Name":"sub"},{"Value":"sub"},{"Name":7,"Value":"s"}"#, "it has no sub"),
    (#"{"Name":"sub","Value":7}"#, "its sub is no text"), (#"{"Name":"sub","Value":"s-\ud83d"}"#, "its sub is no text"),
    (
      #"{"Name":"sub","Value":"  "}"#, "its sub has to be text of 1 to 1,024 bytes, not blank and without U+0000"
    ),
    (
      #"{"Name":"sub","Value":"a\u0000b"}"#,
      "its sub has to be text of 1 to 1,024 bytes, not blank and without U+0000"
    ),
  ])
  func `An element that says of nobody whose it is, is told so`(attributes: String, phrase: String) {
    #expect(error { try listed(attributes) } == phrase)
  }

  @Test(arguments: ["7", "null", "[]", #""text""#, "{}", #"{"Attributes":7}"#, #"{"Attributes":{"sub":"a"}}"#])
  func `What is no user at all has no sub`(json: String) throws {
    let value = try JSONDocument(Array(json.utf8)).root
    #expect(error { try ListedUser(value) } == "it has no sub")
  }

  @Test(
    arguments: [
      (#""UserStatus":"CONFIRMED""#, nil), (#""Enabled":true,"UserStatus":"EXTERNAL_PROVIDER""#, nil),
      (#""UserStatus":"FORCE_CHANGE_PASSWORD""#, nil), (#""UserStatus":"RESET_REQUIRED""#, nil),
      (#""UserStatus":"UNCONFIRMED""#, "UNCONFIRMED"), (#""UserStatus":"ARCHIVED""#, "ARCHIVED"),
      (#""UserStatus":"COMPROMISED""#, "COMPROMISED"), (#""UserStatus":"UNKNOWN""#, "UNKNOWN"),
      (#""Enabled":false,"UserStatus":"CONFIRMED""#, "disabled"), (#""UserStatus":null"#, "of unknown status"),
      (#""UserStatus":"Ana Green""#, "of unknown status"), (#""UserStatus":7"#, "of unknown status"),
    ] as [(String, String?)])
  func `Who could sign in is to have a row`(rest: String, exclusion: String?) throws {
    #expect(try listed(attribute("sub", Self.sub), rest: rest).exclusion == exclusion)
  }
}
