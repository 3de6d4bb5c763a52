public import LambdaEvents
public import LambdaHTTP
public import LambdaRuntime
import Postgres

/// Users over HTTP.
public struct UserAPI: Sendable {
  private let users: Users

  /// Makes the handlers.
  public init(_ users: Users) {
    self.users = users
  }

  /// `GET /api/users/me`: who is signed in, under the handle that they really have, which may differ from the one that
  /// they asked for.
  public func me(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let sub = try request.signedInUser
    let profile = try await withDatabase(context) { deadline throws(PostgresError) in
      try await users.profile(cognitoUserID: sub, until: deadline)
    }
    guard let profile else { throw Problem.userMissing }
    return .json(profile)
  }
}
