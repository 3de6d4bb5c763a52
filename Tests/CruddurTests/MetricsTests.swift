import Foundation
import JSON
import LambdaEvents
import LambdaRuntime
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Cruddur
@testable import Postgres

/// What the function writes down for CloudWatch.
@Suite(.ownThread) struct MetricsTests {
  /// A document of the embedded metric format, read as CloudWatch reads it.
  private struct Document: Equatable, CustomStringConvertible {
    /// `SignUpsFailed[FunctionName=f,ErrorType=e]=1.0 Count`, one for each metric and set of dimensions.
    var metrics: Set<String> = []
    /// The values by the metrics' names.
    var values: [String: [Double]] = [:]
    var timestamp = 0
    var requestID: String?

    /// Throws unless the line is what the specification demands, down to the targets' existence.
    init(_ line: [UInt8]) throws {
      #expect(line.last == UInt8(ascii: "\n"))
      #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
      #expect(line.count < 4_096)
      let root = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      let metadata = try #require(root["_aws"] as? [String: Any])
      timestamp = try #require(metadata["Timestamp"] as? Int)
      requestID = try root["requestId"].map { try #require($0 as? String) }
      for directive in try #require(metadata["CloudWatchMetrics"] as? [[String: Any]]) {
        #expect(directive["Namespace"] as? String == "cruddur")
        let sets = try #require(directive["Dimensions"] as? [[String]])
        #expect(!sets.isEmpty)
        for metric in try #require(directive["Metrics"] as? [[String: String]]) {
          let name = try #require(metric["Name"])
          let unit = try #require(metric["Unit"])
          let values = try #require(root[name] as? [Double])
          #expect((1...100).contains(values.count))
          self.values[name] = values
          for set in sets {
            let dimensions = try set.map { "\($0)=\(try #require(root[$0] as? String))" }.joined(separator: ",")
            metrics.insert("\(name)[\(dimensions)]=\(unit == "Count" ? "\(values)" : "\(values.count)×") \(unit)")
          }
        }
      }
      #expect(!metrics.isEmpty)
    }

    var description: String { metrics.sorted().joined(separator: "\n") }
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[[UInt8]]>([])

    func append(_ line: [UInt8]) { lines.withLock { $0.append(line) } }

