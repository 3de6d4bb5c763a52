import JSON
import LambdaEvents
import LambdaRuntime
import Logging
import Synchronization
import TestSupport
import Testing

@Suite struct EventRouterTests {
  private func invocation(_ payload: String) -> Invocation {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return Invocation(context: InvocationContext(requestID: "id", logger: logger), payload: Array(payload.utf8))
  }

  private func event(_ source: String, response: String = #""response":{}"#) -> String {
    #"{"triggerSource":"\#(source)", "userName":"ana","request":{"userAttributes":{"sub":"1"}},\#(response) ,"new":[1.50]}"#
  }

  private var postConfirmationOnly: EventRouter {
    var router = EventRouter()
    router.on(PostConfirmation.self) { _, _ in }
    return router
  }

  private struct Confirming: CognitoTrigger {
    struct Response: CognitoResponse {
      var autoConfirmUser: Bool
      func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
        response.add("autoConfirmUser", autoConfirmUser)
      }
    }
    static func covers(_ source: TriggerSource) -> Bool { source.rawValue.hasPrefix("PreSignUp_") }
    let event: CognitoEvent
    init(_ event: CognitoEvent) { self.event = event }
  }

  @Test(arguments: ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"])
  func `A trigger with nothing to say is answered with the event's own bytes`(source: String) async throws {
    let response = try await postConfirmationOnly.handle(invocation(event(source))).collect()
    #expect(String(decoding: response, as: UTF8.self) == event(source))
  }

  @Test func `A trigger that nobody handles is answered unchanged`() async throws {
    let text = event("Brand_New")
    #expect(try await postConfirmationOnly.handle(invocation(text)).collect() == Array(text.utf8))
  }

  @Test(arguments: [
    ("Brand_New2", "triggerSource=Brand_New2"), ("ana@example.com", "no name of Cognito's"),
    ("X errorType=Y", "no name of Cognito's"), (String(repeating: "x", count: 129), "no name of Cognito's"),
  ]) func `The log has a trigger source only if it looks like one`(source: String, note: String) async throws {
    let lines = Lines()
    let context = InvocationContext(requestID: "id", logger: Logger(label: "test") { _ in lines })
    _ = try await postConfirmationOnly.handle(Invocation(context: context, payload: Array(event(source).utf8)))
    #expect(lines.text.contains(note))
    #expect(lines.text.contains(source) == note.contains(source))
  }

  @Test(arguments: [
    (#""response":{}"#, #""response":{"autoConfirmUser":true}"#),
    (#""response" : { }"#, #""response" : { "autoConfirmUser":true}"#),
    (#""response" : {"old":[1] }"#, #""response" : {"old":[1] ,"autoConfirmUser":true}"#),
    (
      #""response":{"autoConfirmUser": false, "autoVerifyEmail":false}"#,
      #""response":{"autoConfirmUser": true, "autoVerifyEmail":false}"#
    ),
    (
      #""response":{"a":{"autoConfirmUser":0},"\u0061utoConfirmUser":null}"#,
      #""response":{"a":{"autoConfirmUser":0},"\u0061utoConfirmUser":true}"#
    ),
    (
      #""response":{"autoConfirmUser":1,"x":"\ud800","autoConfirmUser":2}"#,
      #""response":{"autoConfirmUser":1,"x":"\ud800","autoConfirmUser":true}"#
    ),
    (#""response":null"#, #""response":{"autoConfirmUser":true}"#),
    (#""response":"x""#, #""response":{"autoConfirmUser":true}"#),
  ]) func `A trigger's response is filled in, and nothing else is changed`(before: String, after: String) async throws {
    var router = EventRouter()
    router.on(Confirming.self) { _, _ in Confirming.Response(autoConfirmUser: true) }
    let response = try await router.handle(invocation(event("PreSignUp_SignUp", response: before))).collect()
    #expect(String(decoding: response, as: UTF8.self) == event("PreSignUp_SignUp", response: after))
  }

  @Test func `An event without a response gets one`() async throws {
    var router = EventRouter()
    router.on(Confirming.self) { _, _ in Confirming.Response(autoConfirmUser: false) }
    let response = try await router.handle(invocation(#"{"triggerSource":"PreSignUp_SignUp","n":1.50}"#)).collect()
    let expected = #"{"triggerSource":"PreSignUp_SignUp","n":1.50,"response":{"autoConfirmUser":false}}"#
    #expect(String(decoding: response, as: UTF8.self) == expected)
  }

  @Test func `Of a response with several members each is put where it belongs`() throws {
    let text = #"{"triggerSource":"X","response":{"a":1,"b":{"c":[2]},"d":"e"},"response2":{"a":1}}"#
    let response = try CognitoEvent(JSONDocument(Array(text.utf8))).withResponse {
      $0.add("d", "longer than before")
      $0.addNull("a")
      $0.add("new", 1)
      $0.add("newer", true)
    }
    #expect(
      String(decoding: response, as: UTF8.self)
        == #"{"triggerSource":"X","response":{"a":null,"b":{"c":[2]},"d":"longer than before","new":1,"newer":true},"response2":{"a":1}}"#
    )
  }

  @Test func `Raw bytes that are not JSON never reach Cognito`() throws {
    let event = try CognitoEvent(JSONDocument(Array(event("X").utf8)))
    #expect(throws: JSONError.self) { try event.withResponse { $0.addRaw("a", Array("1,".utf8)) } }
  }

  /// A trigger whose initialiser reads the event's JSON itself.
  private struct Migrating: CognitoTrigger {
    let event: CognitoEvent
    let password: String
    static func covers(_ source: TriggerSource) -> Bool { source.rawValue == "UserMigration_Authentication" }
    init(_ event: CognitoEvent) throws {
      self.event = event
      password = try event.document.root.member("request").member("password").string()
    }
  }

  @Test(arguments: [
    (#"{}"#, "$.request.password is missing"), (#"{"password":5}"#, "$.request.password is of type number"),
    (#"{"password":"\ud800"}"#, "$.request.password is not Unicode"), ("7", "$.request is of type number"),
  ])
  func `What a trigger's initialiser cannot read is the event's fault`(request: String, message: String) async throws {
    var router = EventRouter()
    router.on(Migrating.self) { _, _ in }
    let payload = #"{"triggerSource":"UserMigration_Authentication","request":\#(request)}"#
    await #expect {
      _ = try await router.handle(invocation(payload))
    } throws: { error in
      let error = error as? any LambdaError
      return error?.errorType.rawValue == "Function.InvalidEvent" && error?.errorMessage.contains(message) == true
    }
  }

  /// A trigger whose initialiser reads JSON within an attribute.
  private struct Linked: CognitoTrigger {
    let event: CognitoEvent
    static func covers(_ source: TriggerSource) -> Bool { true }
    init(_ event: CognitoEvent) throws {
      self.event = event
      _ = try JSONDocument(Array(event.userAttributes().requiredString("identities").utf8))
    }
  }

  @Test func `JSON in an attribute that is none makes the event invalid, but JSON it is`() async throws {
    var router = EventRouter()
    router.on(Linked.self) { _, _ in }
    let payload = #"{"triggerSource":"X","request":{"userAttributes":{"identities":"[s3cret"}}}"#
    await #expect {
      _ = try await router.handle(invocation(payload))
    } throws: { error in
      let error = error as? any LambdaError
      return error?.errorType.rawValue == "Function.InvalidEvent"
        && error?.errorMessage == "The event is not valid: invalid JSON at byte 1: expected a value"
    }
  }

  @Test func `A handler's own JSON is not the event's fault`() async throws {
    var router = EventRouter()
    router.on(PostConfirmation.self) { _, _ in _ = try JSONDocument([]) }
    await #expect(throws: JSONError.self) {
      _ = try await router.handle(invocation(event("PostConfirmation_ConfirmSignUp")))
    }
  }

  @Test func `The first handler that covers a source gets the event`() async throws {
    let record = Recorder()
    var router = EventRouter()
    router.on(PostConfirmation.self) { _, _ in record.add(1) }
    router.on(PostConfirmation.self) { _, _ in record.add(2) }
    _ = try await router.handle(invocation(event("PostConfirmation_ConfirmSignUp")))
    #expect(record.all == [1])
  }

  @Test(arguments: [
    ("{}", "Function.UnknownEvent"), ("[]", "Function.UnknownEvent"),
    (#""PostConfirmation_ConfirmSignUp""#, "Function.UnknownEvent"),
    ("null", "Function.UnknownEvent"), (#"{"version":"2.0","rawPath":"/"}"#, "Function.UnknownEvent"),
    ("", "Function.InvalidJSON"), ("{", "Function.InvalidJSON"), ("\u{FEFF}{}", "Function.InvalidJSON"),
    (#"{"a":"\ud800"}"#, "Function.UnknownEvent"), (#"{"triggerSource":7}"#, "Function.InvalidEvent"),
    (#"{"triggerSource":"\ud800"}"#, "Function.InvalidEvent"),
    (#"{"\ud800":{"triggerSource":"PostConfirmation_ConfirmSignUp"}}"#, "Function.UnknownEvent"),
    (#"{"triggerSource":null}"#, "Function.InvalidEvent"),
    (#"{"triggerSource":"PostConfirmation_ConfirmSignUp"}"#, "Function.InvalidEvent"),
    (#"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":[]}"#, "Function.InvalidEvent"),
    (#"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":"x"}}"#, "Function.InvalidEvent"),
  ]) func `What is no event is an error of the function`(payload: String, type: String) async throws {
    await #expect {
      _ = try await postConfirmationOnly.handle(invocation(payload))
    } throws: { error in
      (error as? any LambdaError)?.errorType.rawValue == type
    }
  }

  @Test func `A hundred thousand levels are an error`() async throws {
    let deep = String(repeating: "[", count: 100_000)
    await #expect {
      _ = try await postConfirmationOnly.handle(invocation(#"{"triggerSource":"x","a":"# + deep))
    } throws: { error in
      (error as? any LambdaError)?.errorType.rawValue == "Function.InvalidJSON"
    }
  }

  @Test func `An error names what is wrong without the data`() async throws {
    let payload = #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":"ana@example.com"}}"#
    await #expect {
      _ = try await postConfirmationOnly.handle(invocation(payload))
    } throws: { error in
      let message = (error as? any LambdaError)?.errorMessage ?? ""
      return message.contains("request.userAttributes") && !message.contains("ana")
    }
  }
}

private final class Recorder: Sendable {
  private let calls = Mutex<[Int]>([])
  var all: [Int] { calls.withLock { $0 } }
  func add(_ call: Int) { calls.withLock { $0.append(call) } }
}
