import LambdaEvents

/// Puts the plan that a user pays for into the id token that Cognito makes.
let claims = {
  var router = EventRouter()
  router.on(TokenGeneration.self) { event, _ in
    let plan = event.groups.names.contains("customers") ? "paid" : "free"
    return TokenGeneration.Response(idToken: .init(claims: ["plan": .string(plan)]))
  }
  return router
}()
