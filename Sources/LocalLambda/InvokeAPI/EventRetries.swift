/// How Lambda goes on with an event that nobody waits for and that the function failed, or was too busy for:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.
///
/// Lambda waits one minute and then two; nobody at a laptop would. So what Lambda says in minutes is seconds here.
struct EventRetries: Sendable {
  /// Before the second attempt and each further one after an error of the function; after the last there is none.
  var pausesAfterErrors: [Duration] = [.seconds(1), .seconds(2)]
  /// Where as many invocations run as there may: as after an error of Lambda's own, the pause doubles each time, and no
  /// attempt counts.
  var firstPauseAfterThrottling = Duration.seconds(1)
  var longestPauseAfterThrottling = Duration.seconds(5)
  /// How old an event may get.
  var maximumAge = Duration.seconds(6 * 3600)

  private var errors = 0
  private var throttlings = 0

  init() {}

  /// How long to wait until the next attempt, once one has ended; nil if that was the last.
  mutating func pause(after result: InvocationResult, age: Duration) -> Duration? {
    let pause: Duration
    switch result {
    case .response, .abandoned, .cancelled: return nil
    case .throttled:
      pause = min(firstPauseAfterThrottling * (1 << min(throttlings, 20)), longestPauseAfterThrottling)
      throttlings += 1
    case .functionError, .initError, .initTimedOut, .timedOut, .exited:
      guard errors < pausesAfterErrors.count else { return nil }
      pause = pausesAfterErrors[errors]
      errors += 1
    }
    return age + pause <= maximumAge ? pause : nil
  }
}
