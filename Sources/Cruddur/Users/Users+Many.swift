#if Laptop  // Nobody but the command cruddur has many users at a time, and the zip no room to spare.
public import Postgres

/// Many users at a time, in few statements.
extension Users {
  /// Finds out who has no row.
  ///
  /// - Returns: The positions of those ids that are missing, in their order.
  ///
  /// Throws `PostgresError`, at the deadline at the latest.
  public func missing(
    among cognitoUserIDs: [String], until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Int] {
    let rows = try await database.execute(.findMissingUsers(cognitoUserIDs: cognitoUserIDs), until: deadline)
    var positions: [Int] = []
    for row in rows { positions.append(try row["position", as: Int.self] - 1) }
    return positions.sorted()
  }

  /// Adds users, each as ``add(_:until:)`` does: once, however often and from wherever, with the first free handle of the
  /// same candidates.
  ///
  /// If there is something in the users that the database refuses, they are added one by one, so that nobody is kept out
  /// by somebody else.
  ///
  /// - Returns: What came of each, in their order.
  ///
  /// Throws `PostgresError` for what has nothing to do with one user, at the deadline at the latest. Some may have been
  /// added then.
  public func add(
    _ users: [User], until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Result<Addition, PostgresError>] {
    do throws(PostgresError) {
      return try await addAtOnce(users, until: deadline).map { .success($0) }
    } catch {
      guard error.isAboutData else { throw error }
    }
    var results: [Result<Addition, PostgresError>] = []
    for user in users {
      do throws(PostgresError) {
        results.append(.success(try await add(user, until: deadline)))
      } catch {
        guard error.isAboutData else { throw error }
        results.append(.failure(error))
      }
    }
    return results
  }

  private func addAtOnce(
    _ users: [User], until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Addition] {
    var additions = [Addition](repeating: .alreadyThere, count: users.count)
    var remaining = Array(users.indices)
    var number = 0
    while !remaining.isEmpty {
      let handles = remaining.map { Handle.candidate(number, for: users[$0].handle, id: users[$0].cognitoUserID) }
      let rows = try await database.execute(
        .addUsers(remaining.map { users[$0] }, handles: handles), until: deadline)
      // By their bytes: for Swift, strings are equal that are not the same to PostgreSQL.
      var added: Set<[UInt8]> = []
      for row in rows { added.insert(Array(try row["cognito_user_id", as: String.self].utf8)) }
      var others: [Int] = []
      for (user, handle) in zip(remaining, handles) {
        // Somebody who is there twice is added once.
        if added.remove(Array(users[user].cognitoUserID.utf8)) != nil {
          additions[user] = .added(handle: handle)
        } else {
          others.append(user)
        }
      }
      remaining =
        others.isEmpty
        ? [] : try await missing(among: others.map { users[$0].cognitoUserID }, until: deadline).map { others[$0] }
      number += 1
    }
    return additions
  }

  /// Lists at most `limit` of those who have a row, in the order of their ids of Cognito's: those that come after `id`, which
  /// is empty for the beginning, and whose rows were made before `instant`.
  ///
  /// Throws `PostgresError`, at the deadline at the latest.
  public func list(
    after id: String, before instant: Timestamp, limit: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [(cognitoUserID: String, created: Timestamp)] {
    let rows = try await database.execute(.listUsers(after: id, before: instant, limit: limit), until: deadline)
    var users: [(cognitoUserID: String, created: Timestamp)] = []
    for row in rows { users.append((try row["cognito_user_id"], try row["created_at"])) }
    return users
  }

  /// What time it is by the clock that dates the rows.
  ///
  /// Throws `PostgresError`, at the deadline at the latest.
  public func now(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> Timestamp {
    let rows = try await database.execute(.currentTime, until: deadline)
    return try rows[rows.startIndex]["now"]
  }
}

extension PostgresError {
  /// Whether the server refuses what it was given, rather than whom or when: a value, a constraint, a limit, or what a
  /// trigger raises (classes 22, 23, 54 and P0).
  ///
  /// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
  fileprivate var isAboutData: Bool {
    guard let sqlState else { return reason == .invalidParameter }
    return ["22", "23", "54", "P0"].contains { sqlState.rawValue.hasPrefix($0) }
  }
}
#endif
