/// The environment variables of a function's process.
///
/// They are those of <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html> that an OS-only runtime
/// has, which excludes `AWS_EXECUTION_ENV`; there are no credentials, for nothing local has a use for them.
enum LambdaVariables {
  /// Which of the caller's variables a function needs on a laptop: where the database is, and where a debug build's
  /// libraries are.
  static func passesThrough(_ name: String) -> Bool {
    name == "CONNECTION_URL" || name.hasPrefix("PG") || name == "LD_LIBRARY_PATH"
  }

  /// All variables of the process, where later sources win: Lambda's own, the caller's that pass through, the
  /// function's configuration, and those of the Runtime API, without which nothing works.
  static func make(
    functionName: String, runtimeAPI: [String: String], taskRoot: String, logStream: String, caller: [String: String],
    configured: [String: String]
  ) -> [String: String] {
    var variables = [
      "_HANDLER": "bootstrap",
      "LAMBDA_TASK_ROOT": taskRoot,
      "AWS_REGION": "us-east-1",
      "AWS_DEFAULT_REGION": "us-east-1",
      "AWS_LAMBDA_FUNCTION_NAME": functionName,
      "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
      "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/\(functionName)",
      "AWS_LAMBDA_LOG_STREAM_NAME": logStream,
      "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
      "TZ": ":UTC",
      "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
      "LANG": "en_US.UTF-8",
    ]
    variables.merge(caller.filter { passesThrough($0.key) }) { $1 }
    variables.merge(configured) { $1 }
    variables.merge(runtimeAPI) { $1 }
    return variables
  }

  /// A new name of a log stream, in Lambda's form: the day in UTC, the version, and 32 hexadecimal digits.
  static func logStream() -> String {
    let now = UTCTime()
    return "\(now.year)/\(now.month)/\(now.day)/[$LATEST]" + String.randomHexadecimal(digits: 32)
  }
}
