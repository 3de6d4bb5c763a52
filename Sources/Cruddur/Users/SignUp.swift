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
  private let observer: SignUpObserver?

  /// Makes the handler of the sign-ups into `users`, of which `observer` tells what came of each.
  public init(_ users: Users, observer: SignUpObserver? = nil) {
    self.users = users
    self.observer = observer
  }

  /// Handles one confirmation.
  ///
  /// - Throws: `EventError` where the event names no user, ``DatabaseFailure`` where the database did not take the row.
  public func handle(_ event: Unread<PostConfirmation>, _ context: InvocationContext) async throws {
    let ticket = observer?.signUpBegan(event, context)
    do {
      let addition = try await add(User(event), context)
      ticket.map { observer?.signUpEnded($0, .success(addition)) }
    } catch let error as any LambdaError {
      ticket.map { observer?.signUpEnded($0, .failure(error)) }
      throw error
    }
  }

  private func add(_ user: User, _ context: InvocationContext) async throws(DatabaseFailure) -> Users.Addition {
    let deadline = context.deadline(within: PostConfirmation.timeLimit)
    let sub = user.cognitoUserID
    do throws(PostgresError) {
      let addition = try await users.add(user, until: deadline)
      switch addition {
      case .added(user.handle): context.log("user added", "sub", sub)
      case .added: context.log("user added with another handle: theirs is taken", "sub", sub)
      case .alreadyThere: context.log("user already there", "sub", sub)
      }
      return addition
    } catch {
      throw DatabaseFailure(cause: error, loss: "user \(sub) not stored", errorMessage: SignUp.failureMessage)
    }
  }
}
