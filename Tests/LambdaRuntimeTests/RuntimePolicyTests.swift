import Testing

@testable import LambdaRuntime

/// The table of the Runtime API, row by row.
@Suite struct RuntimePolicyTests {
  @Test(arguments: [204, 301, 400, 403, 404, 500, 503]) func `Whatever is no event ends the runtime`(status: Int) {
    #expect(RuntimePolicy.afterNext(status: status) == .exit(.status(status, of: .next)))
  }

  @Test func `On Managed Instances a worker that is one too many for now asks again`() {
    #expect(RuntimePolicy.afterNext(status: 403, isConcurrent: true) == .retry(.status(403, of: .next)))
    #expect(RuntimePolicy.afterNext(status: 500, isConcurrent: true) == .exit(.status(500, of: .next)))
  }

  @Test func `An event is handled`() {
    #expect(RuntimePolicy.afterNext(status: 200) == .handle)
  }

  @Test(arguments: [RuntimeCall.response, .error]) func `An outcome is sent once`(call: RuntimeCall) {
    #expect(RuntimePolicy.afterSend(status: 202, call: call, isRetry: false) == .done)
    for status in [400, 403, 404, 413] {
      #expect(RuntimePolicy.afterSend(status: status, call: call, isRetry: false) == .refused(status: status))
    }
    #expect(RuntimePolicy.afterSend(status: 410, call: call, isRetry: false) == .tooLate)
    for status in [500, 502, 503] {
      #expect(RuntimePolicy.afterSend(status: status, call: call, isRetry: false) == .exit(.status(status, of: call)))
    }
  }

  @Test func `A retry that is refused says that the first try arrived`() {
    #expect(RuntimePolicy.afterSend(status: 400, call: .response, isRetry: true) == .arrivedBefore(status: 400))
    #expect(RuntimePolicy.afterSend(status: 403, call: .response, isRetry: true) == .arrivedBefore(status: 403))
    #expect(RuntimePolicy.afterSend(status: 410, call: .response, isRetry: true) == .tooLate)
    #expect(RuntimePolicy.afterSend(status: 413, call: .response, isRetry: true) == .refused(status: 413))
  }

  @Test func `The pauses grow and stay short`() {
    #expect((1...3).map(RuntimePolicy.backoffMicroseconds) == [50_000, 100_000, 200_000])
    #expect(RuntimePolicy.backoffMicroseconds(failures: 1_000) == 800_000)
  }
}
