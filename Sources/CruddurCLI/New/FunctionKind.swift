import ArgumentParser

/// What a function handles, and so what a new one begins with.
enum FunctionKind: String, CaseIterable, ExpressibleByArgument {
  case event, http, cognito, sqs

  /// What a new function of this kind is.
  var summary: String {
    switch self {
    case .event: "a function that takes JSON and answers with JSON"
    case .http: "a function that answers to requests of an HTTP API or a function URL"
    case .cognito: "a function for a Cognito user pool, at a sign-up and its confirmation"
    case .sqs: "a function that takes the messages of an SQS queue"
    }
  }

  /// What it does with which event, and the tests of that.
  var sources: (routes: [UInt8], tests: [UInt8]) {
    switch self {
    case .event: (PackageResources.EventRoutes_swift, PackageResources.EventTests_swift)
    case .http: (PackageResources.HTTPRoutes_swift, PackageResources.HTTPTests_swift)
    case .cognito: (PackageResources.CognitoRoutes_swift, PackageResources.CognitoTests_swift)
    case .sqs: (PackageResources.SQSRoutes_swift, PackageResources.SQSTests_swift)
    }
  }

  /// Events to try it with, the first one for a start.
  var events: [(name: String, content: [UInt8])] {
    switch self {
    case .event: [("greeting", PackageResources.EventSample_json)]
    case .http: [("get-greeting", PackageResources.HTTPSample_json)]
    case .cognito:
      [
        ("pre-sign-up", PackageResources.CognitoSignUp_json),
        ("post-confirmation", PackageResources.CognitoConfirmation_json),
      ]
    case .sqs: [("order", PackageResources.SQSSample_json)]
    }
  }
}
