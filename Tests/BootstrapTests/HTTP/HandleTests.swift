import JSON
import TestSupport
import Testing

/// A handle is shown as it was chosen, and found however it is written.
@Suite(.ownThread) struct HandleTests {
  @Test(arguments: ["Zoë", "zoë", "ZOË", "zoe\u{308}", "ZO\u{FF25}\u{308}"])
  func `A user's feed is found in any case and normalisation`(handle: String) async throws {
    let api = try await API()
    try api.addUser("Zoë", name: "Zoë")
    try api.addUser("zoe", name: "Zoe")
    try await api.add("Hello", by: "Zoë")
    let answer = try await api.get("/api/activities/@\(handle)")
    #expect(try answer.messages == ["Hello"])
    #expect(try answer.json.elements().map { try $0.member("handle").string() } == ["Zoë"])
  }

  @Test func `Whoever writes by their handle may write it in any case`() async throws {
    let api = try await API()
    try api.addUser("Zoë", name: "Zoë")
    let activity = try await api.add("Hello", by: "ZOË")
    #expect(try activity.member("handle").string() == "Zoë")
    let reply = try await api.send(
      "POST", "/api/activities/\(activity.member("uuid").string())/reply",
      #"{"message":"Well","user_handle":"zoe\u0308"}"#)
    #expect(reply.status == 200)
    #expect(try reply.json.member("handle").string() == "Zoë")
  }
}
