import Testing

@testable import LocalLambda

struct LambdaVariablesTests {
  private func make(caller: [String: String] = [:], configured: [String: String] = [:]) -> [String: String] {
    LambdaVariables.make(
      functionName: "local", runtimeAPI: ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"], taskRoot: "/var/task",
      logStream: "stream", caller: caller,
      configured: configured)
  }

  @Test func `The variables are Lambda's and no others`() {
    #expect(
      make() == [
        "_HANDLER": "bootstrap",
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "local",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/local",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "LANG": "en_US.UTF-8",
      ])
  }

  @Test(arguments: ["CONNECTION_URL", "PGHOST", "PGPASSFILE", "LD_LIBRARY_PATH"])
  func `The caller's database passes through`(name: String) {
    #expect(make(caller: [name: "x"])[name] == "x")
  }

  @Test(arguments: ["HOME", "http_proxy", "AWS_ACCESS_KEY_ID", "CONNECTION_URL2", "MYPG", "LD_PRELOAD"])
  func `Nothing else of the caller's passes through`(name: String) {
    #expect(make(caller: [name: "x"])[name] == nil)
  }

  @Test func `The caller's own Lambda variables do not pass through`() {
    #expect(make(caller: ["AWS_REGION": "eu-west-1", "PATH": "/"]) == make())
  }

  @Test func `The configuration wins over all but what the Runtime API says`() {
    let variables = make(
      caller: ["PGHOST": "a"],
      configured: ["PGHOST": "b", "AWS_REGION": "eu-west-1", "LOG": "1", "AWS_LAMBDA_RUNTIME_API": "elsewhere"])
    #expect(variables["PGHOST"] == "b")
    #expect(variables["AWS_REGION"] == "eu-west-1")
    #expect(variables["LOG"] == "1")
    #expect(variables["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:9")
  }

  @Test func `A log stream has Lambda's form`() throws {
    #expect(LambdaVariables.logStream().wholeMatch(of: /20\d\d\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}/) != nil)
  }

  @Test func `A trace id has X-Ray's form`() {
    let form = /Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/
    #expect(InvocationRequest.randomTraceID().wholeMatch(of: form) != nil)
  }
}
