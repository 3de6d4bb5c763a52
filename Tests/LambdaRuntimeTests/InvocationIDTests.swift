import LocalLambda
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// The nonce of each hand-out, which keeps a late response from whoever has invoked with the same request id since.
@Suite(.ownThread) struct InvocationIDTests {
  private static let handler = ResponseHandler { invocation in
    switch String(decoding: invocation.payload, as: UTF8.self) {
    case "late":
      // Neither heeds its cancellation nor is so late that it is given up: but the clock of the emulator runs out.
      await Task { try? await Task.sleep(for: .milliseconds(300)) }.value
      return .bytes(Array("late".utf8))
    case "error": throw ConfigurationError("wrong")
    case "stream": return .stream { try await $0.write("piece") }
    default: return .bytes(invocation.payload)
    }
  }

  private func request(_ text: String, _ timeout: Duration = .seconds(20)) -> InvocationRequest {
    var request = InvocationRequest(payload: Array(text.utf8), timeout: timeout)
    request.requestID = "8f5b"
    return request
  }

  private func withWorkers(
    _ count: Int, sendsInvocationID: Bool = true, _ body: (RuntimeAPI, RunningWorker) async throws -> Void
  ) async throws {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = count
    options.sendsInvocationID = sendsInvocationID
    let api = try await RuntimeAPI.start(options: options)
    let worker = RunningWorker(endpoint: api.endpoint, handler: Self.handler) { $0.workers = count }
    let result: Result<Void, any Error>
    do {
      try await waitUntil("the polls") { await api.exchanges.filter { $0.path.hasSuffix("/next") }.count == count }
      result = .success(try await body(api, worker))
    } catch {
      result = .failure(error)
    }
    await api.stop()
    _ = await worker.end()
    try result.get()
  }

  @Test func `One request id handed out twice, the first response late, is refused and never the second's`()
    async throws
  {
    try await withWorkers(2) { api, worker in
      // Less time than the runtime needs to give up in.
      #expect(await api.invoke(request("late", .zero)) == .timedOut)
      let second = await api.invoke(request("second"))
      #expect(second == .response(Array("second".utf8)))
      try await waitUntil("the late response") {
        await api.exchanges.contains { $0.path.hasSuffix("/8f5b/response") && $0.status == 410 }
      }
      try await waitUntil("a line") { worker.log.text.contains("ERROR 8f5b Lambda refused") }
      #expect(worker.log.text.contains("status 410: the invocation is over."))
      // And the worker whose response it was goes on.
      async let one = api.invoke(InvocationRequest(payload: [1]))
      async let two = api.invoke(InvocationRequest(payload: [2]))
      #expect(await [one, two] == [.response([1]), .response([2])])
    }
  }

  @Test(arguments: ["echo", "error", "stream"])
  func `What the Runtime API sends goes back, and nothing where it sends nothing`(event: String) async throws {
    for sendsInvocationID in [true, false] {
      try await withWorkers(1, sendsInvocationID: sendsInvocationID) { api, _ in
        var ids: [String] = []
        for _ in 0..<2 {
          var result = InvocationResult.throttled
          while result == .throttled { result = await api.invoke(request(event)) }
          try await waitUntil("a status") { await api.exchanges.last { $0.method == "POST" }?.status != nil }
          let post = try #require(await api.exchanges.last { $0.method == "POST" })
          #expect(post.path.hasSuffix(event == "error" ? "/error" : "/response") && post.status == 202)
          ids += [post.headers["lambda-runtime-invocation-id"]].compactMap { $0 }
        }
        #expect(Set(ids).count == (sendsInvocationID ? 2 : 0), "\(ids)")
      }
    }
  }
}
