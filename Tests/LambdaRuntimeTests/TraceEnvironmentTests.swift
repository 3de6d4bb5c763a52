import Glibc
import Testing

@testable import LambdaRuntime

/// One test at a time, with a variable of their own: the environment is the whole process's.
@Suite(.serialized) struct TraceEnvironmentTests {
  private let name = "CRUDDUR_TEST_TRACE"
  private var current: String? { getenv(name).map { String(cString: $0) } }

  @Test func `The variable follows the invocations`() {
    var environment = TraceEnvironment(name: name)
    environment.set("Root=1-aaaa;Sampled=1")
    #expect(current == "Root=1-aaaa;Sampled=1")
    environment.set("short")
    #expect(current == "short")
    environment.set(nil)
    #expect(current == nil)
    environment.set("again")
    #expect(current == "again")
  }

  @Test func `What Lambda had set goes with the first invocation without a trace`() {
    setenv(name, "from the start", 1)
    var environment = TraceEnvironment(name: name)
    environment.set(nil)
    #expect(current == nil)
  }

  @Test func `A trace that is too long is not set`() {
    var environment = TraceEnvironment(name: name)
    environment.set("short")
    environment.set(String(repeating: "x", count: 5_000))
    #expect(current == nil)
  }

  @Test func `Nothing of the variable stays behind`() {
    do {
      var environment = TraceEnvironment(name: name)
      environment.set("gone soon")
    }
    #expect(current == nil)
  }
}
