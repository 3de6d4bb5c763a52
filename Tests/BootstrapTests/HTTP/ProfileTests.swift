import JSON
import TestSupport
import Testing

@Suite(.ownThread) struct ProfileTests {
  private let path = "/api/users/me"

  @Test func `Whoever is signed in learns the handle of their row`() async throws {
    let api = try await API()
    try api.addUser("ana")
    try api.addUser("ana-5eef438e", name: "Ana \"2\"")
    let answer = try await api.send("GET", path, sub: "sub-ana-5eef438e")
    #expect(answer.status == 200, "\(answer.text)")
    let members = try answer.json.members()
    #expect(members.map(\.key) == ["uuid", "display_name", "handle"], "what all may see, and no more")
    #expect(try answer.json.member("handle").string() == "ana-5eef438e")
    #expect(try answer.json.member("display_name").string() == "Ana \"2\"")
    let uuid = try api.sql("SELECT uuid FROM users WHERE handle = 'ana-5eef438e'")
    #expect(try answer.json.member("uuid").string() == uuid)
  }

  @Test func `Whoever has no row, or is not signed in, is told so`() async throws {
    let api = try await API()
    try api.addUser("ana")
    let missing = try await api.send("GET", path, sub: "sub-bo")
    #expect((missing.status, missing.codes) == (409, ["user_missing"]))
    let nobody = try await api.get(path)
    #expect((nobody.status, nobody.codes) == (401, ["author_unknown"]))
    #expect(nobody.headers["www-authenticate"] == "Bearer")
    let token = try await api.send("GET", path, claims: "{}")
    #expect((token.status, token.codes) == (401, ["sub_missing"]))
  }
}
