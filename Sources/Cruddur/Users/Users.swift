public import Postgres

/// The `users` table.
public struct Users: Sendable {
  private let database: Pool

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
    var number = 0
    while true {
      let handle = Handle.candidate(number, for: user.handle, id: user.cognitoUserID)
      if try await insert(user, handle: handle, until: deadline) { return .added(handle: handle) }
      if try await contains(cognitoUserID: user.cognitoUserID, until: deadline) { return .alreadyThere }
      number += 1
    }
  }

  /// Who somebody is to everybody else, as JSON that PostgreSQL makes. Nil where they have no row.
  func profile(
    cognitoUserID: String, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8]? {
    try await database.value(.findProfile(cognitoUserID: cognitoUserID), as: [UInt8].self, until: deadline)
  }

  /// - Returns: Whether there is a new row; none is made where the user or the handle has one already.
  private func insert(
    _ user: User, handle: String, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Bool {
    try await database.execute(.addUser(user, handle: handle), until: deadline).affectedRowCount > 0
  }

  private func contains(
    cognitoUserID: String, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Bool {
    try await !database.execute(.findUser(cognitoUserID: cognitoUserID), until: deadline).isEmpty
  }
}
