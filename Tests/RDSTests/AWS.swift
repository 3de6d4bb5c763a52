import Foundation
import Postgres
import RDS
import TestSupport
import Testing

/// The real `aws`, which signs without asking anybody.
struct AWS: CustomStringConvertible {
  let path: String
  var description: String { path }

  /// Each of PATH, for the versions differ in how they are made.
  static let all: [AWS] = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let files = folders.map { URL(filePath: "\($0)/aws").resolvingSymlinksInPath().path }
    var seen: Set<String> = []
    return files.filter { FileManager.default.isExecutableFile(atPath: $0) && seen.insert($0).inserted }.map(AWS.init)
  }()

  /// What `aws rds generate-db-auth-token` prints.
  func token(for sample: Sample) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = [
      "rds", "generate-db-auth-token", "--hostname", sample.host, "--port", "\(sample.port)", "--username", sample.user,
      "--region", sample.region,
    ]
    // None of the caller's own credentials or settings.
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }
      .merging([
        "AWS_ACCESS_KEY_ID": sample.accessKeyID, "AWS_SECRET_ACCESS_KEY": sample.secretAccessKey,
        "AWS_SESSION_TOKEN": sample.sessionToken ?? "", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8",
      ]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestSupportError("\(path) failed") }
    return text.trimmingCharacters(in: .newlines)
  }
}

/// Whom a token is for, and with whose keys.
struct Sample: CustomTestStringConvertible, Sendable {
  var host = "cruddur.c9x8y7.eu-central-1.rds.amazonaws.com"
  var port: UInt16 = 5432
  var user = "cruddur_app"
  var region = "eu-central-1"
  var accessKeyID = "AKIAIOSFODNN7EXAMPLE"
  var secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
  var sessionToken: String?

  var login: Login { Login(host: host, port: port, user: user) }

  var testDescription: String { "\(user)@\(host):\(port) \(region) \(sessionToken == nil ? "" : "session")" }

  func sign(at seconds: Int) throws -> String {
    try AuthenticationToken.sign(
      for: login, region: region,
      with: Credentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken),
      at: seconds)
  }
}
