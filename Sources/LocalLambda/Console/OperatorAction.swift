import JSON

/// Something that was switched, which is a row between those of invocations.
struct OperatorAction: Sendable {
  enum Kind: Sendable, Equatable {
    case killFunction
    case stopDatabase, startDatabase
    case freezeDatabase(seconds: Int)

    var name: String {
      switch self {
      case .killFunction: "The function was killed"
      case .stopDatabase: "The database is stopped"
      case .startDatabase: "The database is started"
      case .freezeDatabase(let seconds): "The database is frozen for \(seconds) s"
      }
    }

    /// What the database is to be told; nil where it is about the function.
    var order: DatabaseControl.Order? {
      switch self {
      case .killFunction: nil
      case .stopDatabase: .stop
      case .startDatabase: .start
      case .freezeDatabase(let seconds): .freeze(seconds: seconds)
      }
    }
  }

  let kind: Kind
  /// Milliseconds since the epoch.
  let time = millisecondsSinceEpoch()
  private let start = ContinuousClock.now
  /// Nil while it goes on; what the database is then, if it is about that.
  private(set) var end: (result: Result<DatabaseControl.State?, DatabaseControl.Failure>, duration: Duration)?

  init(_ kind: Kind) {
    self.kind = kind
  }

  var isRunning: Bool { end == nil }

  func ended(_ result: Result<DatabaseControl.State?, DatabaseControl.Failure>) -> OperatorAction {
    var action = self
    action.end = (result, ContinuousClock.now - start)
    return action
  }

  /// Why it was not done, in a sentence; nil where it was, or goes on.
  var failure: String? {
    guard case .failure(let failure) = end?.result else { return nil }
    return failure.sentence
  }

  /// What the database is, as far as this tells.
  var databaseState: DatabaseControl.State? {
    switch end?.result {
    case .success(let state): state
    case .failure: nil
    case nil: if case .freezeDatabase = kind { .frozen } else { nil }
    }
  }

  func write(to object: inout JSONObjectWriter) {
    object.add("time", Int(time))
    object.add("kind", "action")
    object.add("name", kind.name)
    object.add("state", isRunning ? "running" : failure == nil ? "succeeded" : "failed")
    if let state = databaseState { object.add("databaseState", state.rawValue) }
    if let end {
      object.add("outcome", failure)
      object.add("milliseconds", end.duration.shownMilliseconds)
    }
  }
}
