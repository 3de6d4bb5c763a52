import LambdaEvents

/// Handles the messages of an SQS queue; those that are not a number are handed out again.
let batch = {
  struct NotANumber: Error {}
  var router = EventRouter()
  router.on(SQSEvent.self) { event, context in
    await event.forEachMessage(context) { message in
      guard let number = Int(message.body) else { throw NotANumber() }
      context.logger.info("a message has a number", metadata: ["number": "\(number)"])
    }
  }
  return router
}()
