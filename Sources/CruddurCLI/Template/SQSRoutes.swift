import JSON
import LambdaEvents
import LambdaRuntime

/// What a message says: `{"article":"tea","pieces":2}`.
struct Order {
  let article: String
  let pieces: Int

  init(_ message: String) throws {
    let order = try JSONDocument(Array(message.utf8)).root
    article = try order.member("article").string()
    pieces = try order.member("pieces").integer()
    guard pieces > 0 else { throw NothingOrdered() }
  }
}

struct NothingOrdered: Error {}

/// What the function does with the messages of a queue, which hands out again those that fail: its event source
/// mapping has to have `ReportBatchItemFailures`. A message may come twice.
func routes() -> EventRouter {
  var events = EventRouter()
  events.on(SQSEvent.self) { event, context in
    await event.forEachMessage(context) { message in
      let order = try Order(message.body)
      context.logger.info("an order of \(order.pieces) pieces")
    }
  }
  return events
}
