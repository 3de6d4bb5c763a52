import Foundation
import Testing

@testable import Postgres

/// A connection string that is wrong is told what is wrong with it, and nothing of it is repeated but a parameter's name.
@Suite struct ConnectionStringTests {
  private static let library = "libpq \(LibPQ.majorVersion)"
  private static let percent = """
    The connection URL has a % that begins no escape: percent-encode what is special in a user's name or a password, % as %25, @ as \
    %40, / as %2F.
    """
  private static let at =
    "The connection URL has an @ too many: in a user's name or a password it has to be percent-encoded, as %40."
  private static let slash = """
    The connection URL has an @ behind a /: in a user's name or a password / has to be percent-encoded, as %2F (and in a database's \
    name @, as %40).
    """
  private static let questionMark = """
    The connection URL's query has an @, but no keyword=value: in a user's name or a password, percent-encode / as %2F and ? as %3F.
    """
  private static let query =
    "The connection URL's query has something other than keyword=value: in a value, = has to be %3D and & has to be %26."
  private static let brackets =
    "The connection URL has a host in brackets that is no IPv6 address, or something other than a port behind it."

  private func sentence(_ conninfo: String) -> String {
    let error = #expect(throws: PostgresError.self, "\(conninfo)") { try ConnectionConfiguration(conninfo) }
    #expect(error?.reason == .configuration)
    return error?.description ?? ""
  }

  private static func word(at position: Int) -> String {
    """
    The connection string is neither a PostgreSQL URL nor keyword=value pairs: the word at character \(position) has no = behind it; a \
    value with spaces has to be in single quotes.
    """
  }

  @Test(arguments: [
    ("postgresql://ana:s3cr%t@localhost/d", percent), ("postgresql://ana:s3cret%@localhost/d", percent),
    ("postgresql://localhost/%s3cret", percent), ("postgres://ana%:s3cret@localhost", percent),
    ("postgresql://ana:s3@cret@localhost/d", at), ("postgresql://ana:s3cret@@localhost/d", at),
    ("postgresql://ana@corp.example:s3cret@localhost:5432/d", at), ("postgresql://ana:s@3@cr/et@localhost", at),
    ("postgresql://ana:s3/cret@localhost/d", slash), ("postgresql://ana:12/s3cret@localhost/d", slash),
    ("postgresql://ana:12/s3cret@localhost:5432", slash), ("postgresql://ana:s3/cret@localhost", slash),
    ("postgresql://a/na:s3cret@localhost/d?sslmode=disable", slash), ("postgresql://ana:s@3/cr@et/d", slash),
    ("postgresql://ana:s3?c/ret@localhost/d", questionMark), ("postgresql://ana/s3?cret@localhost/d", questionMark),
    ("postgresql://localhost/d?s3cret", query), ("postgresql://localhost/d?options=s3cret=1", query),
    ("postgresql://[::1/d", brackets), ("postgresql://[::1]s3cret/d", brackets), ("postgresql://[]/d", brackets),
    ("postgresql://localhost/%00", "The connection URL has a %00, which no parameter can hold."),
  ])
  func `A URL with a special character says which, and how to write it`(url: String, sentence: String) {
    #expect(self.sentence(url) == sentence)
  }

