import struct Foundation.Data

/// Lambda's `Invoke`, so that `aws lambda invoke --endpoint-url …` and the SDKs work:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
///
/// Signatures are not looked at. Events that nobody waits for are not tried again where they fail, as Lambda would after a
/// minute.
struct InvokeAPI {
  /// The date that begins its paths.
  static let version: Substring = "2015-03-31"

  let function: Function

  func answer(to call: HTTPCall) async -> Answer {
    let path = call.segments ?? []
    guard path.count == 4, path.starts(with: [Self.version, "functions"]), path[3] == "invocations" else {
      return .notFound
    }
    guard call.method == "POST" else { return .methodNotAllowed(allowed: "POST") }
    let requestID = String.randomUUID()
    var answer: Answer
    do {
      let invoke = try InvokeCall(
        call, reference: path[2], name: function.configuration.name, aliases: function.configuration.aliases)
      answer = try await self.answer(to: invoke, requestID: requestID)
    } catch {
      answer = error.answer
    }
    answer.headers["x-amzn-requestid"] = requestID
    return answer
  }

  private func answer(to call: InvokeCall, requestID: String) async throws(InvokeError) -> Answer {
    var request = InvocationRequest(payload: call.payload)
    request.qualifier = call.qualifier
    switch call.type {
    case .dryRun: return Answer(status: 204, headers: [:], body: [])
    case .event:
      // Nobody waits for it; a failure is told to whoever set the function up.
      Task { [request] in await function.report(of: request, requestID: requestID) }
      return Answer(status: 202, headers: [:], body: [])
    case .requestResponse:
      request.clientContext = call.clientContext
      let report = await function.report(of: request, requestID: requestID)
      var answer = try Self.answer(
        report.result.output(requestID: requestID, timeout: function.configuration.timeout))
      if call.wantsLog { answer.headers["x-amz-log-result"] = Data(report.logTail).base64EncodedString() }
      return answer
    }
  }

  private static func answer(_ output: InvocationOutput?) throws(InvokeError) -> Answer {
    var answer: Answer
    switch output {
    case nil: throw .stopped
    case .answer(let bytes): answer = .json(bytes)
    case .error(let bytes):
      answer = .json(bytes)
      answer.headers["x-amz-function-error"] = "Unhandled"
    }
    answer.headers["x-amz-executed-version"] = InvokeCall.latest
    return answer
  }
}
