import Foundation
import LocalLambda
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// Handlers that do not heed their deadline, as one does that waits in a C function.
@Suite(.ownThread) struct DeadlineTests {
  /// A handler that the event "hang" keeps until it is freed.
  private final class Hanging: Handler {
    private let gate = Semaphore()
    private let count = Atomic(0)
    var hanging: Int { count.load(ordering: .sequentiallyConsistent) }

    func handle(_ invocation: Invocation) async throws -> Response {
      if invocation.payload == Array("hang".utf8) { hang() }
      if invocation.payload == Array("late stream".utf8) {
        hang()
        return .stream { try await $0.write("late") }
      }
      if invocation.payload == Array("hanging cancellation".utf8) {
        return await withTaskCancellationHandler {
          self.hang()
          return .bytes([])
        } onCancel: {
          self.hang()
        }
      }
      if invocation.payload == Array("stream".utf8) {
        return .stream { writer in
          try await writer.write("one")
          self.hang()
        }
      }
      if invocation.payload == Array("then".utf8) { return .bytes([1]).then { self.hang() } }
      if invocation.payload == Array("wait".utf8) { try await Task.sleep(for: .milliseconds(400)) }
      return .bytes(invocation.payload)
    }

    private func hang() {
      count.add(1, ordering: .sequentiallyConsistent)
      gate.wait()
      count.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Lets all of them go on, and waits until they do: the next one must not take what was for them.
    func free() {
      for _ in 0..<hanging { gate.signal() }
      while hanging > 0 { usleep(1_000) }
    }
  }

  private func request(_ text: String, _ timeout: Duration = .milliseconds(800)) -> InvocationRequest {
    InvocationRequest(payload: Array(text.utf8), timeout: timeout)
  }

  private func start(
    _ handler: any Handler, workers: Int? = nil, observer: Counts = Counts()
  ) async throws -> (RuntimeAPI, RunningWorker) {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = workers
    let api = try await RuntimeAPI.start(options: options)
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler) {
      $0.workers = workers ?? 1
      $0.isConcurrent = workers != nil
      $0.observers = [observer]
    }
    return (api, worker)
  }

  /// Waits until so many ask for an event.
  private func waitForPolls(_ count: Int, _ api: RuntimeAPI) async throws {
    try await waitUntil("\(count) polls") {
      await api.exchanges.filter { $0.path.hasSuffix("/next") && $0.status == nil }.count == count
    }
  }

