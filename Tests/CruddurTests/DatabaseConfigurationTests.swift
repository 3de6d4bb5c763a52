import Cruddur
import LambdaRuntime
import Postgres
import Testing

@Suite struct DatabaseConfigurationTests {
  private static let url = "postgresql://cruddur_app@db.example/cruddur?sslmode=require"
  private static let complete = [
    "CONNECTION_URL": url, "DATABASE_IAM_AUTH": "1", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "s3cret",
    "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_SESSION_TOKEN": "s3cret",
  ]

  private func sentence(_ variables: [String: String]) -> String? {
    do throws(ConfigurationError) {
      _ = try Configuration(Environment(variables))
      return nil
    } catch {
      #expect(!error.description.contains("s3cret"))
      return error.description
    }
  }

  @Test(arguments: [
    ("foo=bar", "The connection parameter foo is none that libpq "),
    ("service=s3cret", "names a service that is not in"),
    ("postgresql://ana:s3%cret@localhost/d", "as %25"), ("postgresql://ana:s3@cret@localhost/d", "as %40"),
    ("postgresql://ana:s3/cret@localhost/d", "as %2F"),
    ("postgresql://localhost/d?sslmode=s3cret", "sslmode is not valid."),
  ])
  func `What is wrong with a connection string is said, without its secrets`(url: String, reason: String) {
    let sentence = sentence(["CONNECTION_URL": url])
    #expect(sentence?.hasPrefix("CONNECTION_URL, with libpq's PG variables, is no way to connect: ") == true)
    #expect(sentence?.contains(reason) == true, "\(sentence ?? "")")
  }

  @Test(arguments: [(nil, 1, 1), (nil, 8, 8), ("", 8, 8), ("1", 8, 1), ("20", 8, 20), ("500", 1, 500), ("007", 1, 7)])
  func `There is a connection for each worker, unless DATABASE_MAX_CONNECTIONS says another bound`(
    value: String?, workers: Int, limit: Int
  ) throws {
    let variables = ["CONNECTION_URL": Self.url].merging(value.map { ["DATABASE_MAX_CONNECTIONS": $0] } ?? [:]) { $1 }
    let pool = Pool.serving(try Configuration(Environment(variables)), workers: workers)
    #expect(pool.statistics.limit == limit)
  }

