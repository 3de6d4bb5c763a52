public import Postgres

/// The `users` table.
public struct Users: Sendable {
  let database: Pool

  /// Makes a view of the table in `database`.
  public init(_ database: Pool) {
    self.database = database
  }

  /// What came of adding a user.
  public enum Addition: Sendable, Equatable {
    /// The user has a row now, with this handle.
    case added(handle: String)
    /// The user had a row before, which is as it was.
    case alreadyThere
  }

  /// Adds a user, once, however often and from wherever it is asked for.
  ///
  /// A handle that another user has does not keep anybody out: the next candidate is taken.
  ///
  /// Throws `PostgresError`, at the deadline at the latest.
  public func add(
    _ user: User, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Addition {
    let handle = Handle.candidate(0, for: user.handle, id: user.cognitoUserID)
    // Nearly everybody who signs up is new, and so is their handle.
    let isAdded = try await database.execute(.addUser(user, handle: handle), until: deadline).affectedRowCount > 0
    return isAdded ? .added(handle: handle) : try await addIfMissing(user, fromCandidate: 1, until: deadline)
  }

  /// The same for a user who mostly has a row: one statement adds them or says that they are there.
  ///
  /// Throws `PostgresError`, at the deadline at the latest.
  public func addIfMissing(
    _ user: User, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Addition {
    try await addIfMissing(user, fromCandidate: 0, until: deadline)
  }

  private func addIfMissing(
    _ user: User, fromCandidate first: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Addition {
    var number = first
    while true {
      let handle = Handle.candidate(number, for: user.handle, id: user.cognitoUserID)
      let statement = Statement.addMissingUser(user, handle: handle)
      switch try await database.value(statement, as: Bool.self, until: deadline) {
      case true?: return .added(handle: handle)
      case false?: return .alreadyThere
      case nil: number += 1
      }
    }
  }

  /// Who somebody is to everybody else, as JSON that PostgreSQL makes. Nil where they have no row.
  func profile(
    cognitoUserID: String, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8]? {
    try await database.value(.findProfile(cognitoUserID: cognitoUserID), as: [UInt8].self, until: deadline)
  }
}