  @Test(arguments: [
    ("s3cret", word(at: 1)), ("host=localhost  s3cret dbname=d", word(at: 17)),
    (#"password='s3 \' cret' dbname=my data"#, word(at: 33)), (#"password=s3\ cret é"#, word(at: 19)),
    (
      "password='s3cret dbname=d",
      #"The connection string has a value whose single quote is not closed: within one, ' has to be \' and \ has to be \\."#
    ),
    (
      "jdbc:postgresql://localhost/d?user=ana&password=s3cret",
      "The connection string begins like a URL, but with neither postgresql:// nor postgres://."
    ),
    (
      "mysql://ana:s3cret@h/d",
      "The connection string begins like a URL, but with neither postgresql:// nor postgres://."
    ),
    (
      "\"postgresql://ana:s3cret@h/d\"",
      "The connection string begins like a URL, but with neither postgresql:// nor postgres://."
    ),
  ])
  func `A keyword string that cannot be read says where`(string: String, sentence: String) {
    #expect(self.sentence(string) == sentence)
  }

  @Test(arguments: ["foo=bar", "host=localhost foo = 'b a r'", "postgresql://localhost/d?sslmode=disable&foo=s3cret"])
  func `An unknown parameter is named`(string: String) {
    #expect(sentence(string) == "The connection parameter foo is none that \(Self.library) has.")
  }

  @Test(arguments: [
    "user=ana password=my secret=1", "sslpassword=my secret=1", "user=ana password=my password=2 secret=1",
    "postgresql://a/secret?secret=1@localhost/d", "postgresql://localhost/d?user=ana&password=my&secret=1",
    "postgresql://localhost/d?sslpassword=my&secret=1",
    "Secret=1", "secret2=1", "host=localhost \(String(repeating: "secret", count: 6))=1",
  ])
  func `What may be a password's rest is not`(string: String) {
    let sentence = sentence(string)
    #expect(!sentence.contains("ecret"), "\(sentence)")
    #expect(sentence.contains("no parameter") || sentence.contains("does not"), "\(sentence)")
  }

  @Test(arguments: [
    ("require_auth=password", 16), ("load_balance_hosts=random", 16), ("sslcertmode=allow", 16),
    ("gssdelegation=0", 16),
    ("sslnegotiation=postgres", 17), ("min_protocol_version=3.0", 18), ("max_protocol_version=3.0", 18),
    ("oauth_issuer=a", 18), ("oauth_client_id=a", 18), ("oauth_client_secret=a", 18), ("oauth_scope=a", 18),
    ("sslkeylogfile=/a", 18), ("scram_client_key=\(key)", 18), ("scram_server_key=\(key)", 18),
  ])
  func `A parameter of a newer libpq says of which`(parameter: String, version: Int) throws {
    let keyword = String(parameter.prefix { $0 != "=" })
    #expect(LibPQ.firstVersion(of: keyword) == version)
    let encoded = keyword + "=" + parameter.dropFirst(keyword.count + 1).replacing("=", with: "%3D")
    for string in [parameter, "postgresql://localhost/d?\(encoded)"] {
      if LibPQ.majorVersion >= version {
        _ = try ConnectionConfiguration(string)
      } else {
        #expect(
          sentence(string) == "The connection parameter \(keyword) needs libpq \(version), and this is \(Self.library)."
        )
      }
    }
  }

  /// 32 bytes in base64.
  private static let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

  @Test func `The versions of all parameters of the libpq that is here are known`() {
    // Those that every libpq has that is supported.
    let old: Set = [
      "application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname",
      "fallback_application_name", "gssencmode",
      "gsslib", "host", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
      "krbsrvname", "options",
      "passfile", "password", "port", "replication", "requirepeer", "service", "ssl_max_protocol_version",
      "ssl_min_protocol_version",
      "sslcert", "sslcompression", "sslcrl", "sslcrldir", "sslkey", "sslmode", "sslpassword", "sslrootcert", "sslsni",
      "target_session_attrs", "tcp_user_timeout", "user",
    ]
    for keyword in ConninfoParameter.knownKeywords where !old.contains(keyword) && LibPQ.majorVersion <= 18 {
      #expect(LibPQ.firstVersion(of: keyword).map { $0 <= LibPQ.majorVersion } == true, "\(keyword)")
    }
    #expect(Set(ConninfoParameter.knownKeywords).isSuperset(of: ["host", "sslmode"]))
  }

  @Test(arguments: [
    ("target_session_attrs", 15), ("sslmode", 15), ("channel_binding", 15), ("gssencmode", 15),
    ("ssl_min_protocol_version", 15),
    ("ssl_max_protocol_version", 15), ("load_balance_hosts", 16), ("require_auth", 16), ("sslcertmode", 16),
    ("sslnegotiation", 17),
    ("min_protocol_version", 18), ("max_protocol_version", 18), ("scram_client_key", 18), ("scram_server_key", 18),
  ])
  func `A bad value is named at the start, of whichever parameter`(keyword: String, version: Int) {
    let sentence = sentence("\(keyword)=s3cret")
    if LibPQ.majorVersion >= version {
      #expect(sentence == "The connection parameter \(keyword) is not valid.")
    } else {
      #expect(sentence.contains("\(keyword) needs libpq"))
    }
  }

