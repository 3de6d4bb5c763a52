import LocalLambda
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// Work after the response, what observers see of it all, and the context that follows a task.
@Suite(.ownThread) struct AfterwardsTests {
  private func withWorker(
    _ handler: any Handler, observer: Counts = Counts(), _ body: (RuntimeAPI, RunningWorker) async throws -> Void
  ) async throws {
    let api = try await RuntimeAPI.start()
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler) { $0.observers = [observer] }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(api, worker))
    } catch {
      result = .failure(error)
    }
    await api.stop()
    _ = await worker.end()
    try result.get()
  }

  private struct Broken: LambdaError {
    let errorType = ErrorType.function("Afterwards")
    let errorMessage = "It broke afterwards."
  }

  @Test func `The response is there before the work is done, and the next event only after it`() async throws {
    let order = Mutex<[String]>([])
    let handler = ResponseHandler { invocation in
      order.withLock { $0.append("event \(invocation.payload)") }
      return .bytes(invocation.payload).then {
        try await Task.sleep(for: .milliseconds(100))
        order.withLock { $0.append("done \(invocation.payload)") }
      }
    }
    let observer = Counts()
    try await withWorker(handler, observer: observer) { api, _ in
      #expect(await api.invoke(InvocationRequest(payload: [1])) == .response([1]))
      order.withLock { $0.append("response [1]") }
      #expect(await api.invoke(InvocationRequest(payload: [2])) == .response([2]))
      try await waitUntil("both ends") { observer.ended.count == 2 }
    }
    let all = order.withLock { $0 }
    #expect(all == ["event [1]", "response [1]", "done [1]", "event [2]", "done [2]"])
    #expect(
      observer.ended.allSatisfy { ($0.afterwards ?? .zero) >= .milliseconds(99) && $0.handler < $0.afterwards ?? .zero }
    )
  }

  @Test func `An error of the work is logged, and the next event handled`() async throws {
    let observer = Counts()
    try await withWorker(ResponseHandler { .bytes($0.payload).then { throw Broken() } }, observer: observer) {
      api, worker in
      for number in 1...2 as ClosedRange<UInt8> {
        #expect(await api.invoke(InvocationRequest(payload: [number])) == .response([number]))
      }
      try await waitUntil("both ends") { observer.ended.count == 2 }
      let id = try #require(observer.began.first)
      #expect(worker.log.text.contains("ERROR \(id) It broke afterwards. errorType=Function.Afterwards"))
      #expect(await api.exchanges.allSatisfy { !$0.path.hasSuffix("/error") })
    }
    #expect(observer.ended.map(\.errorType) == [nil, nil], "the caller was told of none")
  }

  @Test func `The deadline holds for the work, too`() async throws {
    let isCancelled = Atomic(false)
    let handler = ResponseHandler { invocation in
      .bytes(invocation.payload).then {
        do {
          try await Task.sleep(for: .seconds(30))
        } catch {
          isCancelled.store(true, ordering: .sequentiallyConsistent)
          throw error
        }
      }
    }
    let observer = Counts()
    try await withWorker(handler, observer: observer) { api, worker in
      #expect(await api.invoke(InvocationRequest(payload: [1], timeout: .milliseconds(400))) == .response([1]))
      try await waitUntil("the end") { observer.ended.count == 1 }
      let wasCancelled = isCancelled.load(ordering: .sequentiallyConsistent)
      #expect(wasCancelled)
      #expect((observer.ended.first?.afterwards ?? .seconds(99)) < .milliseconds(400))
      #expect(worker.log.text.contains("errorType=Function.Cancelled"))
    }
  }

  @Test func `There is no work after an error`() async throws {
    let isDone = Atomic(false)
    let work: @Sendable () async throws -> Void = { isDone.store(true, ordering: .sequentiallyConsistent) }
    let handler = ResponseHandler { invocation in
      invocation.payload == [1]
        ? .bytes([UInt8](repeating: 32, count: Invocation.maximumLength + 1)).then(work)
        : .stream { _ in throw Broken() }.then(work)
    }
    try await withWorker(handler) { api, _ in
      _ = await api.invoke(InvocationRequest(payload: [1]))
      _ = await api.invoke(InvocationRequest(payload: [2]))
    }
    let wasDone = isDone.load(ordering: .sequentiallyConsistent)
    #expect(!wasDone)
  }

  @Test func `Observers learn of each invocation once, with its error and its times`() async throws {
    let handler = ResponseHandler { invocation in
      switch String(decoding: invocation.payload, as: UTF8.self) {
      case "error": throw Broken()
      case "stream":
        return .stream { writer in
          try await writer.write("one")
          try await Task.sleep(for: .milliseconds(20))
          throw Broken()
        }
      case "large": return .bytes([UInt8](repeating: 32, count: Invocation.maximumLength + 1))
      default:
        try await Task.sleep(for: .milliseconds(20))
        return .bytes(invocation.payload)
      }
    }
    let observer = Counts()
    let events = ["well", "error", "stream", "large", "well"]
    try await withWorker(handler, observer: observer) { api, worker in
      for event in events { _ = await api.invoke(InvocationRequest(payload: Array(event.utf8))) }
      try await waitUntil("all ends") { observer.ended.count == events.count }
      let debug = worker.log.lines.filter { $0.contains(" invocation over ") }
      #expect(debug.count == events.count)
      #expect(debug[0].contains(" handlerMs=") && debug[0].contains(" initMs=") && debug[0].contains(" sendMs="))
      #expect(debug[1].contains(" errorType=Function.Afterwards") && !debug[1].contains(" initMs="))
    }
    #expect(observer.began == observer.ended.map(\.context.requestID))
    #expect(
      observer.ended.map(\.errorType?.rawValue)
        == [nil, "Function.Afterwards", "Function.Afterwards", "Function.ResponseTooLarge", nil])
    #expect(observer.ended.map(\.isColdStart) == [true, false, false, false, false])
    #expect([0, 2, 4].allSatisfy { observer.ended[$0].handler >= .milliseconds(20) })
    #expect(observer.ended[2].sending == .zero && [0, 1, 3, 4].allSatisfy { observer.ended[$0].sending > .zero })
    #expect(observer.ended.allSatisfy { $0.afterwards == nil })
  }

  @Test func `An event over the limit is observed, too`() async throws {
    let length = Invocation.maximumLength + 1
    let event = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-0\r\nContent-Length: \(length)\r\n\r\n"
    let server = try ScriptedServer([
      .answer(event + String(repeating: " ", count: length)),
      .answer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"),
      .answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
    ])
    defer { server.stop() }
    let observer = Counts()
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo) { $0.observers = [observer] }
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(observer.began == ["id-0"])
    #expect(observer.ended.map(\.errorType?.rawValue) == ["Function.EventTooLarge"])
  }

  @Test func `A line of a library's own logger has the request id, in child tasks and in work that follows`()
    async throws
  {
    let library = Log()
    let logger = library.logger
    let handler = ResponseHandler { invocation in
      logger.info("at first")
      async let child: Void = { logger.info("in a child") }()
      await child
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          try? await Task.sleep(for: .milliseconds(1))
          logger.info("in a group")
        }
      }
      await Task { logger.info("in a task of its own") }.value
      await Task.detached { logger.info("detached") }.value
      return .stream { _ in logger.info("in a stream") }.then { logger.info("afterwards") }
    }
    let observer = Counts()
    try await withWorker(handler, observer: observer) { api, _ in
      _ = await api.invoke(InvocationRequest(payload: [], tenantID: "blue"))
      try await waitUntil("the end") { observer.ended.count == 1 }
    }
    let id = try #require(observer.began.first)
    let places = ["at first", "in a child", "in a group", "in a task of its own", "in a stream", "afterwards"]
    for place in places {
      #expect(library.text.contains(" INFO \(id) \(place) tenantId=blue\n"), "\(library.text)")
    }
    #expect(library.text.contains(" INFO detached\n"))
    logger.info("outside")
    #expect(library.text.contains(" INFO outside\n"))
  }
}
