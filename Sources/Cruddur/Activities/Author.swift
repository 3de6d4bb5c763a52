/// Who writes an activity.
enum Author: Sendable, Equatable {
  /// Whoever a JWT with this `sub` was given to.
  case cognitoUser(id: String)
  /// Whoever the client says it is: on laptops alone.
  case handle(String)
}
