import Testing

@testable import LocalLambda

/// Each row of the Runtime API's table: a situation, a call, and the status it must get.
struct RuntimeStateTableTests {
  enum Situation: CaseIterable {
    case started
    /// `/next` waits.
    case waiting
    case running
    /// The invocation was answered, and `/next` is still to come.
    case answered
    /// The deadline passed before an answer.
    case timedOut
    case initFailed
    case exited
    case stopped
    /// A new runtime is about to start after one that exited.
    case reset
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let situation: Situation
    let call: RuntimeCall
    /// nil: the answer is owed until an event comes.
    let status: Int?

    init(_ situation: Situation, _ call: RuntimeCall, _ status: Int?) {
      self.situation = situation
      self.call = call
      self.status = status
    }

    var testDescription: String { "\(situation), \(call.label)" }
  }

  @Test(arguments: [
    Row(.started, .next, nil),
    Row(.waiting, .next, nil),
    Row(.running, .next, 200),
    Row(.answered, .next, nil),
    Row(.timedOut, .next, nil),
    Row(.initFailed, .next, 403),
    Row(.exited, .next, 403),
    Row(.stopped, .next, 500),
    Row(.reset, .next, nil),
  ])
  func `GET next is answered as its row says`(row: Row) throws {
    try check(row)
  }

  @Test(arguments: [
    Row(.started, .response("a"), 403),
    Row(.waiting, .response("a"), 403),
    Row(.running, .response("a"), 202),
    Row(.running, .response("never-heard-of"), 400),
    Row(.running, .response(""), 400),
    Row(.running, .post(requestID: "a", invocationID: nil, .failure(.tooLarge(limit: 8))), 413),
    Row(.running, .post(requestID: "b", invocationID: nil, .failure(.tooLarge(limit: 8))), 400),
    Row(.running, .post(requestID: "a", invocationID: nil, .failure(.truncated)), 400),
    Row(.running, .post(requestID: "a", invocationID: nil, .failure(.unknownResponseMode)), 400),
    Row(.answered, .response("a"), 403),
    Row(.timedOut, .response("a"), 410),
    Row(.timedOut, .response("b"), 403),
    Row(.initFailed, .response("a"), 403),
    Row(.exited, .response("a"), 403),
    Row(.stopped, .response("a"), 500),
    Row(.reset, .response("a"), 403),
  ])
  func `POST response is answered as its row says`(row: Row) throws {
    try check(row)
  }

  @Test(arguments: [
    Row(.started, .error("a"), 403),
    Row(.waiting, .error("a"), 403),
    Row(.running, .error("a"), 202),
    Row(.running, .error("b"), 400),
    Row(.answered, .error("a"), 403),
    Row(.timedOut, .error("a"), 410),
    Row(.initFailed, .error("a"), 403),
    Row(.exited, .error("a"), 403),
    Row(.stopped, .error("a"), 500),
  ])
  func `POST error is answered as its row says`(row: Row) throws {
    try check(row)
  }

  @Test(arguments: [
    Row(.started, .failedInit, 202),
    Row(.started, .initError(.failure(.tooLarge(limit: 8))), 413),
    Row(.started, .initError(.failure(.truncated)), 400),
    Row(.waiting, .failedInit, 403),
    Row(.running, .failedInit, 403),
    Row(.answered, .failedInit, 403),
    Row(.timedOut, .failedInit, 403),
    Row(.initFailed, .failedInit, 403),
    Row(.exited, .failedInit, 403),
    Row(.stopped, .failedInit, 500),
    Row(.reset, .failedInit, 202),
  ])
  func `POST init error is answered as its row says`(row: Row) throws {
    try check(row)
  }

  private func check(_ row: Row) throws {
    var state = RuntimeState(in: row.situation)
    let effects = state.handle(.call(99, row.call), at: RuntimeState.start + 10_000)
    #expect(effects.status(of: 99) == row.status)
  }
}

extension RuntimeState {
  /// When the tests' time begins.
  static let start: Int64 = 1_700_000_000_000

  /// A state with the invocation "a", of five seconds, in a situation; the call that fetched it was number 1.
  init(in situation: RuntimeStateTableTests.Situation) {
    self.init(rules: Rules(functionARN: "arn", invocationID: { "hand-out \($0)" }))
    switch situation {
    case .started: break
    case .waiting: play(.call(1, .next))
    case .running: play(.call(1, .next), .invoke(.sample("a", seconds: 60)))
    case .answered: play(.call(1, .next), .invoke(.sample("a")), .call(2, .response("a")))
    case .timedOut: play(.call(1, .next), .invoke(.sample("a")), .elapsed(.invocation("a")))
    case .initFailed: play(.call(1, .failedInit))
    case .exited: play(.exited("exited with status 1"))
    case .stopped: play(.stop)
    case .reset: play(.exited("exited with status 1"), .reset(initLimit: nil))
    }
  }

  /// Takes inputs at the beginning of time, and gives all that is to be done.
  @discardableResult
  mutating func play(_ inputs: Input...) -> [Effect] {
    inputs.flatMap { handle($0, at: Self.start) }
  }
}

extension Invocation {
  static func sample(_ id: String, key: String? = nil, seconds: Int = 5) -> Invocation {
    Invocation(
      key: key ?? id, requestID: id,
      request: InvocationRequest(payload: Array("{}".utf8), timeout: .seconds(seconds)))
  }
}

extension RuntimeCall {
  /// With the invocation id of a hand-out; of one that is "", none is sent back, as by an old runtime.
  static func response(_ id: String, _ handOut: String = "", _ body: UInt8 = 1) -> RuntimeCall {
    .post(requestID: id, invocationID: handOut.isEmpty ? nil : handOut, .success(.response([body])))
  }

  static func error(_ id: String, _ handOut: String = "") -> RuntimeCall {
    .post(
      requestID: id, invocationID: handOut.isEmpty ? nil : handOut,
      .success(.functionError(type: "Function.Bad", body: [2])))
  }

  static var failedInit: RuntimeCall { .initError(.success(ReportedError(type: "Runtime.Bad", body: [3]))) }

  fileprivate var label: String {
    switch self {
    case .next: "next"
    case .stream(let id, let invocationID): "stream to '\(id)' as '\(invocationID ?? "")'"
    case .post(let id, let invocationID, .success): "post to '\(id)' as '\(invocationID ?? "")'"
    case .post(let id, _, .failure(let invalid)): "post to '\(id)' that is \(invalid)"
    case .initError(.success): "init error"
    case .initError(.failure(let invalid)): "init error that is \(invalid)"
    case .restoreNext: "restore next"
    case .restoreError: "restore error"
    }
  }
}

extension [RuntimeState.Effect] {
  /// The answers to a call; nil where there is none.
  func response(to call: RuntimeState.CallID) -> HTTPResponse? {
    for case .respond(call, let response) in self { return response }
    return nil
  }

  func status(of call: RuntimeState.CallID) -> Int? { response(to: call)?.status }

  /// How an invocation ended; nil where it did not.
  func result(of id: String) -> InvocationResult? {
    for case .finish(id, let result) in self { return result }
    return nil
  }
}
