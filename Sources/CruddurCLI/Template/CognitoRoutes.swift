import LambdaEvents
import LambdaRuntime

/// Whoever signs up is told this, behind Cognito's own `PreSignUp failed with error`.
struct AddressRefused: LambdaError {
  let errorType = ErrorType.function("AddressRefused")
  let errorMessage = "Only addresses of example.com may sign up."
}

/// What the function does with which trigger of a user pool. Any other is answered with its event.
func routes() -> EventRouter {
  var events = EventRouter()
  events.on(PreSignUp.self) { event, _ in
    let address = event.userAttributes.string("email") ?? ""
    guard address.lowercased().hasSuffix("@example.com") else { throw AddressRefused() }
    return PreSignUp.Response()
  }
  // Cognito waits for five seconds, and does not come again after an error.
  events.on(PostConfirmation.self) { event, context in
    let user = try event.userAttributes.requiredString("sub")
    context.logger.info("a user confirmed their account", metadata: ["sub": "\(user)"])
  }
  return events
}