  @Test func `What two parameters say together is checked, too`() throws {
    #expect(
      sentence("ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2")
        == "The connection parameter ssl_min_protocol_version is above ssl_max_protocol_version.")
    #expect(sentence("host=a,b port=1,2,3") == "The connection parameters host, hostaddr and port differ in length.")
    guard LibPQ.majorVersion >= 17 else { return }
    #expect(
      sentence("host=localhost sslnegotiation=direct")
        == "The connection parameter sslmode has to be require, verify-ca or verify-full with sslnegotiation=direct.")
    // Elsewhere verify-full is the default.
    let file = FileManager.default.temporaryDirectory.appending(path: Foundation.UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("-----BEGIN CERTIFICATE-----\n".utf8).write(to: file)
    _ = try ConnectionConfiguration("host=db.example sslnegotiation=direct sslrootcert=\(file.path)")
  }

  @Test func `A service that there is not, and a broken service file, are named`() async {
    await #expect(processExitsWith: .success) {
      let file = FileManager.default.temporaryDirectory.appending(path: "\(Foundation.UUID()).conf")
      defer { try? FileManager.default.removeItem(at: file) }
      func sentence(_ string: String, of file: String) -> String? {
        setenv("PGSERVICEFILE", file, 1)
        return #expect(throws: PostgresError.self) { try ConnectionConfiguration(string) }?.description
      }
      func sentence(_ string: String, _ services: String) throws -> String? {
        try Data(services.utf8).write(to: file)
        return sentence(string, of: file.path)
      }
      let end = "names a service that is not in the service file (PGSERVICEFILE, or ~/.pg_service.conf)."
      let missing = try sentence("service=s3cret", "[s]\nhost=h\n")
      #expect(missing == "The connection parameter service \(end)")
      #expect(try sentence("service=s", "[s]\nhost=h\ns3cret=1\n") == "The service file has a mistake in line 3.")
      #expect(try sentence("service=s", "[s]\ns3cret\n") == "The service file has a mistake in line 2.")
      setenv("PGSERVICE", "nope", 1)
      #expect(try sentence("postgresql://localhost/d", "[s]\nhost=h\n") == "PGSERVICE \(end)")
      #expect(sentence("dbname=d", of: "/nonexistent/s3cret") == "PGSERVICEFILE names a file that cannot be read.")
    }
  }

  @Test func `A variable of a newer libpq is not left out without a word`() async {
    await #expect(processExitsWith: .success) {
      for (name, value, version) in [
        ("PGREQUIREAUTH", "scram-sha-256", 16), ("PGSSLNEGOTIATION", "postgres", 17),
        ("PGMINPROTOCOLVERSION", "3.0", 18),
      ] {
        setenv(name, value, 1)
        defer { unsetenv(name) }
        if LibPQ.majorVersion >= version {
          _ = try ConnectionConfiguration("host=localhost")
        } else {
          let error = #expect(throws: PostgresError.self) { try ConnectionConfiguration("host=localhost") }
          #expect(error?.description == "\(name) needs libpq \(version), and this is libpq \(LibPQ.majorVersion).")
        }
      }
    }
  }

  /// The host that is connected to, and the database there.
  @Test(arguments: [
    ("postgresql://ana:p%40ss@localhost/d", "localhost"), ("postgresql://ana:p%2Fss@localhost/d", "localhost"),
    ("postgresql://ana:p%25@localhost/my@data", "localhost"), ("postgresql://localhost/my@data", "localhost"),
    ("postgresql://localhost:5432/my@data", "localhost"), ("postgresql:///my@data?host=localhost", "localhost"),
    ("postgresql://ana:p:?#ss@localhost", "localhost"), ("postgresql://localhost/?user=ana@corp.example", "localhost"),
    ("postgresql://%40socket/d", "@socket"), ("postgresql:///my@da/ta", ""),
    ("postgresql://127.0.0.1,[::1]:1/my@d", "127.0.0.1,::1"),
  ])
  func `A URL that is as it should be is read`(url: String, host: String) throws {
    #expect(try ConninfoParameter.parse(url)["host"] ?? "" == host)
    _ = try ConnectionConfiguration(url)
  }

  @Test func `Hosts and addresses are tried in random order if that is asked for`() async throws {
    guard LibPQ.majorVersion >= 16 else { return }
    func orders(_ parameters: String) throws -> Set<[String]> {
      var configuration = try ConnectionConfiguration("host=a,b,10.0.0.1 sslmode=disable \(parameters)")
      configuration.resolver = Resolver { .success(["10.1.0.\($0.utf8.first ?? 0)", "10.2.0.\($0.utf8.first ?? 0)"]) }
      return try Set(
        (0..<200).map { _ in
          try configuration.places(unless: EventFD(), until: .now + .seconds(20)).map { place in
            place.parameters["hostaddr"] ?? "10.0.0.1"
          }
        })
    }
    let given = ["10.1.0.97", "10.2.0.97", "10.1.0.98", "10.2.0.98", "10.0.0.1"]
    #expect(try orders("") == [given])
    #expect(try orders("load_balance_hosts=disable") == [given])
    let random = try orders("load_balance_hosts=random")
    // Six orders of the hosts, and two of each name's addresses.
    #expect(random.count == 24)
    #expect(random.allSatisfy { Set($0) == Set(given) })
  }
}