    /// The documents since the last call.
    func take() throws -> [Document] {
      try lines.withLock { lines in
        defer { lines = [] }
        return lines
      }.map(Document.init)
    }
  }

  private let lines = Lines()

  private func makeMetrics(functionName: String? = "f") -> Metrics {
    Metrics(
      MetricsConfiguration(namespace: "cruddur", functionName: functionName),
      now: { Timestamp(microsecondsSinceEpoch: 1_764_000_000_123_999) }, write: { [lines] in lines.append($0) })
  }

  private func makeContext(_ requestID: String, deadline: ContinuousClock.Instant? = nil) -> InvocationContext {
    InvocationContext(
      requestID: requestID, deadline: deadline, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func end(
    _ metrics: Metrics, _ requestID: String = "id", isColdStart: Bool, _ signUps: SignUpObserver? = nil,
    of context: InvocationContext? = nil, errorType: ErrorType? = nil
  ) {
    let report = InvocationReport(
      context: context ?? makeContext(requestID), initialization: isColdStart ? .seconds(1) : nil, errorType: errorType)
    signUps?.invocationEnded(report)
    metrics.invocationEnded(report)
  }

  private func event<Trigger: CognitoTrigger>(_ source: TriggerSource, _ attributes: String) throws -> Unread<Trigger> {
    let event = #"{"triggerSource":"\#(source)","request":{"userAttributes":{\#(attributes)}}}"#
    return Unread(try CognitoEvent(JSONDocument(Array(event.utf8))))
  }

  private func handle(_ sub: String?, _ signUp: SignUp, _ context: InvocationContext) async throws {
    let attributes = sub.map { #""sub":"\#($0)""# } ?? ""
    try await InvocationContext.$current.withValue(context) {
      try await signUp.handle(event(.confirmSignUp, attributes), context)
    }
  }

  @Test func `A sign-up says what came of it, and what the database took for it`() async throws {
    let metrics = makeMetrics()
    let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
    let pool = Pool.serving(try Configuration(Environment(["CONNECTION_URL": url])), observers: [metrics])
    let signUps = SignUpObserver(metrics: metrics)
    let signUp = SignUp(Users(pool), observer: signUps)

    let context = makeContext("id", deadline: .now + .seconds(5))
    try await handle("s1", signUp, context)
    end(metrics, isColdStart: true, signUps, of: context)
    let first = try lines.take()
    #expect(
      first.map(\.metrics) == [
        [
          "SignUpsStored[FunctionName=f]=[1.0] Count", "ColdStarts[FunctionName=f]=[1.0] Count",
          "ConnectTime[FunctionName=f]=1× Milliseconds", "StatementTime[FunctionName=f]=1× Milliseconds",
        ]
      ])
    #expect(first.first?.timestamp == 1_764_000_000_123)
    #expect(first.first?.requestID == "id")

    let second = makeContext("id", deadline: .now + .seconds(5))
    try await handle("s1", signUp, second)
    end(metrics, isColdStart: false, signUps, of: second)
    #expect(
      try lines.take().map(\.metrics) == [
        ["SignUpsAlreadyThere[FunctionName=f]=[1.0] Count", "StatementTime[FunctionName=f]=2× Milliseconds"]
      ])
  }

  @Test func `A sign-up that fails counts in all and by its type`() async throws {
    let metrics = makeMetrics()
    let url = "postgresql://127.0.0.1:\(try SilentListener().port)/db"
    let pool = Pool.serving(try Configuration(Environment(["CONNECTION_URL": url])), observers: [metrics])
    let signUps = SignUpObserver(metrics: metrics)
    let signUp = SignUp(Users(pool), observer: signUps)
    let context = makeContext("id", deadline: .now + .milliseconds(800))
    let refused = await #expect(throws: DatabaseFailure.self) {
      try await handle("s1", signUp, context)
    }
    end(metrics, isColdStart: false, signUps, of: context, errorType: refused?.errorType)
    let invalid = await #expect(throws: EventError.self) { try await handle(nil, signUp, context) }
    end(metrics, isColdStart: false, signUps, of: context, errorType: invalid?.errorType)
    let documents = try lines.take()
    #expect(documents.map(\.requestID) == ["id", "id"])
    #expect(
      documents.map(\.metrics) == [
        [
          "SignUpsFailed[FunctionName=f]=[1.0] Count",
          "SignUpsFailed[FunctionName=f,ErrorType=Function.DatabaseConnectionRefused]=[1.0] Count",
        ],
        [
          "SignUpsFailed[FunctionName=f]=[1.0] Count",
          "SignUpsFailed[FunctionName=f,ErrorType=Function.InvalidEvent]=[1.0] Count",
        ],
      ])
  }

  @Test func `A sign-in counts where it heals, and where it cannot, but not where there is nothing to do`() async throws
  {
    let metrics = makeMetrics()
    let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
    let healing = Healing(Users(Pool(try ConnectionConfiguration(url), limit: 1)), metrics: metrics)
    let context = makeContext("id")
    for attributes in [#""sub":"s1""#, #""sub":"s1""#, #""sub":1"#] {
      try await InvocationContext.$current.withValue(context) {
        await healing.handle(try event(.postAuthentication, attributes), context)
      }
      end(metrics, isColdStart: false)
    }
    #expect(
      try lines.take().map(\.metrics) == [
        ["UsersHealed[FunctionName=f]=[1.0] Count"],
        [
          "HealingsFailed[FunctionName=f]=[1.0] Count",
          "HealingsFailed[FunctionName=f,ErrorType=Function.InvalidEvent]=[1.0] Count",
        ],
      ])
  }

  @Test func `Of invocations at once each has its own values, and what is of none has a line without a request id`()
    throws
  {
    let metrics = makeMetrics()
    metrics.connectEnded(ConnectReport(duration: .milliseconds(1)))
    let statement = StatementReport(text: "SELECT 1", duration: .milliseconds(1), affectedRowCount: 1)
    for (id, count) in [("a", 1), ("b", 2), ("a", 3)] {
      InvocationContext.$current.withValue(makeContext(id)) {
        for _ in 0..<count { metrics.statementEnded(statement) }
      }
    }
    for id in ["b", "a", "a"] { end(metrics, id, isColdStart: id == "b") }
    let documents = try lines.take()
    #expect(documents.map(\.requestID) == [nil, "b", "a"])
    #expect(
      documents.map(\.metrics) == [
        ["ConnectTime[FunctionName=f]=1× Milliseconds"],
        ["StatementTime[FunctionName=f]=2× Milliseconds", "ColdStarts[FunctionName=f]=[1.0] Count"],
        ["StatementTime[FunctionName=f]=4× Milliseconds"],
      ])
  }

  @Test func `Nothing to say is no line`() throws {
    let metrics = makeMetrics()
    end(metrics, isColdStart: false)
    #expect(try lines.take().isEmpty)
  }

  @Test func `Without a function's name there is no dimension`() throws {
    let metrics = makeMetrics(functionName: nil)
    metrics.signUpFailed(.function("DatabaseTimeout"), "id")
    end(metrics, isColdStart: true)
    #expect(
      try lines.take().map(\.metrics) == [
        [
          "ColdStarts[]=[1.0] Count", "SignUpsFailed[]=[1.0] Count",
          "SignUpsFailed[ErrorType=Function.DatabaseTimeout]=[1.0] Count",
        ]
      ])
  }

  @Test func `What failed has no time`() throws {
    let metrics = makeMetrics()
    metrics.connectEnded(ConnectReport(duration: .seconds(1), error: PostgresError(.connectionRefused)))
    metrics.statementEnded(StatementReport(text: "SELECT 1", duration: .seconds(1), error: PostgresError(.server)))
    end(metrics, isColdStart: false)
    #expect(try lines.take().isEmpty)
  }

  @Test func `Times are milliseconds, to the microsecond`() throws {
    let metrics = Metrics(MetricsConfiguration(namespace: "cruddur"), now: { .now }) { [lines] line in
      #expect(String(decoding: line, as: UTF8.self).contains(#""ConnectTime":[12.345,2000.0]"#))
      lines.append(line)
    }
    metrics.connectEnded(ConnectReport(duration: .microseconds(12_345) + .nanoseconds(999)))
    metrics.connectEnded(ConnectReport(duration: .seconds(2)))
    end(metrics, isColdStart: false)
    #expect(try lines.take().count == 1)
  }

  @Test func `More values than a document takes are several documents, and none is lost`() throws {
    let metrics = makeMetrics()
    for _ in 0..<250 {
      metrics.statementEnded(StatementReport(text: "SELECT 1", duration: .milliseconds(1), affectedRowCount: 1))
    }
    end(metrics, isColdStart: false)
    #expect(
      try lines.take().map(\.description)
        == [100, 100, 50].map { "StatementTime[FunctionName=f]=\($0)× Milliseconds" })
  }

  @Test func `Lines of many at once are whole, and count everything`() async throws {
    let metrics = makeMetrics()
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<100 {
            metrics.signUpEnded(.alreadyThere, "id")
            end(metrics, isColdStart: false)
          }
        }
      }
    }
    let counts = try lines.take().map { $0.values["SignUpsAlreadyThere"] ?? [] }
    #expect(counts.joined().reduce(0, +) == 800)
  }

  @Test(arguments: ["Cruddur", "a", "cruddur/dev #1:x_y-z.", String(repeating: "n", count: 255)])
  func `METRICS_NAMESPACE is the namespace, and the function's name a dimension`(namespace: String) throws {
    let variables = [
      "CONNECTION_URL": "postgresql://localhost/d", "METRICS_NAMESPACE": namespace, "AWS_LAMBDA_FUNCTION_NAME": "f",
    ]
    #expect(
      try Configuration(Environment(variables)).metrics
        == MetricsConfiguration(namespace: namespace, functionName: "f"))
  }

  @Test(arguments: [
    " ", "AWS/Lambda", ":a", "cruddur\n", "größe", "a,b", "\"", String(repeating: "n", count: 256),
  ])
  func `A namespace that CloudWatch does not take is refused`(namespace: String) {
    let variables = ["CONNECTION_URL": "postgresql://localhost/d", "METRICS_NAMESPACE": namespace]
    let error = #expect(throws: ConfigurationError.self) { try Configuration(Environment(variables)) }
    #expect(error?.description.hasPrefix("METRICS_NAMESPACE has to be ") == true)
  }

  @Test func `Without METRICS_NAMESPACE there are no metrics`() throws {
    #expect(try Configuration(Environment(["CONNECTION_URL": "postgresql://localhost/d"])).metrics == nil)
  }
}
