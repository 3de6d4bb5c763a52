import Glibc
import JSON
import LocalLambda
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// The loop against a Runtime API as strict as AWS's, row by row of its table.
@Suite(.ownThread) struct RuntimeLoopTests {
  /// Runs `body` with a Runtime API and a worker that asks it, and ends both.
  private func withWorker(
    _ handler: any Handler, options: RuntimeAPI.Options = .init(), exportsTrace: Bool = false,
    _ body: (RuntimeAPI, RunningWorker) async throws -> Void
  ) async throws {
    let api = try await RuntimeAPI.start(options: options)
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler, exportsTrace: exportsTrace)
    do {
      try await body(api, worker)
    } catch {
      await api.stop()
      throw error
    }
    await api.stop()
    _ = await worker.exitReason()
  }

  private func request(_ text: String = "{}") -> InvocationRequest {
    InvocationRequest(payload: Array(text.utf8))
  }

  private func posts(_ api: RuntimeAPI, _ end: String) async -> [Exchange] {
    await api.exchanges.filter { $0.path.hasSuffix(end) }
  }

  @Test func `An event is answered, and the next one asked for`() async throws {
    try await withWorker(echo) { api, _ in
      for number in 1...20 {
        #expect(await api.invoke(request("{\"n\":\(number)}")) == .response(Array("{\"n\":\(number)}".utf8)))
      }
      #expect(await posts(api, "/response").allSatisfy { $0.status == 202 })
    }
  }

  @Test func `The context has all that Lambda says`() async throws {
    let handler = ContextRecorder()
    try await withWorker(handler) { api, _ in
      let request = InvocationRequest(
        payload: [], timeout: .seconds(3), traceID: "Root=1-a", clientContext: #"{"client":1}"#,
        cognitoIdentity: #"{"cognitoIdentityId":"x"}"#, tenantID: "blue")
      #expect(await api.invoke(request) == .response([]))
    }
    let context = try #require(handler.context)
    #expect(context.traceID == "Root=1-a")
    #expect(context.clientContext == #"{"client":1}"#)
    #expect(context.cognitoIdentity == #"{"cognitoIdentityId":"x"}"#)
    #expect(context.tenantID == "blue")
    #expect(context.invokedFunctionARN == RuntimeAPI.Options().functionARN)
    #expect(!context.requestID.isEmpty)
    let deadline = try #require(context.deadline)
    let allowed = context.receivedAt.duration(to: deadline)
    #expect(allowed > .milliseconds(2_500) && allowed <= .milliseconds(3_001), "\(allowed)")
  }

  @Test func `Each invocation's trace is in the environment while it is handled`() async throws {
    let handler = ClosureHandler { _ in getenv("_X_AMZN_TRACE_ID").map { Array(String(cString: $0).utf8) } ?? [] }
    try await withWorker(handler, exportsTrace: true) { api, _ in
      for trace in ["Root=1-a", "Root=1-bb", nil, "Root=1-c"] {
        let answer = await api.invoke(InvocationRequest(payload: [], traceID: trace))
        #expect(answer == .response(Array((trace ?? "").utf8)))
      }
    }
  }

  @Test func `A typed handler decodes, works and encodes`() async throws {
    let handler = TypedHandler(
      decode: { String(decoding: $0.payload, as: UTF8.self) }, encode: { Array($0.utf8) },
      body: { (event: String, _) in event + "!" })
    try await withWorker(handler) { api, _ in
      #expect(await api.invoke(request("hey")) == .response(Array("hey!".utf8)))
    }
  }

  @Test func `An error is reported with its type, and the next event handled`() async throws {
    struct Ugly: LambdaError {
      var errorType: ErrorType { .function("Ugly") }
      var errorMessage: String { "a \"quote\",\na newline and a \u{1}" }
      var logMessage: String { "more than the caller is told" }
    }
    let handler = ClosureHandler { invocation in
      if invocation.payload == Array("bad".utf8) { throw Ugly() }
      return invocation.payload
    }
    try await withWorker(handler) { api, worker in
      guard case .functionError("Function.Ugly", let body) = await api.invoke(request("bad")) else {
        Issue.record("no function error")
        return
      }
      let message = try JSONDocument(body).root.member("errorMessage").string()
      #expect(message == Ugly().errorMessage)
      #expect(worker.log.text.contains("more than the caller is told errorType=Function.Ugly"))
      #expect(await api.invoke(request("good")) == .response(Array("good".utf8)))
    }
  }

  @Test func `An answer over the limit is an error, and the next event is handled`() async throws {
    let handler = ClosureHandler { invocation in
      invocation.payload == Array("big".utf8)
        ? [UInt8](repeating: 32, count: 6_291_557) : invocation.payload
    }
    try await withWorker(handler) { api, _ in
      guard case .functionError("Function.ResponseTooLarge", _) = await api.invoke(request("big")) else {
        Issue.record("no function error")
        return
      }
      #expect(await posts(api, "/response").isEmpty)
      #expect(await api.invoke(request()) == .response(Array("{}".utf8)))
    }
  }

  @Test func `An answer at the limit arrives whole`() async throws {
    let handler = ClosureHandler { _ in [UInt8](repeating: 32, count: 6_291_556) }
    try await withWorker(handler) { api, _ in
      let expected = InvocationResult.response([UInt8](repeating: 32, count: 6_291_556))
      let matches = await api.invoke(request()) == expected
      #expect(matches)
    }
  }

  @Test func `After a 413 there is no error, and the next event is handled`() async throws {
    let handler = ClosureHandler { $0.payload + $0.payload }
    var options = RuntimeAPI.Options()
    options.maximumResponseBytes = 6
    try await withWorker(handler, options: options) { api, worker in
      guard case .functionError(let type, _) = await api.invoke(request("[111]")) else {
        Issue.record("no function error")
        return
      }
      #expect(type == "Function.ResponseSizeTooLarge")
      #expect(await api.invoke(request("{}")) == .response(Array("{}{}".utf8)))
      #expect(await posts(api, "/error").isEmpty)
      #expect(worker.log.text.contains("status 413"))
    }
  }

  @Test(arguments: [400, 403, 410])
  func `A refused outcome is logged, and the next event handled`(status: Int) async throws {
    try await withWorker(echo) { api, worker in
      await api.inject(Fault(route: .response, status: status))
      // The emulator still has the event, and hands it out again.
      #expect(await api.invoke(request()) == .response(Array("{}".utf8)))
      #expect(worker.log.text.contains("status \(status)"))
    }
  }

  @Test(arguments: [400, 403, 410])
  func `A refused error is logged, and the next event handled`(status: Int) async throws {
    try await withWorker(ClosureHandler { _ in throw ConfigurationError("x") }) { api, worker in
      await api.inject(Fault(route: .error, status: status))
      guard case .functionError("Function.InvalidConfiguration", _) = await api.invoke(request()) else {
        Issue.record("no function error")
        return
      }
      #expect(worker.log.text.contains("status \(status)"))
    }
  }

  @Test(arguments: [Route.response, .error]) func `A server error ends the runtime`(route: Route) async throws {
    let handler = ClosureHandler { invocation in
      if route == .error { throw ConfigurationError("x") }
      return invocation.payload
    }
    let api = try await RuntimeAPI.start()
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler)
    await api.inject(Fault(route: route, status: 500))
    let invocation = Task { await api.invoke(request()) }
    #expect(await worker.exitReason() == .status(500, of: route == .response ? .response : .error))
    await api.stop()
    _ = await invocation.value
  }

  @Test(arguments: [403, 500])
  func `An answer to GET next that is no event ends the runtime`(status: Int) async throws {
    let api = try await RuntimeAPI.start()
    await api.inject(Fault(route: .next, status: status))
    let worker = RunningWorker(endpoint: api.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(status, of: .next))
    await api.stop()
  }

  @Test func `An outcome that arrived without an answer is not counted twice`() async throws {
    try await withWorker(echo) { api, worker in
      await api.inject(Fault(route: .response, kind: .disconnect(taken: true)))
      #expect(await api.invoke(request("1")) == .response(Array("1".utf8)))
      #expect(await api.invoke(request("2")) == .response(Array("2".utf8)))
      #expect(!worker.log.text.contains("refused"))
    }
  }

  @Test func `An outcome that was lost is sent again`() async throws {
    try await withWorker(echo) { api, _ in
      await api.inject(Fault(route: .response, kind: .disconnect(taken: false)))
      #expect(await api.invoke(request("1")) == .response(Array("1".utf8)))
    }
  }

  @Test func `A handler that is not done in time is cancelled, and the event answered before its deadline`()
    async throws
  {
    let handler = ClosureHandler { invocation in
      if invocation.payload == Array("slow".utf8) { try await Task.sleep(for: .seconds(30)) }
      return invocation.payload
    }
    try await withWorker(handler) { api, _ in
      let slow = InvocationRequest(payload: Array("slow".utf8), timeout: .milliseconds(500))
      guard case .functionError("Function.DeadlineExceeded", _) = await api.invoke(slow) else {
        Issue.record("not answered in time")
        return
      }
      #expect(await api.invoke(request()) == .response(Array("{}".utf8)))
    }
  }

  @Test func `What a handler answers after its cancellation, and before the deadline, counts`() async throws {
    let handler = ClosureHandler { invocation in
      try? await Task.sleep(for: .seconds(30))
      return invocation.payload
    }
    try await withWorker(handler) { api, _ in
      let request = InvocationRequest(payload: Array("saved".utf8), timeout: .milliseconds(1_500))
      #expect(await api.invoke(request) == .response(Array("saved".utf8)))
    }
  }

  @Test func `An init error is reported`() async throws {
    let api = try await RuntimeAPI.start()
    let client = try RuntimeClient(endpoint: api.endpoint, logger: Log().logger)
    client.sendInitError(ErrorReport(type: .function("InvalidConfiguration"), message: "X is not set."))
    let reported = try #require(await api.initError)
    #expect(reported.type == "Function.InvalidConfiguration")
    #expect(try JSONDocument(reported.body).root.member("errorMessage").string() == "X is not set.")
    await api.stop()
  }
}

/// Keeps the last invocation's context, and answers with its payload.
private final class ContextRecorder: Handler {
  private let last = Mutex<InvocationContext?>(nil)
  var context: InvocationContext? { last.withLock { $0 } }

  func handle(_ invocation: Invocation) async throws -> Response {
    last.withLock { $0 = invocation.context }
    return .bytes(invocation.payload)
  }
}
