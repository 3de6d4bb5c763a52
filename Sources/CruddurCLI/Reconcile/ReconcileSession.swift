import Cruddur
import Glibc
import JSON
import Postgres

/// One run of `cruddur reconcile`: batch after batch is compared with the table while the next one is read.
struct ReconcileSession: Sendable {
  let users: Users
  /// How long the database is waited for.
  let retryTime: Duration
  /// Whether whoever is missing is added.
  let applies: Bool
  var output: ReconcileOutput

  private(set) var tally = ReconcileTally()
  private var listed = ListedIDs()
  /// When the account was made that is the newest of those that were read.
  private var newest: Timestamp?
  /// What goes on behind the last batch that is done with.
  private var token: String?

  init(users: Users, retryTime: Duration, applies: Bool, output: ReconcileOutput) {
    self.users = users
    self.retryTime = retryTime
    self.applies = applies
    self.output = output
  }

  /// What a task has come to.
  private enum End {
    case done(Int32), signal(Int32), none
  }

  /// Does all of it, until a signal comes.
  ///
  /// - Returns: the exit status.
  func run(_ listing: any UserListing) async -> Int32 {
    let signals = EndSignals()
    return await withTaskGroup(of: End.self) { group in
      group.addTask {
        var session = self
        return .done(await session.reconcile(listing))
      }
      group.addTask {
        for await signal in signals {
          // What cannot be interrupted, such as a file system that hangs, is ended by the second.
          for number in [SIGINT, SIGTERM, SIGHUP] { Glibc.signal(number, SIG_DFL) }
          return .signal(signal)
        }
        return .none
      }
      var status: Int32?
      for await end in group {
        group.cancelAll()
        switch end {
        case .done(let own): status = status ?? own
        case .signal(let number): status = status ?? 128 + number
        case .none: break
        }
      }
      return status ?? 2
    }
  }

  private mutating func reconcile(_ listing: any UserListing) async -> Int32 {
    token = listing.token
    do {
      let began = try await database { users, deadline throws(PostgresError) in try await users.now(until: deadline) }
      var listing = listing
      try await compare(&listing)
      try await findGone(after: listing, from: listing.isLive ? began : newest)
      try output.finish(tally, applies: applies)
      return tally.isSettled(applies: applies) ? 0 : 1
    } catch {
      output.fail(error, tally, token: token)
      return 2
    }
  }

  /// Compares all batches, each while the one after it is read.
  private mutating func compare(_ listing: inout any UserListing) async throws {
    try await withThrowingTaskGroup(of: ReconciledBatch.self) { group in
      var position = 0
      while true {
        let documents: [JSONDocument]?
        do {
          documents = try await listing.next()
        } catch {
          // What is under way is done, and worth telling, although there is no more.
          while let batch = try await group.next() { try note(batch) }
          throw error
        }
        while let batch = try await group.next() { try note(batch) }
        guard let documents else { return }
        let batch = UserBatch(documents: documents, position: position, nextToken: listing.token)
        position += documents.count
        group.addTask { [self] in try await reconcile(batch) }
      }
    }
  }

  private mutating func note(_ batch: ReconciledBatch) throws {
    tally.add(batch.tally)
    for id in batch.ids { listed.insert(id) }
    newest = [newest, batch.newest].compactMap(\.self).max()
    token = batch.nextToken
    try output.write(batch.entries)
    output.showProgress(tally)
  }

  /// Runs in a task of its own.
  private func reconcile(_ batch: UserBatch) async throws -> ReconciledBatch {
    var reconciled = ReconciledBatch(batch)
    let ids = reconciled.users.map(\.user.cognitoUserID)
    let missing = try await database { users, deadline throws(PostgresError) in
      try await users.missing(among: ids, until: deadline)
    }
    reconciled.sort(missing: missing)
    guard applies else {
      reconciled.reportMissing(withNames: output.showsNames)
      return reconciled
    }
    let additions = reconciled.usersToAdd()
    guard !additions.isEmpty else { return reconciled }
    let results = try await database { users, deadline throws(PostgresError) in
      try await users.add(additions.map(\.user), until: deadline)
    }
    for (addition, result) in zip(additions, results) { reconciled.report(addition, result) }
    return reconciled
  }

  /// Lists who has a row and is in the pool no more, among the rows made before an instant: those of later ones may be of
  /// accounts that the listing is too old for.
  private mutating func findGone(after listing: any UserListing, from instant: Timestamp?) async throws {
    guard listing.isWhole, let instant else {
      tally.gone = nil
      return
    }
    listed.sort()
    var last = ""
    while true {
      let page = try await database { [last] users, deadline throws(PostgresError) in
        try await users.list(after: last, before: instant, limit: 10_000, until: deadline)
      }
      let gone = page.filter { !listed.contains($0.cognitoUserID) }
      tally.gone = (tally.gone ?? 0) + gone.count
      try output.write(
        gone.map { ReconcileEntry(.gone, sub: $0.cognitoUserID, created: "\($0.created)") })
      guard let end = page.last, page.count == 10_000 else { return }
      last = end.cognitoUserID
      try Task.checkCancellation()
    }
  }

  /// What the database answers, in the time for which it is waited for, and some for the work itself.
  private func database<Value>(
    _ call: (Users, ContinuousClock.Instant) async throws(PostgresError) -> Value
  ) async throws -> Value {
    do throws(PostgresError) {
      return try await call(users, .now + retryTime + .seconds(60))
    } catch {
      if error.reason == .cancelled { throw CancellationError() }
      throw DatabaseFailure(cause: error, loss: "The users were not compared")
    }
  }
}
