import Foundation
import JSON
import Synchronization

/// The AWS Parameters and Secrets extension, as its documentation has it: what a test says is in Secrets Manager, over HTTP.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>
public final class PlayedSecretsExtension: Sendable {
  /// What the extension knows, and has been asked.
  public struct State: Sendable {
    /// The secrets' texts by name.
    public var secrets: [String: String] = [:]
    /// What is answered before anything else, one after the other.
    public var failures: [(status: Int, body: String)] = []
    /// Whether an answer is kept and given again; not so unless a test says so, as with `SECRETS_MANAGER_TTL=0`.
    public var isCaching = false
    /// The targets of all requests so far.
    public var requests: [String] = []
    fileprivate var cache: [String: String] = [:]
  }

  /// What the function's `AWS_SESSION_TOKEN` has to be.
  public static let token = "IQoJb3JpZ2luX2Vj+/=="

  /// What it answers while it is starting.
  public static let notReady = (status: 400, body: "not ready to serve traffic, please wait")

  private let server: LoopbackServer
  private let box: Box

  /// Starts it.
  ///
  /// - Parameter secrets: What is in Secrets Manager, by name.
  /// - Throws: ``TestSupportError`` if there is no port to listen on.
  public init(_ secrets: [String: String] = [:]) throws {
    let box = Box()
    box.state.withLock { $0.secrets = secrets }
    self.box = box
    server = try LoopbackServer { socket in
      defer { close(socket) }
      var request: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 8_192)
      while String(decoding: request, as: UTF8.self).firstRange(of: "\r\n\r\n") == nil {
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { return }
        request += chunk[..<count]
      }
      let (status, body) = box.answer(String(decoding: request, as: UTF8.self))
      let head = "HTTP/1.1 \(status) Answer\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
      _ = Array((head + body).utf8).withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
  }

  /// What a function's environment says of it.
  public var variables: [String: String] {
    ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": String(server.port), "AWS_SESSION_TOKEN": Self.token]
  }

  /// Reads or changes what it knows.
  public func withState<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result {
    box.state.withLock { body(&$0) }
  }

  /// A secret as RDS makes it.
  public static func secret(user: String, password: String) -> String {
    let text = JSONWriter.object { object in
      object.add("username", user)
      object.add("password", password)
      object.add("engine", "postgres")
      object.add("host", "elsewhere.example")
      object.add("port", 1)
      object.add("dbname", "elsewhere")
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What the server's threads share.
  private final class Box: Sendable {
    let state = Mutex(State())

    func answer(_ request: String) -> (status: Int, body: String) {
      state.withLock { state in
        let target = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        state.requests.append(target)
        if !state.failures.isEmpty { return state.failures.removeFirst() }
        guard request.contains("\r\nX-Aws-Parameters-Secrets-Token: \(PlayedSecretsExtension.token)\r\n") else {
          return (401, "invalid token")
        }
        let url = URLComponents(string: target)
        guard url?.path == "/secretsmanager/get", let items = url?.queryItems, items.map(\.name) == ["secretId"],
          let id = items.first?.value
        else { return (400, "unknown parameter") }
        if state.isCaching, let kept = state.cache[id] { return (200, kept) }
        guard let secret = state.secrets[id] else {
          return (400, #"{"__type":"ResourceNotFoundException","Message":"can't find the specified secret s3cret"}"#)
        }
        let bytes = JSONWriter.object { object in
          object.add("ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:\(id)-AbCdEf")
          object.add("Name", id)
          object.add("VersionId", "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111")
          object.add("SecretString", secret)
          object.array("VersionStages") { $0.add("AWSCURRENT") }
          object.add("CreatedDate", "2026-11-26T00:00:00Z")
          object.object("ResultMetadata") { _ in }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        state.cache[id] = text
        return (200, text)
      }
    }
  }
}
