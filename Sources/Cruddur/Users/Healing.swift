public import LambdaEvents
public import LambdaRuntime
import Logging
import Postgres

/// Gives whoever signs in without a row one: users of an administrator's, of whom no confirmation tells, and those whom a
/// failure had cost theirs.
///
/// No sign-in fails because of it. What goes wrong is in the log and in the metrics, and the next sign-in tries again.
public struct Healing: Sendable {
  /// How long the database has: a second and a half, of the five that Cognito waits. Somebody waits for their tokens, and
  /// nearly always has a row, which a connection that is there says in a millisecond. A new one takes a fraction of a
  /// second, and one second more where its first packet is lost (RFC 6298); what takes longer is a database that is away,
  /// for which nobody should wait who only wants to sign in.
  static let databaseTime: Duration = .milliseconds(1_500)

  private let users: Users
  private let metrics: Metrics?

  /// Makes the handler of sign-ins, which adds to `users` who is missing, and has `metrics` count them.
  public init(_ users: Users, metrics: Metrics? = nil) {
    self.users = users
    self.metrics = metrics
  }

  /// Handles one sign-in.
  public func handle(_ event: Unread<PostAuthentication>, _ context: InvocationContext) async {
    let user: User
    do throws(EventError) {
      user = try User(event)
    } catch {
      return failed(error, "healing failed: \(error)", event, context)
    }
    do throws(PostgresError) {
      let deadline = context.deadline(within: Healing.databaseTime + InvocationContext.margin)
      if try await users.addIfMissing(user, until: deadline) == .alreadyThere { return }
      context.logger.info("user added at sign-in", metadata: ["sub": "\(user.cognitoUserID)"])
      metrics?.userHealed()
    } catch {
      let failure = DatabaseFailure(cause: error, loss: "healing failed")
      failed(failure, failure.logMessage, event, context)
    }
  }

  private func failed(
    _ error: any LambdaError, _ message: String, _ event: Unread<PostAuthentication>, _ context: InvocationContext
  ) {
    var failure = FailureRecord(error.errorType, sub: event.sub, elapsed: .now - context.receivedAt)
    failure.add(error)
    context.logger.warning("\(message)", metadata: failure.metadata)
    metrics?.healingFailed(error.errorType)
  }
}
