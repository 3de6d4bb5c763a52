import CCurl
import JSON

/// The AWS Parameters and Secrets extension: a process beside the function's own, which reads secrets of AWS Secrets
/// Manager with the rights of the function's role.
///
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>.
public struct SecretsExtension: Sendable {
  private let endpoint: String
  /// Proves that whoever asks may read the function's environment.
  private let token: String

  /// A secret has 65,536 bytes at most, of which JSON may make six times as many.
  private static let maximumBody = 1 << 19

  /// Reads `PARAMETERS_SECRETS_EXTENSION_HTTP_PORT`, 2773 unless it is set, and `AWS_SESSION_TOKEN`. Nothing is asked.
  ///
  /// - Throws: `ConfigurationError` if the one is no port or the other cannot be sent.
  public init(_ environment: Environment) throws(ConfigurationError) {
    let port = environment["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] ?? "2773"
    guard let number = UInt16(port), number > 0, port.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
      throw ConfigurationError("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT has to be a port, 1 to 65535.")
    }
    guard let token = environment["AWS_SESSION_TOKEN"], token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ConfigurationError(
        "AWS_SESSION_TOKEN is not set, or is none: without it the AWS Parameters and Secrets extension tells nothing.")
    }
    // Not 127.0.0.1: the extension listens where localhost leads.
    endpoint = "localhost:\(number)"
    self.token = token
  }

  /// Asks for the current version of a secret, once. Blocks its thread until there is an answer, the deadline passes or the
  /// task is cancelled.
  ///
  /// - Parameters:
  ///   - id: The secret's name or ARN.
  ///   - deadline: How long to wait.
  /// - Returns: The secret's text, its `SecretString`.
  /// - Throws: ``SecretError``.
  public func secret(
    _ id: String, until deadline: ContinuousClock.Instant
  ) async throws(SecretError) -> String {
    let timeLeft = (ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up)
    guard timeLeft > 0 else { throw .timeout }
    let client: HTTPClient
    do {
      client = try HTTPClient(endpoint: endpoint, maximumBody: Self.maximumBody)
    } catch {
      throw SecretError("\(SecretError.extensionName) could not be asked: \(error)", isTransient: true)
    }
    let target = "/secretsmanager/get?secretId=\(try Self.escape(id))"
    let lines = ["Accept:", "X-Aws-Parameters-Secrets-Token: \(token)"]
    let result = await withTaskCancellationHandler {
      Result { () throws(TransportError) in
        try client.get(target, headers: lines, milliseconds: Int(min(timeLeft, 3_600_000)))
      }
    } onCancel: {
      client.interrupt()
    }
    switch result {
    case .success(nil): throw SecretError("The task was cancelled before there was a secret.")
    case .success(let response?): return try Self.secretString(response)
    case .failure(let error): throw SecretError(error)
    }
  }

  private static func secretString(_ response: HTTPResponse) throws(SecretError) -> String {
    guard response.status == 200 else { throw SecretError(status: response.status, response.body) }
    do {
      return try JSONDocument(response.body).root.member("SecretString").string()
    } catch {
      throw SecretError("\(SecretError.extensionName) has answered with no text: the secret may be binary.")
    }
  }

  /// The text as it can stand in a query: [curl_easy_escape](https://curl.se/libcurl/c/curl_easy_escape.html).
  private static func escape(_ text: String) throws(SecretError) -> String {
    let length = CInt(clamping: text.utf8.count)
    guard length > 0, let escaped = curl_easy_escape(nil, text, length) else {
      throw SecretError("The secret's name cannot be sent to \(SecretError.extensionName).")
    }
    defer { curl_free(escaped) }
    return String(cString: escaped)
  }
}

/// Why a secret could not be read.
public struct SecretError: Error, Equatable, CustomStringConvertible {
  /// One sentence that is safe to log: neither the secret nor its name, nor anything else that was answered.
  public let description: String
  /// Whether the same may well succeed a moment later, without anybody's doing.
  public let isTransient: Bool

  init(_ description: String, isTransient: Bool = false) {
    self.description = description
    self.isTransient = isTransient
  }

  fileprivate static let extensionName = "the AWS Parameters and Secrets extension"
  fileprivate static let timeout = SecretError("\(name) did not answer in time.", isTransient: true)
  private static let name = "The AWS Parameters and Secrets extension"

  /// What kept a request from being answered.
  fileprivate init(_ error: TransportError) {
    switch error.code {
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_COULDNT_CONNECT:
      self.init(
        "\(Self.name) is not there, or not yet: its layer has to be among the function's.", isTransient: true)
    default: self.init("\(Self.name) broke off: \(error)", isTransient: true)
    }
  }

  /// What the extension answers instead of a secret. Of the text behind the status, which may name the role and the secret,
  /// nothing is repeated.
  ///
  /// The names are those of
  /// [GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors),
  /// which is what the extension calls; which status it gives them is not documented.
  fileprivate init(status: Int, _ body: [UInt8]) {
    let text = body.prefix(4_096)
    func says(_ words: String) -> Bool { text.indices.contains { text[$0...].starts(with: words.utf8) } }
    if says("not ready") {
      self.init("\(Self.name) is not ready yet.", isTransient: true)
    } else if says("AccessDenied") {
      self.init(
        "The function's role may not read the secret: it needs secretsmanager:GetSecretValue, and kms:Decrypt for a key of its own."
      )
    } else if says("ResourceNotFound") {
      self.init("There is no such secret, or it has no current version.")
    } else if says("DecryptionFailure") {
      self.init("The secret cannot be decrypted: the function's role needs kms:Decrypt for its key.")
    } else if status == 401 || status == 403 {
      self.init("\(Self.name) does not let the function read the secret: it answers with status \(status).")
    } else {
      let isTransient = status >= 500 || status == 429 || says("Throttling")
      self.init(
        "\(Self.name) has no secret, but answers with status \(status): its log says why.", isTransient: isTransient)
    }
  }
}
