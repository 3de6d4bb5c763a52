import Foundation
import JSON
import LocalLambda
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// Managed Instances: several invocations at once in one process.
@Suite(.ownThread) struct ConcurrencyTests {
  private func withWorkers(
    _ handler: any Handler, count: Int = 8, observer: (any RuntimeObserver)? = nil,
    _ body: (RuntimeAPI, RunningWorker) async throws -> Void
  ) async throws {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = count
    let api = try await RuntimeAPI.start(options: options)
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler) {
      $0.workers = count
      $0.isConcurrent = true
      if let observer { $0.observers = [observer] }
    }
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

  private func polls(_ api: RuntimeAPI) async -> Int {
    await api.exchanges.filter { $0.path.hasSuffix("/next") && $0.status == nil }.count
  }

  @Test func `There are as many polls at once as workers`() async throws {
    try await withWorkers(echo) { api, worker in
      try await waitUntil("eight polls") { await polls(api) == 8 }
      #expect(worker.log.text.contains("DEBUG asking for events workers=8"))
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func `Each of 10,000 responses is its own event's, and each is observed once`() async throws {
    let observer = Counts()
    let handler = ClosureHandler { invocation in
      try await Task.sleep(for: .microseconds(.random(in: 0...2_000)))
      invocation.context.logger.debug("\(String(decoding: invocation.payload, as: UTF8.self))")
      return invocation.payload
    }
    try await withWorkers(handler, observer: observer) { api, worker in
      try await waitUntil("eight polls") { await polls(api) == 8 }
      await withTaskGroup(of: Void.self) { group in
        for lane in 0..<8 {
          group.addTask {
            for number in 0..<1_250 {
              let payload = Array("\(lane)-\(number)".utf8)
              var result = await api.invoke(InvocationRequest(payload: payload))
              // A worker asks for the next one only after its response has arrived.
              while result == .throttled {
                await Task.yield()
                result = await api.invoke(InvocationRequest(payload: payload))
              }
              if result != .response(payload) { Issue.record("\(lane)-\(number) got \(result)") }
            }
          }
        }
      }
      let posts = await api.exchanges.filter { $0.method == "POST" }
      #expect(posts.count == 10_000 && posts.allSatisfy { $0.status == 202 })
      #expect(Set(posts.map(\.path)).count == 10_000)
      #expect(Set(posts.compactMap { $0.headers["lambda-runtime-invocation-id"] }).count == 10_000)
      try await waitUntil("all ends") { observer.ended.count == 10_000 }
    }
    #expect(Set(observer.began) == Set(observer.ended.map(\.context.requestID)) && observer.began.count == 10_000)
    #expect(observer.ended.filter(\.isColdStart).count == 1, "one is the first of the process, whichever worker has it")
    #expect(observer.ended.allSatisfy { $0.errorType == nil && $0.handler > .zero && $0.sending > .zero })
  }

  @Test func `Lines of several threads do not mix, however long they are`() throws {
    let pipe = Pipe()
    let log = Logger(label: "test") { _ in
      LambdaLogHandler(LogConfiguration(format: .json)) {
        StandardError.write($0, to: pipe.fileHandleForWriting.fileDescriptor)
      }
    }
    let isDone = Atomic(0)
    let (threads, count) = (8, 20)
    for thread in 0..<threads {
      onThread {
        // Longer than what a pipe takes in one piece, and than what it holds in all.
        for _ in 0..<count { log.info("\(String(repeating: "\(thread)", count: 70_000))") }
        if isDone.add(1, ordering: .sequentiallyConsistent).newValue == threads {
          try? pipe.fileHandleForWriting.close()
        }
      }
    }
    let lines = pipe.fileHandleForReading.readDataToEndOfFile().split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == threads * count)
    for line in lines {
      let message = try JSONDocument([UInt8](line)).root.member("message").string()
      #expect(message.utf8.count == 70_000 && Set(message).count == 1)
    }
  }

  @Test func `A worker that ends leaves the others`() async throws {
    try await withWorkers(echo, count: 2) { api, worker in
      try await waitUntil("two polls") { await polls(api) == 2 }
      await api.inject(Fault(route: .next, status: 500))
      #expect(await api.invoke(InvocationRequest(payload: [1])) == .response([1]))
      try await waitUntil("the end of one") { worker.log.text.contains("a worker has ended, others go on") }
      for number in 2...10 {
        let payload = [UInt8(number)]
        var result = InvocationResult.throttled
        while result == .throttled { result = await api.invoke(InvocationRequest(payload: payload)) }
        #expect(result == .response(payload))
      }
      #expect(await polls(api) <= 1)
    }
  }

  @Test func `A worker that is refused for a moment asks again`() async throws {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = 2
    let api = try await RuntimeAPI.start(options: options)
    await api.inject(Fault(route: .next, status: 403, times: 3))
    let worker = RunningWorker(endpoint: api.endpoint, handler: echo) {
      $0.workers = 2
      $0.isConcurrent = true
    }
    try await waitUntil("two polls") { await polls(api) == 2 }
    worker.terminate()
    #expect(await worker.end() == .shutDown)
    await api.stop()
  }

  @Test func `Where all workers have ended, so has the runtime`() async throws {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = 8
    let api = try await RuntimeAPI.start(options: options)
    await api.inject(Fault(route: .next, status: 500, times: 8))
    let worker = RunningWorker(endpoint: api.endpoint, handler: echo) {
      $0.workers = 8
      $0.isConcurrent = true
    }
    #expect(await worker.end() == .failed(.status(500, of: .next)))
    await api.stop()
  }

  @Test func `All that run are let to their end, and no more is asked for`() async throws {
    let began = Atomic(0)
    let handler = ClosureHandler { invocation in
      began.add(1, ordering: .sequentiallyConsistent)
      try await Task.sleep(for: .milliseconds(100))
      return invocation.payload
    }
    try await withWorkers(handler, count: 4) { api, worker in
      try await waitUntil("four polls") { await polls(api) == 4 }
      async let first = api.invoke(InvocationRequest(payload: [1]))
      async let second = api.invoke(InvocationRequest(payload: [2]))
      try await waitUntil("two to begin") { began.load(ordering: .sequentiallyConsistent) == 2 }
      worker.terminate()
      #expect(await worker.end() == .shutDown)
      #expect(await first == .response([1]))
      #expect(await second == .response([2]))
      #expect(await api.exchanges.filter { $0.path.hasSuffix("/next") }.count == 4)
    }
  }
}

/// Keeps what it is told.
final class Counts: RuntimeObserver {
  private let state = Mutex((began: [String](), ended: [InvocationReport]()))

  var began: [String] { state.withLock { $0.began } }
  var ended: [InvocationReport] { state.withLock { $0.ended } }

  func invocationBegan(_ context: InvocationContext) {
    state.withLock { $0.began.append(context.requestID) }
  }

  func invocationEnded(_ report: InvocationReport) {
    state.withLock { $0.ended.append(report) }
  }
}
