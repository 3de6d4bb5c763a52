import Foundation
import TestSupport
import Testing

@testable import Postgres

/// What libpq would only find out when it connects, or not at all, is found at the start, and named.
@Suite struct SettingsTests {
  /// A file of a test's own.
  private final class File {
    let url = FileManager.default.temporaryDirectory.appending(path: Foundation.UUID().uuidString)
    var path: String { url.path }

    init(_ text: String) throws {
      try Data(text.utf8).write(to: url)
    }

    deinit {
      try? FileManager.default.removeItem(at: url)
    }
  }

  private static let certificate = "A CA\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

  private func places(_ string: String, credentials: (any CredentialSource)? = nil) throws -> String {
    var configuration = try ConnectionConfiguration(string, credentials: credentials)
    configuration.resolver = Resolver { _ in .success(["10.0.0.1"]) }
    return try configuration.placesText().joined(separator: "\n")
  }

  private func sentence(_ string: String, credentials: (any CredentialSource)? = nil) -> String {
    let error = #expect(throws: PostgresError.self, "\(string)") {
      try ConnectionConfiguration(string, credentials: credentials)
    }
    #expect(error?.reason == .configuration)
    return error?.description ?? ""
  }

  // MARK: sslmode

  @Test(arguments: [
    "host=localhost", "host=LocalHost", "host=127.0.0.1", "host=127.255.255.254", "host=127.1", "host=::1",
    "host=0:0:0:0:0:0:0:1", "host=/run/postgresql", "host=@abstract", "dbname=d",
    "hostaddr=::1", "host=localhost hostaddr=127.0.0.2", "host=localhost,127.0.0.1,/run",
    "host=db.example sslmode=prefer", "host=db.example sslmode=disable",
  ])
  func `On this machine, or if told so, libpq decides about TLS`(string: String) throws {
    #expect(!(try places(string).contains("sslmode='verify-full'")))
  }

  @Test(arguments: [
    "host=db.example", "host=10.0.0.1", "host=128.0.0.1", "host=126.255.255.255", "host=::2", "host=::ffff:127.0.0.1",
    "host=localhost.example", "host=localhost hostaddr=10.0.0.1", "host=localhost,db.example", "host=/run,10.0.0.1",
    "host=db.example hostaddr=127.0.0.1",
  ])
  func `Other servers are verified`(string: String) throws {
    let file = try File(Self.certificate)
    #expect(try places("\(string) sslrootcert=\(file.path)").contains("sslmode='verify-full'"))
  }

  @Test func `A server without a name cannot be verified in full`() throws {
    let file = try File(Self.certificate)
    #expect(
      sentence("hostaddr=10.0.0.1 sslrootcert=\(file.path)")
        == "sslmode verify-full needs the connection parameter host beside hostaddr.")
  }

  // MARK: Root certificates

  @Test func `A file of root certificates must be there and hold one`() throws {
    let empty = try File("")
    let key = try File("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nx-----BEGIN CERTIFICATE-----\n")
    for query in ["", " sslmode=prefer", " host=db.example"] {
      #expect(
        sentence("sslrootcert=/s3cret\(query)")
          == "The connection parameter sslrootcert names a file that cannot be read.")
      #expect(
        sentence("sslrootcert=/tmp\(query)") == "The connection parameter sslrootcert names a file that cannot be read."
      )
      for file in [empty, key] {
        #expect(
          sentence("sslrootcert=\(file.path)\(query)")
            == "The connection parameter sslrootcert names a file that holds no certificate.")
      }
    }
  }

  @Test func `The system's root certificates are for a libpq that can use them`() {
    let isError = LibPQ.majorVersion < 16
    do {
      _ = try ConnectionConfiguration("host=db.example sslrootcert=system")
      #expect(!isError)
    } catch {
      #expect(
        isError
          && error.description
            == """
            The connection parameter sslrootcert can be system with libpq 16 or later, and this is libpq \(LibPQ.majorVersion): it has \
            to name the file of the root certificates.
            """
      )
    }
    if !isError {
      #expect(
        sentence("host=db.example sslrootcert=system sslmode=require")
          == "The connection parameter sslmode has to be verify-full with sslrootcert=system.")
    }
  }

  @Test func `Without root certificates nothing can be verified`() async {
    await #expect(processExitsWith: .success) {
      let home = FileManager.default.temporaryDirectory.appending(path: Foundation.UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: home) }
      try FileManager.default.createDirectory(
        at: home.appending(path: ".postgresql"), withIntermediateDirectories: true)
      setenv("HOME", home.path, 1)
      func sentence(_ string: String) -> String? {
        #expect(throws: PostgresError.self) { try ConnectionConfiguration(string) }?.description
      }
      let end = "needs the root certificates to trust: PGSSLROOTCERT has to name their file."
      #expect(sentence("host=db.example") == "sslmode verify-full, the default, " + end)
      #expect(sentence("host=localhost sslmode=verify-full") == "sslmode verify-full " + end)
      #expect(sentence("host=db.example sslmode=verify-ca") == "sslmode verify-ca " + end)
      _ = try ConnectionConfiguration("host=/run sslmode=verify-full")

      try SettingsTests.certificate.write(
        to: home.appending(path: ".postgresql/root.crt"), atomically: true, encoding: .utf8)
      _ = try ConnectionConfiguration("host=db.example")
      setenv("PGSSLROOTCERT", "/s3cret", 1)
      #expect(sentence("host=db.example") == "PGSSLROOTCERT names a file that cannot be read.")
    }
  }

  // MARK: Sources

  @Test func `A password and a certificate have one source`() async {
    await #expect(processExitsWith: .success) {
      let services = try File(
        "[s]\nhost=db.example\npassword=s3cret\nsslmode=require\n[t]\nhost=db.example\nsslmode=disable\n")
      let certificate = try File(SettingsTests.certificate)
      setenv("PGSERVICEFILE", services.path, 1)
      func sentence(_ string: String, _ variables: [String: String]) -> String? {
        for (name, value) in variables { setenv(name, value, 1) }
        defer { for name in variables.keys { unsetenv(name) } }
        do {
          _ = try ConnectionConfiguration(string)
          return nil
        } catch {
          return error.description
        }
      }
      let url = "postgresql://u:s3cret@localhost/d"
      let parameter = "The connection parameter"
      let end = "are both set: only one of them may be."
      #expect(sentence(url, ["PGPASSWORD": "s3cret"]) == "\(parameter) password and PGPASSWORD \(end)")
      #expect(
        sentence("service=s", ["PGPASSWORD": "x"]) == "The service's parameter password and PGPASSWORD \(end)")
      #expect(
        sentence("sslrootcert=\(certificate.path)", ["PGSSLROOTCERT": certificate.path])
          == "\(parameter) sslrootcert and PGSSLROOTCERT \(end)")
      #expect(sentence("sslcert=a", ["PGSSLCERT": "a"]) == "\(parameter) sslcert and PGSSLCERT \(end)")
      #expect(sentence("sslkey=a", ["PGSSLKEY": "b"]) == "\(parameter) sslkey and PGSSLKEY \(end)")
      #expect(sentence("passfile=a", ["PGPASSFILE": "b"]) == "\(parameter) passfile and PGPASSFILE \(end)")
      let password = "a password has one source."
      #expect(
        sentence(url, ["PGPASSFILE": "s3cret"]) == "\(parameter) password and PGPASSFILE are both set: \(password)")
      #expect(
        sentence("passfile=s3cret", ["PGPASSWORD": "s3cret"])
          == "PGPASSWORD and \(parameter) passfile are both set: \(password)")
      #expect(
        sentence("service=s passfile=s3cret", [:])
          == "The service's parameter password and \(parameter) passfile are both set: \(password)")

      for (string, variables) in [
        (url, [:]), (url, ["PGPASSWORD": ""]), ("host=localhost", ["PGPASSWORD": "s3cret"]),
        ("host=localhost", ["PGPASSFILE": "s3cret"]), ("service=s", [:]), ("service=t", [:]),
        ("host=db.example", ["PGSSLMODE": "prefer"]), ("host=db.example", ["PGSSLROOTCERT": certificate.path]),
      ] {
        #expect(sentence(string, variables) == nil, "\(string) \(variables)")
      }
      withExtendedLifetime(services) {}
    }
  }

  // MARK: Passwords that are made

  private static let made = "host=db.example user=ana sslmode=require"
  private static let instead = "the password comes from a credential source."

  @Test(arguments: [
    ("\(made) password=s3cret", "The connection parameter password is set, but \(instead)"),
    ("\(made) passfile=s3cret", "The connection parameter passfile is set, but \(instead)"),
    (
      "host=db.example sslmode=require",
      "The credential source makes a password for a user: the connection parameter user is not set."
    ),
    ("user=ana", "The credential source wants a host with a name: the connection parameter host."),
    ("user=ana host=/s3cret", "The credential source wants a host with a name: the connection parameter host."),
    ("user=ana host=db.example,", "The credential source wants a host with a name: the connection parameter host."),
    ("user=ana hostaddr=10.0.0.1", "The credential source wants a host with a name: the connection parameter host."),
    (
      "\(made) gssencmode=require",
      "The connection parameter gssencmode must not be require: the password of a credential source is sent over TLS alone."
    ),
    (
      "\(made) host=a.example,b.example target_session_attrs=prefer-standby",
      """
      target_session_attrs must not be prefer-standby with several hosts: the password of a credential source is for one of \
      them.
      """
    ),
  ])
  func `Where a password cannot be made, or not be kept secret, is an error`(string: String, sentence: String) {
    #expect(self.sentence(string, credentials: MadeCredentials { _ in "made" }) == sentence)
  }

  @Test(arguments: ["disable", "allow", "prefer"])
  func `A password that is made wants TLS`(mode: String) {
    #expect(
      sentence("host=localhost user=ana sslmode=\(mode)", credentials: MadeCredentials { _ in "made" })
        == """
        The connection parameter sslmode has to be require, verify-ca or verify-full: the password of a credential \
        source is sent over TLS alone.
        """
    )
  }

  @Test func `The environment may not contradict a password that is made`() async {
    await #expect(processExitsWith: .success) {
      func sentence(_ string: String, _ name: String, _ value: String) -> String? {
        setenv(name, value, 1)
        defer { unsetenv(name) }
        return #expect(throws: PostgresError.self) {
          try ConnectionConfiguration(string, credentials: MadeCredentials { _ in "made" })
        }?.description
      }
      for name in ["PGPASSWORD", "PGPASSFILE"] {
        #expect(
          sentence(SettingsTests.made, name, "s3cret")
            == "\(name) is set, but \(SettingsTests.instead)")
      }
      #expect(
        sentence("host=db.example user=ana", "PGSSLMODE", "allow")?.hasPrefix("PGSSLMODE has to be require") == true)
      #expect(
        sentence(SettingsTests.made, "PGGSSENCMODE", "require")?.hasPrefix("PGGSSENCMODE must not be") == true)
      setenv("PGUSER", "ana", 1)
      setenv("PGHOST", "db.example", 1)
      _ = try ConnectionConfiguration("sslmode=require", credentials: MadeCredentials { _ in "made" })
    }
  }

  @Test func `On this machine, too, a password that is made is sent to a verified server`() throws {
    let file = try File(Self.certificate)
    let places = try places(
      "host=localhost user=ana sslrootcert=\(file.path)", credentials: MadeCredentials { _ in "made" })
    #expect(places.contains("sslmode='verify-full'"))
    #expect(places.contains("gssencmode='disable'"))
  }

  @Test func `A user that the source names has no other source`() async {
    await #expect(processExitsWith: .success) {
      let source = MadeCredentials(namesUser: true) { _ in "made" }
      let services = try File(
        "[s]\nhost=db.example\nsslmode=require\n[t]\nuser=ana\nhost=db.example\nsslmode=require\n")
      setenv("PGSERVICEFILE", services.path, 1)
      func sentence(_ string: String) -> String? {
        do {
          _ = try ConnectionConfiguration(string, credentials: source)
          return nil
        } catch {
          return error.description
        }
      }
      let instead = "is set, but the user and the password come from a credential source."
      #expect(sentence(SettingsTests.made) == "The connection parameter user \(instead)")
      #expect(sentence("service=t") == "The service's parameter user \(instead)")
      #expect(sentence("host=db.example sslmode=require") == nil)
      #expect(sentence("service=s") == nil)
      setenv("PGUSER", "ana", 1)
      #expect(sentence("host=db.example sslmode=require") == "PGUSER \(instead)")
      withExtendedLifetime(services) {}
    }
  }

  @Test func `Each place has a password of its own, made when it is connected to`() async throws {
    let logins = Shared<[Login]>([])
    let source = MadeCredentials { login in
      logins.withLock { $0.append(login) }
      return "p'\(login.host):\(login.port):\(login.user)"
    }
    var configuration = try ConnectionConfiguration(
      "host=A.example,10.0.0.9 port=,6000 user=ana sslmode=require", credentials: source)
    configuration.resolver = Resolver { _ in .success(["10.0.0.1", "10.0.0.2"]) }
    #expect(logins.withLock { $0 }.isEmpty)
    let credentials = try await configuration.credentials(until: ampleTime)
    let places = try configuration.places(with: credentials, unless: EventFD(), until: ampleTime)
    #expect(
      places.map { $0.parameters["password"] }
        == ["p'A.example:5432:ana", "p'A.example:5432:ana", "p'10.0.0.9:6000:ana"])
    #expect(places.allSatisfy { $0.parameters["user"] == "ana" })
    #expect(logins.withLock { $0 }.count == 2)
  }

  @Test func `The user is the one that the source names`() async throws {
    let configuration = try ConnectionConfiguration(
      "host=10.0.0.9 sslmode=require", credentials: MadeCredentials(namesUser: true) { _ in "made" })
    let credentials = try await configuration.credentials(until: ampleTime)
    let places = try configuration.places(with: credentials, unless: EventFD(), until: ampleTime)
    #expect(places.map { $0.parameters["user"] } == ["made"])
  }

  @Test(arguments: [true, false])
  func `Where the source has no credentials, the error says why, and whether that passes`(isTransient: Bool)
    async throws
  {
    let source = MadeCredentials { _ throws(CredentialError) in
      throw CredentialError("There are none.", isTransient: isTransient)
    }
    let configuration = try ConnectionConfiguration("\(Self.made) hostaddr=127.0.0.1", credentials: source)
    let error = await #expect(throws: PostgresError.self) {
      try await Connection.connect(configuration, until: ampleTime)
    }
    #expect(error?.reason == .credentials)
    #expect(error?.description == "There are none.")
    #expect(error?.isTransient == isTransient)
  }

  @Test func `A pool tries again while the source's failure may pass`() async throws {
    let tries = Shared(0)
    let source = MadeCredentials { _ throws(CredentialError) in
      let count = tries.withLock {
        $0 += 1
        return $0
      }
      throw CredentialError("Not yet, or never.", isTransient: count < 3)
    }
    let configuration = try ConnectionConfiguration("\(Self.made) hostaddr=127.0.0.1", credentials: source)
    let pool = Pool(configuration, limit: 1, retryTime: .seconds(20))
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    #expect(error?.reason == .credentials)
    #expect(tries.withLock { $0 } == 3)
  }

  @Test func `A pool that gives up its connections has the source forget`() throws {
    let forgotten = Shared(0)
    struct Source: CredentialSource {
      let namesUser = false
      let forgotten: Shared<Int>
      func credentials(for login: Login, until deadline: ContinuousClock.Instant) async throws(CredentialError)
        -> LoginCredentials
      { throw CredentialError("There are none.") }
      func wereRefused(_ credentials: LoginCredentials, for login: Login) {}
      func forget() { forgotten.withLock { $0 += 1 } }
    }
    let configuration = try ConnectionConfiguration(Self.made, credentials: Source(forgotten: forgotten))
    Pool(configuration, limit: 1).disconnect()
    #expect(forgotten.withLock { $0 } == 1)
  }
}
