public import LambdaRuntime
public import Postgres
import Synchronization

/// The function's own metrics, which CloudWatch makes of lines in its log, see ``EmbeddedMetrics``.
///
/// | metric | unit | what it is |
/// | --- | --- | --- |
/// | `SignUpsStored`, `SignUpsAlreadyThere` | Count | sign-ups that are a row now, or were one before |
/// | `SignUpsFailed` | Count | sign-ups that are none, in all and by `ErrorType` |
/// | `UsersHealed` | Count | sign-ins of users who had no row, and have one now |
/// | `HealingsFailed` | Count | sign-ins that could not find out, or add the row, in all and by `ErrorType` |
/// | `ConnectTime` | Milliseconds | how long connecting to the database took, where that succeeded |
/// | `StatementTime` | Milliseconds | how long a statement took, where that succeeded |
/// | `ColdStarts` | Count | processes that handled their first event |
///
/// What happens in an invocation is kept until it ends, and then written as one line with its request id, if there is
/// anything. What happens outside of one, as at the start, is a line without one beside the next.
public final class Metrics: PostgresObserver, RuntimeObserver {
  private let configuration: MetricsConfiguration
  private let now: @Sendable () -> Timestamp
  private let write: @Sendable ([UInt8]) -> Void
  /// By the invocations' request ids; nil for outside of one.
  private let pending = Mutex<[String?: Pending]>([:])

  /// Makes metrics that are written to the log.
  public convenience init(_ configuration: MetricsConfiguration) {
    self.init(configuration, now: { .now }, write: StandardError.write)
  }

  init(
    _ configuration: MetricsConfiguration, now: @escaping @Sendable () -> Timestamp,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.configuration = configuration
    self.now = now
    self.write = write
  }

  /// Notes how long connecting took.
  public func connectEnded(_ report: ConnectReport) {
    guard report.error == nil else { return }
    note { $0.connectTimes.append(report.duration.inMilliseconds) }
  }

  /// Notes how long a statement took.
  public func statementEnded(_ report: StatementReport) {
    guard report.error == nil else { return }
    note { $0.statementTimes.append(report.duration.inMilliseconds) }
  }

  /// Notes what came of a sign-up, an invocation's by its request id.
  func signUpEnded(_ addition: Users.Addition, _ requestID: String) {
    note(requestID) {
      switch addition {
      case .added: $0.stored += 1
      case .alreadyThere: $0.alreadyThere += 1
      }
    }
  }

  /// Notes that a sign-up failed, an invocation's by its request id.
  func signUpFailed(_ type: ErrorType, _ requestID: String) {
    note(requestID) { $0.failures[type, default: Failures()].signUps += 1 }
  }

  /// Notes that a sign-in gave its user the row that was missing.
  func userHealed() {
    note { $0.healed += 1 }
  }

  /// Notes that a sign-in could not do so.
  func healingFailed(_ type: ErrorType) {
    note { $0.failures[type, default: Failures()].healings += 1 }
  }

  /// Writes what there is to say.
  public func invocationEnded(_ report: InvocationReport) {
    let id = report.context.requestID
    if report.isColdStart { note(id) { $0.coldStarts += 1 } }
    let (outside, inside) = pending.withLock { ($0.removeValue(forKey: nil), $0.removeValue(forKey: id)) }
    if let outside { write(outside, nil) }
    if let inside { write(inside, id) }
  }

  private func note(
    _ id: String? = InvocationContext.current?.requestID, _ change: (inout Pending) -> Void
  ) {
    let full = pending.withLock { pending -> Pending? in
      change(&pending[id, default: Pending()])
      return pending[id]?.isFull == true ? pending.removeValue(forKey: id) : nil
    }
    if let full { write(full, id) }
  }

  private func write(_ pending: Pending, _ id: String?) {
    let milliseconds = Int(now().microsecondsSinceEpoch / 1_000)
    for document in pending.documents(configuration, requestID: id) { write(document.line(at: milliseconds)) }
  }
}

/// What has failed with one type of error.
private struct Failures {
  var signUps = 0
  var healings = 0
}

/// What has happened in an invocation, or outside of one, since the last line about it.
private struct Pending {
  var stored = 0
  var alreadyThere = 0
  var healed = 0
  var failures: [ErrorType: Failures] = [:]
  var connectTimes: [Double] = []
  var statementTimes: [Double] = []
  var coldStarts = 0

  /// Whether a metric has as many values as a document takes.
  var isFull: Bool { max(connectTimes.count, statementTimes.count) >= EmbeddedMetrics.maximumValues }

  /// All as one document; a further one for each type of error beyond the first, because a dimension has one value in a
  /// document.
  func documents(_ configuration: MetricsConfiguration, requestID: String?) -> [EmbeddedMetrics] {
    let failures = failures.sorted { $0.key.rawValue < $1.key.rawValue }
    return [document(configuration, requestID, general, failures.first)]
      + failures.dropFirst().map { document(configuration, requestID, [], $0) }
  }

  private var general: [EmbeddedMetrics.Metric] {
    [
      count("SignUpsStored", stored), count("SignUpsAlreadyThere", alreadyThere),
      count("UsersHealed", healed), count("ColdStarts", coldStarts),
      .init(name: "ConnectTime", unit: .milliseconds, values: connectTimes),
      .init(name: "StatementTime", unit: .milliseconds, values: statementTimes),
    ].filter { !$0.values.isEmpty }
  }

  private func document(
    _ configuration: MetricsConfiguration, _ requestID: String?, _ metrics: [EmbeddedMetrics.Metric],
    _ failure: (key: ErrorType, value: Failures)?
  ) -> EmbeddedMetrics {
    let function = configuration.functionName.map { ("FunctionName", $0) }
    let type = failure.map { ("ErrorType", $0.key.rawValue) }
    let common = function.map { [$0.0] } ?? []
    let directives = [
      EmbeddedMetrics.Directive(dimensionSets: [common], metrics: metrics),
      EmbeddedMetrics.Directive(
        dimensionSets: [common, common + ["ErrorType"]],
        metrics: [
          count("SignUpsFailed", failure?.value.signUps ?? 0), count("HealingsFailed", failure?.value.healings ?? 0),
        ].filter { !$0.values.isEmpty }),
    ]
    return EmbeddedMetrics(
      namespace: configuration.namespace, requestID: requestID, dimensions: [function, type].compactMap(\.self),
      directives: directives.filter { !$0.metrics.isEmpty })
  }

  private func count(_ name: String, _ number: Int) -> EmbeddedMetrics.Metric {
    .init(name: name, unit: .count, values: number == 0 ? [] : [Double(number)])
  }
}

extension Duration {
  /// To the microsecond.
  fileprivate var inMilliseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1_000
  }
}
