import LambdaRuntime
import Postgres
import Testing

@testable import Cruddur

@Suite struct DatabaseFailureTests {
  typealias Reason = PostgresError.Reason

  @Test(arguments: [
    (Reason.configuration, "DatabaseConfiguration"), (.hostNotFound, "DatabaseHostNotFound"),
    (.connectionRefused, "DatabaseConnectionRefused"), (.tls, "DatabaseTLS"),
    (.authentication, "DatabaseAuthentication"), (.databaseNotFound, "DatabaseNotFound"),
    (.tooManyConnections, "DatabaseTooManyConnections"), (.serverNotReady, "DatabaseNotReady"),
    (.serverShutdown, "DatabaseNotReady"), (.nameResolutionTimeout, "DatabaseTimeout"),
    (.connectTimeout, "DatabaseTimeout"), (.statementTimeout, "DatabaseTimeout"), (.poolTimeout, "DatabaseTimeout"),
    (.connectionFailed, "DatabaseConnectionLost"), (.connectionLost, "DatabaseConnectionLost"),
    (.protocolViolation, "DatabaseConnectionLost"), (.cancelled, "Cancelled"), (.server, "DatabaseError"),
    (.outOfResources, "DatabaseError"), (Reason(rawValue: "of a later version"), "DatabaseError"),
  ]) func `The error's type says which failure it was`(reason: Reason, type: String) {
    #expect(reason.errorType == type)
    #expect(ErrorType(rawValue: "Function.\(type)") != nil)
  }
}
