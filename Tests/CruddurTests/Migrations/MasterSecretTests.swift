import LambdaEvents
import LambdaRuntime
import Testing

@testable import Cruddur

/// Who connects, as the event says it.
@Suite struct MasterSecretTests {
  private func secret(_ event: String) throws -> MasterSecret? {
    try MasterSecret(event: Array(event.utf8))
  }

  @Test func `A secret of RDS has a user and a password`() throws {
    let event = #"{"username":"cruddurroot","password":"p@\u0022é:/","engine":"postgres","port":5432}"#
    let read = try #require(try secret(event))
    #expect(read.user == "cruddurroot" && read.password == #"p@"é:/"#)
  }

  @Test(arguments: ["{}", #"{"id":"1"}"#])
  func `An event with neither leaves it to the configuration`(event: String) throws {
    #expect(try secret(event) == nil)
  }

  @Test(arguments: [
    ("", "InvalidJSON", "byte 0"), (#"{"password":"SECRET"#, "InvalidJSON", "ends too early"),
    (#"["SECRET"]"#, "InvalidEvent", "$ is of type array"), (#""SECRET""#, "InvalidEvent", "$ is of type string"),
    (#"{"password":"SECRET"}"#, "InvalidEvent", "$.username is missing"),
    (#"{"username":"SECRET"}"#, "InvalidEvent", "$.password is missing"),
    (#"{"username":"SECRET","password":null}"#, "InvalidEvent", "$.password is of type null"),
    (#"{"username":7,"password":"SECRET"}"#, "InvalidEvent", "$.username is of type number"),
    (#"{"username":"","password":"SECRET"}"#, "InvalidEvent", "$.username has to be"),
    (#"{"username":"SECRET","password":""}"#, "InvalidEvent", "$.password has to be"),
    (#"{"username":"a","password":"SECRET\u0000"}"#, "InvalidEvent", "$.password has to be"),
  ]) func `A bad event is named without its values`(event: String, type: String, sentence: String) {
    let error = #expect(throws: EventError.self) { try secret(event) }
    #expect(error?.errorType.rawValue == "Function.\(type)")
    #expect(error?.errorMessage.contains(sentence) == true, "\(String(describing: error))")
    #expect(error?.errorMessage.contains("SECRET") == false)
  }
}
