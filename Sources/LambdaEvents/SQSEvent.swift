public import JSON
public import LambdaRuntime
import Logging

/// Messages of an SQS queue: a view of the event's JSON.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.
public struct SQSEvent: EventKind {
  /// The whole event.
  public let document: JSONDocument

  /// The messages, at least one.
  public let messages: [Message]

  /// "SQS messages (Records, eventSource aws:sqs)".
  public static var summary: String { "SQS messages (Records, eventSource aws:sqs)" }

  /// Matches an event whose first record is from SQS: all of one event are from one queue.
  public static func matches(_ event: JSONValue) -> Bool {
    var records = try? event["Records"]?.elements()
    return (try? records?.next()?["eventSource"]?.string()) == "aws:sqs"
  }

  /// Reads the messages.
  public init(_ document: JSONDocument) throws(JSONError) {
    self.document = document
    var messages: [Message] = []
    for record in try document.root.member("Records").elements() { messages.append(try Message(record)) }
    self.messages = messages
  }

  /// One message: a view of the event's JSON.
  public struct Message: Sendable {
    /// The record as it is.
    public let record: JSONValue

    /// The message's id, by which a failure is reported.
    public let id: String

    /// What was sent.
    public let body: String

    init(_ record: JSONValue) throws(JSONError) {
      self.record = record
      id = try record.member("messageId").string()
      body = try record.member("body").string()
    }

    /// How often the message has been handed out, this time included; nil where the event does not say.
    public var receiveCount: Int? { attribute("ApproximateReceiveCount").flatMap { Int($0) } }

    /// Within a FIFO queue, the messages of one group are handled in their order; nil for a message of another queue.
    public var groupID: String? { attribute("MessageGroupId") }

    /// The queue's ARN.
    public var queueARN: String? { try? record["eventSourceARN"]?.string() }

    /// Whether the queue hands out each group's messages in their order.
    public var isFromFIFOQueue: Bool { queueARN?.hasSuffix(".fifo") ?? false }

    /// One of SQS's own attributes, such as `SentTimestamp`.
    public func attribute(_ name: String) -> String? { try? record["attributes"]?[name]?.string() }

    /// The text of one of the sender's attributes; nil where there is none, or it is not text.
    public func messageAttribute(_ name: String) -> String? {
      try? record["messageAttributes"]?[name]?["stringValue"]?.string()
    }
  }
}

extension SQSEvent {
  /// Handles one message after the other; the response names those whose handling failed, and SQS hands only them out
  /// again.
  ///
  /// The queue's event source mapping has to have `ReportBatchItemFailures`: without it Lambda takes a batch with
  /// failures for handled. Each failure is logged. Once one message of a FIFO queue has failed, or the invocation was
  /// cancelled, the rest are not handled, and count as failed: those of one group have to stay in order. Source:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.
  public func forEachMessage(
    _ context: InvocationContext, _ handle: (Message) async throws -> Void
  ) async -> Response {
    var failures: [String] = []
    var isOver = false
    for message in messages {
      if isOver || Task.isCancelled {
        failures.append(message.id)
        continue
      }
      do {
        try await handle(message)
      } catch {
        let report = ErrorReport(error)
        context.logger.error(
          "message not handled: \(report.logMessage)",
          metadata: ["messageId": "\(message.id)", LambdaLogHandler.errorTypeKey: "\(report.type)"])
        failures.append(message.id)
        isOver = message.isFromFIFOQueue
      }
    }
    return SQSEvent.response(failures: failures)
  }

  /// The response to a batch of which the messages of these ids were not handled; none if all were.
  public static func response(failures ids: [String]) -> Response {
    .bytes(
      JSONWriter.object {
        $0.array("batchItemFailures") { failures in
          for id in ids { failures.object { $0.add("itemIdentifier", id) } }
        }
      })
  }
}
