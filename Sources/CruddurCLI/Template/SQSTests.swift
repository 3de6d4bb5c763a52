import JSON
import LambdaEvents
import LambdaRuntime
import Testing

@testable import FunctionModule

/// The routes are a value: neither Lambda nor a queue is needed to try them.
@Suite struct FunctionModuleTests {
  /// What the function says of messages, whose ids are their numbers.
  func answer(to messages: [String]) async throws -> String {
    let event = JSONWriter.object {
      $0.array("Records") { records in
        for (number, body) in messages.enumerated() {
          records.object {
            $0.add("messageId", "\(number)")
            $0.add("eventSource", "aws:sqs")
            $0.add("body", body)
          }
        }
      }
    }
    let context = InvocationContext(requestID: "test")
    let response = try await routes().handle(Invocation(context: context, payload: event))
    return String(decoding: try await response.collect(), as: UTF8.self)
  }

  @Test func `Only what failed is handed out again`() async throws {
    let good = #"{"article":"tea","pieces":2}"#
    let bad = ["tea", "{}", #"{"article":"tea","pieces":0}"#]
    #expect(try await answer(to: [good, good]) == #"{"batchItemFailures":[]}"#)
    for message in bad {
      let failures = #"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#
      #expect(try await answer(to: [good, message, good]) == failures)
    }
  }

  @Test func `An order is read as it was sent`() throws {
    let order = try Order(#"{"article":"Earl Grey ☕","pieces":12}"#)
    #expect(order.article == "Earl Grey ☕")
    #expect(order.pieces == 12)
  }
}
