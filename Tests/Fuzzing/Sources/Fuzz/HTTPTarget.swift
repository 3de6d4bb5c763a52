@testable import Cruddur
@testable import JSON
@testable import LambdaEvents
@testable import LambdaHTTP
@testable import LambdaRuntime
import Logging
import Postgres

/// Events and requests for Cruddur's own routes, with no database behind them. An input that begins with a brace is an event
/// as it is; any other is a request, in the form of ``event(_:)``.
///
/// Every request is answered with what API Gateway takes, never with an error of Lambda's nor as an internal one; an event
/// that is none ends in an error that has none of its texts.
struct HTTPTarget {
  private let router: EventRouter
  private let executor = WorkerExecutor()
  private let loggers = [checkedLogger(.json), checkedLogger(.text)]

  /// What the texts are marked with that nobody may be told.
  private static let marker = "Zq7Private"

  init() {
    let environment = Environment([
      "CONNECTION_URL": "host=/nonexistent user=nobody dbname=nothing", "_HANDLER": "events",
      "ALLOW_ANONYMOUS_AUTHOR": "1", "CORS_ORIGINS": "https://example.com",
    ])
    do {
      let configuration = try Configuration(environment)
      router = routes(configuration, Pool(configuration.database, limit: 1))
    } catch {
      check(false, "the configuration is valid: \(error)")
      router = EventRouter()
    }
  }

  func run(_ bytes: [UInt8]) {
    let event = bytes.first == UInt8(ascii: "{") ? bytes : HTTPTarget.event(bytes)
    let now = ContinuousClock.now
    let context = InvocationContext(
      requestID: "00000000-0000-4000-8000-000000000000", receivedAt: now, deadline: now,
      logger: loggers[bytes.count % 2])
    // The executor is the thread's own, so that nothing of an input is left for the next one.
    let result: Result<[UInt8], any Error> = executor.run { [router] in
      do {
        return .success(try await router.handle(Invocation(context: context, payload: event)).collect())
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let response): checkResponse(response, to: event)
    case .failure(let error): checkError(error, of: event)
    }
    if event != bytes { checkPercentEncoding(bytes) }
  }

  /// An event of payload format 2.0: a line of flags, then a request as HTTP/1.1 has it, but that a header's value may be
  /// anything.
  private static func event(_ bytes: [UInt8]) -> [UInt8] {
    var input = Input(bytes)
    let flags = input.line()
    func has(_ flag: Character) -> Bool { flags.contains(flag.asciiValue ?? 0) }
    let request = input.line().split(separator: UInt8(ascii: " "), maxSplits: 1).map {
      String(decoding: $0, as: UTF8.self)
    }
    let target = (request.count > 1 ? request[1] : "/").split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers: [(name: String, value: String)] = []
    while !input.isEmpty {
      let line = String(decoding: input.line(), as: UTF8.self)
      guard !line.isEmpty else { break }
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      headers.append((String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""))
    }
    let body = input.remaining()
    return JSONWriter.object {
      $0.add("version", "2.0")
      $0.add("rawPath", String(target.first ?? ""))
      $0.add("rawQueryString", target.count > 1 ? String(target[1]) : "")
      $0.object("headers") { for (name, value) in headers { $0.add(name, value) } }
      $0.object("requestContext") {
        $0.add("domainName", has("u") ? "abc.lambda-url.us-east-1.on.aws" : "abc.execute-api.us-east-1.amazonaws.com")
        $0.add("stage", has("s") ? "stage" : "$default")
        $0.object("http") { $0.add("method", request.first ?? "") }
        guard has("a") else { return }
        $0.object("authorizer") {
          $0.object("jwt") {
            $0.object("claims") {
              $0.add("sub", headers.first { $0.name == "sub" }?.value ?? "5f1d7a3c-8c1e-4b7a-9a43-2f7f0f6f3d11")
              $0.add("token_use", headers.first { $0.name == "token-use" }?.value ?? "id")
            }
          }
        }
      }
      // Base64 that is right, or what somebody calls base64.
      $0.add("body", String(decoding: has("b") ? body.base64 : body, as: UTF8.self))
      $0.add("isBase64Encoded", has("b") || has("B"))
    }
  }

  private func checkResponse(_ response: [UInt8], to event: [UInt8]) {
    // Cognito's events come back as they were.
    if response == event { return }
    let root = requiredDocument(response, "a response").root
    let status = (try? root["statusCode"]?.integer()) ?? 0
    check(200...599 ~= status, "a response has a status: \(status)")
    check(status != 500, "no request is an internal error: \(String(decoding: response, as: UTF8.self))")
    guard let headers = try? root["headers"]?.members() else { return check(false, "a response has headers") }
    for (name, value) in headers {
      let text = (try? value.string()) ?? "\n"
      check(name.isOneLine && text.isOneLine, "a header is one line: \(name): \(text)")
      check(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }, "\(name) is a header's name")
    }
    guard let body = try? root["body"]?.string() else { return check(false, "a response has a body") }
    guard status >= 400 else { return }
    check(!body.holds(HTTPTarget.marker), "a problem repeats nothing: \(body)")
    let problem = requiredDocument(Array(body.utf8), "a problem").root
    check((try? problem["status"]?.integer()) == status, "a problem has its status")
    check((try? problem["codes"]?.elements().contains { _ in true }) == true, "a problem has a code")
  }

  private func checkError(_ error: any Error, of event: [UInt8]) {
    guard error is any LambdaError else { return check(false, "an event's error is one that is told: \(error)") }
    let report = ErrorReport(error)
    _ = requiredDocument(report.body, "an error's body")
    for text in [report.message, report.logMessage] {
      check(text.isOneLine, "an error is one line: \(text)")
      // A key is no secret: Cognito's are known, and whoever invents one reads it in the error's path.
      if text.holds(HTTPTarget.marker) {
        check(isKey(HTTPTarget.marker, in: event), "an error repeats nothing: \(text)")
      }
    }
  }

  private func isKey(_ text: String, in event: [UInt8]) -> Bool {
    guard let document = try? JSONDocument(event) else { return false }
    var values = [document.root]
    while let value = values.popLast() {
      if let elements = try? value.elements() { values += elements }
      guard let members = try? value.members() else { continue }
      for (key, member) in members {
        if key.holds(text) { return true }
        values.append(member)
      }
    }
    return false
  }

  private func checkPercentEncoding(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let encoded = text.percentEncoded
    check(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "encoded text can stand in a URL: \(encoded)")
    for plusIsSpace in [false, true] {
      let decoded = String(percentDecoding: encoded.utf8, plusIsSpace: plusIsSpace)
      check(decoded.utf8.elementsEqual(text.utf8), "encoded text is decoded: \(encoded)")
      _ = String(percentDecoding: bytes, plusIsSpace: plusIsSpace)
    }
  }
}
