import JSON

/// The kinds of event, told apart by what only they have.
enum EventKind {
  /// A request of API Gateway or of a function URL. That of payload format 1.0, which has `httpMethod`, is one too, so that it can be refused by name.
  case http
  /// A Cognito user pool's trigger.
  case cognito

  /// Nil where it is neither.
  init?(_ event: JSONValue) {
    if event["triggerSource"] != nil {
      self = .cognito
    } else if event["requestContext"]?["http"] != nil || event["httpMethod"] != nil {
      self = .http
    } else {
      return nil
    }
  }
}
