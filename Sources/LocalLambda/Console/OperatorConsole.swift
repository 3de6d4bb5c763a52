import JSON
import Synchronization

/// What an operator sees of a function, and what they can switch.
///
/// It is told of each invocation as it begins and ends, keeps the last of them, and tells whoever watches. Watching costs
/// an invocation nothing: whoever reads slowly is told later, of what there is by then.
public final class OperatorConsole: Sendable {
  private struct State {
    var log: ConsoleLog
    var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    var lastWatcher = 0
    var isStopped = false
    /// One switch is pressed at a time.
    var isSwitching = false
  }

  /// Tells numbers and revisions of this console from those of one that ran before on the same port.
  let id = String.randomHexadecimal(digits: 16)
  /// The switches of the database; nil where it is not ours to switch.
  let database: DatabaseControl?
  private let state: Mutex<State>

  /// Makes a console, with the switches of the database that the function uses, if there are any.
  public convenience init(database: DatabaseControl? = nil) {
    self.init(database: database, limits: .init())
  }

  init(database: DatabaseControl?, limits: ConsoleLog.Limits) {
    self.database = database
    state = Mutex(State(log: ConsoleLog(limits: limits)))
  }

  /// Notes what became of an invocation.
  public func note(_ progress: InvocationProgress) {
    change { $0.log.note(progress) }
  }

  /// The entry of a number; nil where there is none, or it is not kept any more.
  subscript(number: Int) -> ConsoleEntry? {
    state.withLock { $0.log[number] }
  }

  // MARK: Watching

  /// Values that say that something may have changed, the first of them at once; they end with the console.
  func watch() -> AsyncStream<Void> {
    let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state -> Int? in
      if state.isStopped { return nil }
      state.lastWatcher += 1
      state.watchers[state.lastWatcher] = continuation
      return state.lastWatcher
    }
    guard let number else {
      continuation.finish()
      return changes
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
    continuation.yield()
    return changes
  }

  /// How many watch.
  var watcherCount: Int { state.withLock { $0.watchers.count } }

  /// What was begun or changed after a revision, and the revision that it leads to.
  func changes(after revision: Int) -> (entries: [ConsoleEntry], revision: Int) {
    state.withLock { ($0.log.changes(after: revision), $0.log.revision) }
  }

  /// Ends what is watched: no server should wait for that.
  func stop() {
    let watchers = state.withLock { state in
      state.isStopped = true
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  private func change<Value>(_ body: (inout State) -> Value) -> Value {
    let (value, watchers) = state.withLock { (body(&$0), Array($0.watchers.values)) }
    for watcher in watchers { watcher.yield() }
    return value
  }

  // MARK: Switches

  /// Presses a switch, and waits for its end; nil while another is pressed. It goes on if the task is cancelled.
  func press(_ kind: OperatorAction.Kind, of function: Function) async -> OperatorAction? {
    let begun = change { state -> (number: Int, action: OperatorAction)? in
      if state.isSwitching { return nil }
      state.isSwitching = true
      let action = OperatorAction(kind)
      return (state.log.begin(action), action)
    }
    guard let (number, action) = begun else { return nil }
    return await Task {
      let ended = action.ended(await self.carryOut(kind, function))
      self.change {
        $0.isSwitching = false
        $0.log.end(number, ended)
      }
      return ended
    }.value
  }

  private func carryOut(
    _ kind: OperatorAction.Kind, _ function: Function
  ) async -> Result<DatabaseControl.State?, DatabaseControl.Failure> {
    guard let order = kind.order else {
      await function.kill()
      return .success(nil)
    }
    guard let database else { return .failure(.init(sentence: "There is no switch for this database.")) }
    return await database.run(order).map { $0 }
  }
}
