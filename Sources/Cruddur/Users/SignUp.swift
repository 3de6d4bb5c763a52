public import LambdaEvents
public import LambdaRuntime
import Logging
import Postgres

/// Gives everyone who confirms an account a row in `users`.
///
/// A forgotten password's event does the same: whoever a failure had cost their row gets it then; who has one keeps it as it is.
public struct SignUp: Sendable {
  /// Cognito shows this to the person who signs up, and adds the full stop: nothing of the database, nothing of theirs.
  private static let failureMessage =
    "Your account is confirmed, but your profile could not be saved just now"

  private let users: Users

  /// Makes the handler of the sign-ups into `users`.
  public init(_ users: Users) {
    self.users = users
  }

  /// Handles one confirmation.
  ///
  /// - Throws: `EventError` where the event names no user, ``DatabaseFailure`` where the database did not take the row.
  public func handle(_ event: PostConfirmation, _ context: InvocationContext) async throws {
    let user = try User(event)
    let deadline = context.deadline(within: PostConfirmation.timeLimit)
    let sub = user.cognitoUserID
    do throws(PostgresError) {
      switch try await users.add(user, until: deadline) {
      case .added(user.handle): context.logger.info("user added", metadata: ["sub": "\(sub)"])
      case .added: context.logger.info("user added with another handle: theirs is taken", metadata: ["sub": "\(sub)"])
      case .alreadyThere: context.logger.info("user already there", metadata: ["sub": "\(sub)"])
      }
    } catch {
      throw DatabaseFailure(cause: error, loss: "user \(sub) not stored", errorMessage: SignUp.failureMessage)
    }
  }
}
