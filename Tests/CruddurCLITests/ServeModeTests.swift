import Foundation
import Subprocess
import TestSupport
import Testing

@testable import CruddurCLI

/// `cruddur serve --watch`, `--build` and `--attach`.
@Suite(.timeLimit(.minutes(3)))
struct ServeModeTests {
  // MARK: Watch

  @Test func `A new bootstrap takes over, and accounts stay`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let script = try #require(bootstrap.read("bootstrap"))
      let end = try await RunningServer.with(bootstrap, ["--watch"]) { server in
        func answer() async throws -> String { try await server.send("/api/x").headers["x-a"] ?? "" }
        /// As linkers and editors do.
        func replace(_ text: String) throws {
          try writeExecutable(text, to: "\(bootstrap.folder)/next")
          guard rename("\(bootstrap.folder)/next", bootstrap.path) == 0 else { throw POSIXError(.EIO) }
        }
        let user = try await server.send("/cognito/users", body: #"{"email":"ana@example.com"}"#)
        #expect(user.status == 201)
        #expect(try await answer() == "")
        try replace(script.replacing("*) post \"invocation/$id/response\" \"$event\" ;;", with: Self.answering))
        try await eventually("the new one answers") { (try? await answer()) == "new" }
        let users = try await server.send("/cognito/users")
        #expect(users.body.contains("ana@example.com"))
      }
      #expect(end.status == .exited(0))
      #expect(end.log.contains("cruddur: took the new bootstrap, up in "))
    }
  }

  @Test(arguments: [true, false])
  func `A new bootstrap that is finished late takes over`(_ staysOpen: Bool) async throws {
    try await FakeBootstrap.with { bootstrap in
      let script = try #require(bootstrap.read("bootstrap"))
      let end = try await RunningServer.with(bootstrap, ["--watch"]) { server in
        func answer() async throws -> String { try await server.send("/api/x").headers["x-a"] ?? "" }
        let next = try bootstrap.write(
          script.replacing("*) post \"invocation/$id/response\" \"$event\" ;;", with: Self.answering), to: "next")
        let file = try #require(staysOpen ? FileHandle(forUpdatingAtPath: next) : FileHandle(forReadingAtPath: next))
        if staysOpen { try #require(chmod(next, 0o755) == 0) }
        try #require(rename(next, bootstrap.path) == 0)
        // Long enough for it to have been seen as it is.
        try await Task.sleep(for: .seconds(1))
        try file.close()
        if !staysOpen { try #require(chmod(bootstrap.path, 0o755) == 0) }
        try await eventually("the new one answers") { (try? await answer()) == "new" }
      }
      #expect(end.log.contains("cruddur: took the new bootstrap, up in "))
      #expect(!end.log.contains("cannot start"), "\(end.log)")
    }
  }

  private static let answering =
    #"*) post "invocation/$id/response" '{"statusCode":200,"headers":{"X-A":"new"},"body":""}' ;;"#

  @Test func `What does not come up leaves the one before it`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let end = try await RunningServer.with(bootstrap, ["--watch"]) { server in
        try writeExecutable("#!/bin/bash\ntouch \(bootstrap.folder)/tried\nexit 7\n", to: "\(bootstrap.folder)/next")
        #expect(rename("\(bootstrap.folder)/next", bootstrap.path) == 0)
        try await eventually("it has been tried") { bootstrap.read("tried") != nil }
        #expect(try await server.send("/api/x").status == 200)
      }
      let sentence = "The function cannot start: the bootstrap exited with status 7. The bootstrap before it goes on."
      #expect(end.log.contains("cruddur: \(sentence)"))
    }
  }

  @Test(arguments: [
    (["--build"], "--build needs --watch."),
    (["--attach", "--watch"], "--attach and --watch exclude each other."),
    (
      ["--watch", "--build"],
      "is in no build folder of a Swift package, such as .build/debug, so that it cannot be built."
    ),
  ])
  func `Options that do not go together are told`(_ options: [String], _ sentence: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(["serve", "--port", "0", "--bootstrap", bootstrap.path] + options)
      #expect(outcome.status == 2)
      #expect(outcome.log.contains(sentence), "\(outcome.log)")
    }
  }

  @Test(arguments: ["debug/bootstrap", "release/hello", "x86_64-unknown-linux-gnu/debug/bootstrap"])
  func `How a bootstrap is built is in its path`(_ path: String) async throws {
    try await FakeBootstrap.with { folder in
      try folder.write("", to: "Package.swift")
      let builder = try Builder(bootstrap: "\(folder.folder)/.build/\(path)")
      #expect(builder.package == folder.folder + "/")
      #expect(builder.buildFolder == folder.folder + "/.build/")
      #expect(builder.product == path.split(separator: "/").last.map { String($0) })
      #expect(builder.configuration == (path.contains("release") ? "release" : "debug"))
    }
  }

  @Test func `A signal during the first build ends it, and the program`() async throws {
    try await FakeBootstrap.with { folder in
      try folder.write("", to: "Package.swift")
      let build = #"#!/bin/bash\ncd "$(dirname "$0")"; echo $$ >>pids; sleep 60\n"#
      try writeExecutable(build.replacing(#"\n"#, with: "\n"), to: "\(folder.folder)/swift")
      let path = "\(folder.folder):\(try CommandLineTool.folder()):/usr/bin:/bin"
      let (status, log) = try await CommandLineTool.run(
        ["serve", "--watch", "--build", "--bootstrap", "\(folder.folder)/.build/debug/hello"],
        environment: ["PATH": path], sending: .terminate
      ) { !folder.processes.isEmpty }
      #expect(status == .exited(0))
      #expect(log == "cruddur: building hello in \(folder.folder)/\n")
      folder.expectGone()
    }
  }

  // MARK: Attach

  @Test func `The shell's line sets what the program needs, whatever is in it`() async throws {
    let variables = ["A": "it's $HOME; \"q\"", "B": "", "SECRET": "pass word", "PATH": "/lambda", "C": "a=b@c/d:1"]
    let attachment = Attachment(executable: "/bootstrap", variables: variables, caller: ["SECRET": "pass word"])
    #expect(!attachment.instructions.contains("pass word"))
    let line = attachment.shellLine + #"; printf '%s\n' "$A" "$B" "$C" "$SECRET""#
    let outcome = try await CommandLineTool.bash(line, environment: ["SECRET": "pass word"])
    #expect(outcome.output == "it's $HOME; \"q\"\n\na=b@c/d:1\npass word\n")
  }

  @Test func `The entry of launch.json is JSON, and names the shell's own`() throws {
    let attachment = Attachment(
      executable: "/a b/bootstrap", variables: ["SECRET": "s", "A": "1"], caller: ["SECRET": "s"])
    let json = try JSONSerialization.jsonObject(with: Data(attachment.launchEntry.utf8)) as? [String: Any]
    #expect(json?["program"] as? String == "/a b/bootstrap")
    #expect(json?["env"] as? [String: String] == ["SECRET": "${env:SECRET}", "A": "1"])
  }
}
