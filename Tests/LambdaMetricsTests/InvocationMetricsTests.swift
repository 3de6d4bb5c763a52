import LambdaMetrics
import LambdaRuntime
import Logging
import MetricsTestKit
import Testing

/// What swift-metrics is told of invocations.
@Suite struct InvocationMetricsTests {
  private let metrics = TestMetrics()
  private let context = InvocationContext(
    requestID: "id", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

  private func end(initialization: Duration? = nil, _ type: ErrorType? = nil) {
    let report = InvocationReport(
      context: context, initialization: initialization, handler: .milliseconds(7), sending: .milliseconds(2),
      errorType: type)
    MetricsObserver(factory: metrics).invocationEnded(report)
  }

  @Test func `An invocation is timed until its response is sent`() throws {
    end()
    end()
    #expect(try metrics.expectTimer("faas.invoke_duration").values == [9_000_000, 9_000_000])
    #expect(metrics.counters.isEmpty)
    #expect(metrics.timers.count == 1)
  }

  @Test func `A cold start is counted, and timed`() throws {
    end(initialization: .milliseconds(30))
    end()
    #expect(try metrics.expectTimer("faas.init_duration").values == [30_000_000])
    #expect(try metrics.expectCounter("faas.coldstarts").totalValue == 1)
  }

  @Test func `An invocation that fails is counted by its type`() throws {
    end(.function("DatabaseTimeout"))
    let type = [("error.type", "Function.DatabaseTimeout")]
    #expect(try metrics.expectTimer("faas.invoke_duration", type).values.count == 1)
    #expect(try metrics.expectCounter("faas.errors", type).totalValue == 1)
  }
}
