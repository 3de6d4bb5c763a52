import JSON
import Testing

@testable import LambdaRuntime

@Suite struct ErrorReportTests {
  @Test(arguments: ["Function.Timeout", "Runtime.InitError", "Function.Ab"])
  func `A proper type is taken`(text: String) {
    #expect(ErrorType(rawValue: text)?.rawValue == text)
  }

  @Test(arguments: [
    "", "Function", "Function.", "Function.a", "Function.A", "Function.A1", "Function.A.B", "function.Abc", "Other.Abc",
    "Function.Äbc", "Function.Ab c", ".Abc", "Function.Abc\n",
  ])
  func `Any other type is refused`(text: String) {
    #expect(ErrorType(rawValue: text) == nil)
  }

  @Test func `A reason of the wrong form becomes Unknown`() {
    #expect(ErrorType.function("no good").rawValue == "Function.Unknown")
    #expect(ErrorType.runtime("").rawValue == "Runtime.Unknown")
    #expect(ErrorType.runtime("InitError").rawValue == "Runtime.InitError")
  }

  @Test func `The body is what Lambda wants, however ugly the message`() throws {
    let message = "quote \" backslash \\ newline \n null \0 emoji 😀"
    let report = ErrorReport(type: .function("Ugly"), message: message)
    let document = try JSONDocument(report.body)
    #expect(try document.root.member("errorMessage").string() == message)
    #expect(try document.root.member("errorType").string() == "Function.Ugly")
    #expect(try document.root.member("stackTrace").kind == .array)
    #expect(!report.body.contains { $0 < 0x20 })
  }

  @Test func `An error that is not Lambda's is named by its type alone`() {
    struct Secret: Error, CustomStringConvertible { let description = "ana@example.com" }
    let report = ErrorReport(Secret())
    #expect(report.type.rawValue == "Function.Unhandled")
    #expect(report.message == "The handler failed: Secret.")
    #expect(report.logMessage == report.message)
    let initialization = ErrorReport(initialization: Secret())
    #expect(initialization.type.rawValue == "Runtime.InitError")
    #expect(initialization.message == "The function could not start: Secret.")
    #expect(initialization.logMessage == initialization.message)
  }

  @Test func `The log is told what the caller is not`() {
    struct Discreet: LambdaError {
      let errorType = ErrorType.function("Discreet")
      let errorMessage = "no"
      let logMessage = "no, because"
    }
    for report in [ErrorReport(Discreet()), ErrorReport(initialization: Discreet())] {
      #expect(report.message == "no" && report.logMessage == "no, because")
    }
    #expect(ErrorReport(ConfigurationError("X is not set.")).logMessage == "X is not set.")
  }

  @Test func `An error of Lambda's says itself what it is`() {
    let report = ErrorReport(ConfigurationError("X is not set."))
    #expect(report == ErrorReport(type: .function("InvalidConfiguration"), message: "X is not set."))
    #expect(ErrorReport(initialization: ConfigurationError("X is not set.")) == report)
    #expect(ErrorReport(CancellationError()).type.rawValue == "Function.Cancelled")
  }
}