  @Test func `On demand the caller is told before the deadline, and the runtime is over`() async throws {
    let handler = Hanging()
    let observer = Counts()
    let (api, worker) = try await start(handler, observer: observer)
    guard case .functionError("Function.DeadlineExceeded", _) = await api.invoke(request("hang", .seconds(2))) else {
      Issue.record("not told in time")
      return
    }
    #expect(await worker.end() == .stuck)
    let id = try #require(observer.began.first)
    #expect(
      worker.log.text.contains(
        "ERROR \(id) The handler was not done in time, and does not stop. errorType=Function.DeadlineExceeded"))
    #expect(observer.ended.map(\.errorType?.rawValue) == ["Function.DeadlineExceeded"])
    #expect(observer.ended.first?.isColdStart == true)
    #expect((observer.ended.first?.handler ?? .zero) > .milliseconds(1_600))
    handler.free()
    await api.stop()
  }

  @Test func `What a handler does when it is cancelled does not keep whoever watches`() async throws {
    let handler = Hanging()
    let (api, worker) = try await start(handler)
    let result = await api.invoke(request("hanging cancellation", .seconds(2)))
    // Both: whoever cancels, and the handler.
    handler.free()
    guard case .functionError("Function.DeadlineExceeded", _) = result else {
      Issue.record("\(result)")
      await api.stop()
      return
    }
    #expect(await worker.end() == .stuck)
    await api.stop()
  }

  @Test func `Work after the response that hangs ends the runtime, and has failed for nobody`() async throws {
    let handler = Hanging()
    let observer = Counts()
    let (api, worker) = try await start(handler, observer: observer)
    #expect(await api.invoke(request("then")) == .response([1]))
    #expect(await worker.end() == .stuck)
    #expect(worker.log.text.contains("The response was sent, but the handler was not done in time, and does not stop."))
    #expect(observer.ended.map(\.errorType) == [nil])
    #expect(await api.exchanges.allSatisfy { !$0.path.hasSuffix("/error") })
    handler.free()
    await api.stop()
  }

  @Test(arguments: ["hang", "late stream"])
  func `On Managed Instances another worker takes its place, and what it says later reaches nobody`(
    event: String
  ) async throws {
    let handler = Hanging()
    let observer = Counts()
    let (api, worker) = try await start(handler, workers: 2, observer: observer)
    try await waitForPolls(2, api)
    guard case .functionError("Function.DeadlineExceeded", _) = await api.invoke(request(event, .seconds(2))) else {
      Issue.record("not told in time")
      return
    }
    try await waitForPolls(2, api)
    #expect(await api.invoke(request("echo")) == .response(Array("echo".utf8)))
    // It comes back at last, sends nothing, and counts as stuck no more.
    let posts = await api.exchanges.filter { $0.method == "POST" }.count
    handler.free()
    for _ in 0..<3 {
      try await waitForPolls(2, api)
      let result = await api.invoke(request(event))
      #expect(result != .throttled)
      try await waitForPolls(2, api)
      handler.free()
    }
    #expect(await api.exchanges.filter { $0.method == "POST" }.count == posts + 3)
    try await waitUntil("all ends") { observer.ended.count == 5 }
    let exceeded = "Function.DeadlineExceeded"
    #expect(observer.ended.map(\.errorType?.rawValue) == [exceeded, nil, exceeded, exceeded, exceeded])
    worker.terminate()
    #expect(await worker.end() == .shutDown)
    await api.stop()
  }

  @Test func `Once all are stuck the runtime is over, after what runs beside them`() async throws {
    let handler = Hanging()
    let (api, worker) = try await start(handler, workers: 2)
    try await waitForPolls(2, api)
    _ = await api.invoke(request("hang"))
    try await waitForPolls(2, api)
    async let stuck = api.invoke(request("hang"))
    try await waitUntil("the second one") { handler.hanging == 2 }
    // It began long before the other was given up, and ends long after that.
    try await Task.sleep(for: .milliseconds(450))
    async let beside = api.invoke(request("wait", .seconds(10)))
    _ = await stuck
    #expect(await worker.end() == .stuck)
    #expect(await api.exchanges.filter { $0.path.hasSuffix("/response") }.count == 1, "the other had its time")
    #expect(await beside == .response(Array("wait".utf8)))
    handler.free()
    await api.stop()
  }

  @Test func `A stream whose handler hangs is broken off on Managed Instances`() async throws {
    let handler = Hanging()
    let observer = Counts()
    let (api, worker) = try await start(handler, workers: 2, observer: observer)
    try await waitForPolls(2, api)
    let stream = api.invokeWithResponseStream(request("stream"))
    #expect(await stream.failure != nil)
    try await waitUntil("the end") { observer.ended.count == 1 }
    #expect(observer.ended.first?.errorType?.rawValue == "Function.DeadlineExceeded")
    #expect(handler.hanging == 1, "the handler is not there yet, but whoever read is")
    try await waitForPolls(2, api)
    handler.free()
    worker.terminate()
    #expect(await worker.end() == .shutDown)
    await api.stop()
  }

  @Test func `A runtime that is told to end does not wait for a handler that is stuck`() async throws {
    let handler = Hanging()
    let (api, worker) = try await start(handler, workers: 2)
    try await waitForPolls(2, api)
    _ = await api.invoke(request("hang"))
    try await waitForPolls(2, api)
    let time = await ContinuousClock().measure {
      worker.terminate()
      #expect(await worker.end() == .shutDown)
    }
    #expect(time < .milliseconds(80), "\(time)")
    handler.free()
    await api.stop()
  }
}
