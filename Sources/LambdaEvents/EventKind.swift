import JSON

/// The kinds of event, told apart by what only they have.
enum EventKind {
  /// A request of an HTTP API or of a function URL. That of payload format 1.0, which has `httpMethod`, is one too, so that it can be refused by name.
  case http
  /// A Cognito user pool's trigger.
  case cognito
  /// A request in a form that is not handled here.
  case unsupported(UnsupportedSender)

  /// Nil where it is none of them.
  init?(_ event: JSONValue) {
    if event["triggerSource"] != nil {
      self = .cognito
    } else if let sender = UnsupportedSender(event) {
      self = .unsupported(sender)
    } else if event["requestContext"]?["http"] != nil || event["httpMethod"] != nil {
      self = .http
    } else {
      return nil
    }
  }
}

/// Who sends requests in a form of their own, which is not payload format 2.0 and cannot be set to it.
public enum UnsupportedSender: Equatable, Sendable {
  /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
  case applicationLoadBalancer
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
  case restAPI
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>
  case webSocketAPI

  /// Nil where the event is of another sender. An HTTP API with payload format 1.0 says so in `version`, which a REST API's events lack.
  init?(_ event: JSONValue) {
    guard let context = event["requestContext"], context["http"] == nil else { return nil }
    if context["elb"] != nil {
      self = .applicationLoadBalancer
    } else if context["connectionId"] != nil {
      self = .webSocketAPI
    } else if event["httpMethod"] != nil, event["version"] == nil {
      self = .restAPI
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .applicationLoadBalancer: "an Application Load Balancer"
    case .restAPI: "a REST API of API Gateway (payload format 1.0)"
    case .webSocketAPI: "a WebSocket API of API Gateway"
    }
  }
}
