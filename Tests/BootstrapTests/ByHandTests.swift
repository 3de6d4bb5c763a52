import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct ByHandTests {
    @Test func aBootstrapWithoutLambdaNamesCruddurInvoke() throws {
      let process = Process()
      let log = try TemporaryFile()
      process.executableURL = Repository.product("bootstrap")
      process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
      process.standardError = log.handle
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 2)
      let text = try log.text
      #expect(text.contains("AWS_LAMBDA_RUNTIME_API") && text.contains("cruddur invoke"))
      #expect(text.filter { $0 == "\n" }.count == 1)
    }
  }
}