  @Test(arguments: ["0", "-1", "501", "+5", "5 ", "5.0", "many", "99999999999999999999"])
  func `DATABASE_MAX_CONNECTIONS is a number of connections`(value: String) {
    #expect(
      sentence(["CONNECTION_URL": Self.url, "DATABASE_MAX_CONNECTIONS": value])
        == "DATABASE_MAX_CONNECTIONS has to be a number from 1 to 500.")
  }

  @Test(arguments: ["yes", "true", "2", " 1"])
  func `DATABASE_IAM_AUTH is 0 or 1`(value: String) {
    #expect(
      sentence(Self.complete.merging(["DATABASE_IAM_AUTH": value]) { $1 }) == "DATABASE_IAM_AUTH has to be 0 or 1.")
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
  func `Tokens need credentials`(name: String) {
    for variables in [Self.complete.filter { $0.key != name }, Self.complete.merging([name: ""]) { $1 }] {
      #expect(sentence(variables) == "\(name) is not set: DATABASE_IAM_AUTH=1 needs it to sign tokens.")
    }
  }

  @Test func `Tokens need a region, of either variable`() {
    var variables = Self.complete.filter { $0.key != "AWS_REGION" }
    #expect(
      sentence(variables)
        == "AWS_REGION or AWS_DEFAULT_REGION is not set: DATABASE_IAM_AUTH=1 needs it to sign tokens.")
    variables["AWS_DEFAULT_REGION"] = "us-east-1"
    #expect(sentence(variables) == nil)
  }

  @Test func `A session token may be missing, and everything if IAM is not asked`() {
    #expect(sentence(Self.complete) == nil)
    #expect(sentence(Self.complete.filter { $0.key != "AWS_SESSION_TOKEN" }) == nil)
    #expect(sentence(["CONNECTION_URL": Self.url]) == nil)
    #expect(sentence(["CONNECTION_URL": Self.url, "DATABASE_IAM_AUTH": "0"]) == nil)
  }

  @Test(arguments: [
    "postgresql://ana:s3cret@db.example/d?sslmode=require", "postgresql://db.example/d?sslmode=require",
    "postgresql://ana@/d", "postgresql://ana@db.example/d?sslmode=prefer", "postgresql://ana@localhost/d",
  ])
  func `What contradicts IAM names both variables`(url: String) {
    let start = "CONNECTION_URL, with DATABASE_IAM_AUTH=1 and libpq's PG variables, is no way to connect: "
    #expect(sentence(Self.complete.merging(["CONNECTION_URL": url]) { $1 })?.hasPrefix(start) == true)
  }

  private static let secret = [
    "CONNECTION_URL": "postgresql://db.example/cruddur?sslmode=require", "DATABASE_SECRET_ID": "s3cret",
    "AWS_SESSION_TOKEN": "s3cret",
  ]

  @Test func `A secret needs a place, a session token and nothing else`() {
    #expect(sentence(Self.secret) == nil)
    #expect(sentence(Self.secret.merging(["DATABASE_IAM_AUTH": "0"]) { $1 }) == nil)
    #expect(sentence(Self.secret.filter { $0.key != "CONNECTION_URL" })?.hasPrefix("CONNECTION_URL is not set") == true)
  }

  @Test(arguments: [nil, "", "s3 cret", "s3cret\r\nX: y", "s3cretü"])
  func `The extension wants a session token that can be sent`(token: String?) {
    let variables = Self.secret.filter { $0.key != "AWS_SESSION_TOKEN" }
      .merging(token.map { ["AWS_SESSION_TOKEN": $0] } ?? [:]) { $1 }
    #expect(sentence(variables)?.hasPrefix("AWS_SESSION_TOKEN is not set, or is none") == true)
  }

  @Test(arguments: ["0", "65536", "-1", "+1", "s3cret", " 2773", "27 73"])
  func `The extension's port is one`(port: String) {
    #expect(
      sentence(Self.secret.merging(["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port]) { $1 })
        == "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT has to be a port, 1 to 65535.")
  }

  @Test(arguments: [" ", "s3 cret", "s3cret\n", "s3crét", String(repeating: "s", count: 2_049)])
  func `DATABASE_SECRET_ID is a name or an ARN`(id: String) {
    #expect(
      sentence(Self.secret.merging(["DATABASE_SECRET_ID": id]) { $1 })
        == "DATABASE_SECRET_ID has to be the name or the ARN of a secret.")
  }

  @Test func `A secret and IAM are two sources`() {
    #expect(
      sentence(Self.complete.merging(Self.secret) { $1 })
        == "DATABASE_SECRET_ID and DATABASE_IAM_AUTH=1 are both set: only one of them may be.")
  }

  @Test(arguments: [
    ("postgresql://ana@db.example/d?sslmode=require", "The connection parameter user is set"),
    ("postgresql://:s3cret@db.example/d?sslmode=require", "The connection parameter password is set"),
    ("postgresql://db.example/d?sslmode=require&passfile=s3cret", "The connection parameter passfile is set"),
    ("postgresql:///d?sslmode=require", "The credential source wants a host with a name"),
    ("postgresql://db.example/d?sslmode=prefer", "The connection parameter sslmode has to be require"),
    ("postgresql://localhost/d?sslmode=disable", "The connection parameter sslmode has to be require"),
    ("postgresql://db.example/d?sslmode=require&gssencmode=require", "The connection parameter gssencmode must not be"),
  ])
  func `What contradicts a secret names both variables`(url: String, reason: String) {
    let start = "CONNECTION_URL, with DATABASE_SECRET_ID and libpq's PG variables, is no way to connect: "
    let sentence = sentence(Self.secret.merging(["CONNECTION_URL": url]) { $1 }) ?? ""
    #expect(sentence.hasPrefix(start + reason), "\(sentence)")
  }
}
