import LocalLambda

/// Where events go.
enum InvokedFunction: Sendable {
  case local(LocalFunction)
  case remote(RemoteFunction)
}

/// One run of `cruddur invoke`, whose inputs have all been checked.
struct InvokeSession {
  let events: [EventFile]
  let repetitions: Int
  let function: InvokedFunction
  let writer: AnswerWriter

  /// Delivers all events; however that ends, the bootstrap ends with it.
  ///
  /// - Returns: the exit status: 0 if every event was answered, 1 if not, 128 and the signal's number if one ended it.
  /// - Throws: ``PortError`` if there can be no Runtime API, ``InputError`` if aws fails.
  func run() async throws -> Int32 {
    let signals = EndSignals()
    return try await withThrowingTaskGroup(of: Int32.self) { group in
      group.addTask { try await deliver() ? 0 : 1 }
      group.addTask {
        for await signal in signals { return 128 + signal }
        return 1
      }
      defer { group.cancelAll() }
      return try await group.next() ?? 1
    }
  }

  private func deliver() async throws -> Bool {
    switch function {
    case .remote(let function): try await deliver { try await function.invoke($0) }
    case .local(let function): try await function.run { invoke in try await deliver(by: invoke) }
    }
  }

  /// Whether every event was answered; nothing more is delivered once a signal has come or nobody reads the answers.
  private func deliver(by invoke: (EventFile) async throws -> Delivery) async throws -> Bool {
    var isAnswered = true
    var summary = InvokeSummary()
    for event in (1...repetitions).lazy.flatMap({ _ in events }) {
      let delivery = try await invoke(event)
      if Task.isCancelled { return false }
      Console.writeError(delivery.log)
      var failure = delivery.failure
      do throws(Console.OutputFault) {
        if let answer = delivery.answer, try !writer.write(answer) {
          failure = "\(event.name): the answer is no HTTP response: \(String(decoding: answer, as: UTF8.self))"
        }
      } catch {
        guard error != .closed else { return isAnswered }
        Console.log("Standard output cannot be written to.")
        return false
      }
      if let failure {
        Console.log(failure)
        isAnswered = false
      }
      summary.add(delivery.figures, isError: failure != nil)
    }
    if events.count * repetitions > 1 { Console.log(summary.sentence) }
    return isAnswered
  }
}
