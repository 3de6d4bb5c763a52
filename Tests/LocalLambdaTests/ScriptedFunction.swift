import Foundation
import LocalLambda
import Synchronization
import TestSupport
import Testing

/// A function whose runtime is a shell script, in a folder of its own.
struct ScriptedFunction {
  let function: Function
  let folder: URL
  private let failureList: FailureList

  private final class FailureList: Sendable {
    let results = Mutex<[String: InvocationResult]>([:])
  }

  /// What the function told of invocations that were not answered, by request id.
  var failures: [String: InvocationResult] { failureList.results.withLock { $0 } }

  /// Runs a test with a function that does what a script says, with `$event` and `$id` set, and the shell functions
  /// `answer`, `fail` and `stream` at hand, once it has done the preparation. The function is stopped afterwards, and its folder is
  /// removed.
  static func with(
    _ script: String, timeout: Duration = .seconds(30), environments: Int = 4, managed: Int? = nil,
    variables: [String: String] = [:],
    preparation: String = "", onProgress: @escaping @Sendable (InvocationProgress) -> Void = { _ in },
    _ test: (ScriptedFunction) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "function-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "bootstrap").path()
    try writeExecutable(runtime(script, preparation), to: path)
    let failures = FailureList()
    let function = Function(
      .init(
        name: "scripted", bootstrap: path, timeout: timeout, variables: variables, maximumEnvironments: environments,
        maximumConcurrency: managed)
    ) { progress in
      onProgress(progress)
      guard case .ended(let record) = progress else { return }
      switch record.result {
      case .response, .abandoned, .cancelled: break
      default: failures.results.withLock { $0[record.start.requestID] = record.result }
      }
    }
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await test(ScriptedFunction(function: function, folder: folder, failureList: failures)))
    } catch {
      outcome = .failure(error)
    }
    await function.stop()
    try outcome.get()
  }

  /// The lines of a file that the script wrote into its folder.
  func lines(of file: String) -> [String] {
    let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map { String($0) }
  }

  /// Makes an empty file in the script's folder.
  func touch(_ file: String) throws {
    try Data().write(to: folder.appending(path: file))
  }

  private static func runtime(_ script: String, _ preparation: String) -> String {
    #"""
    #!/bin/bash
    cd "$LAMBDA_TASK_ROOT" || exit 1
    echo $$ >>pids
    \#(preparation)
    api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
    post() { curl --silent --noproxy '*' --data-binary "$2" "$api/$id/$1" >/dev/null; }
    answer() { post response "$1"; }
    fail() { post error "$1"; }
    # Responds with standard input as it comes; the content type is the argument.
    stream() {
      curl --silent --no-buffer --noproxy '*' --fail --request POST --upload-file - --header 'Expect:' \
        --header 'Lambda-Runtime-Function-Response-Mode: streaming' --header "Content-Type: ${1:-text/plain}" \
        "$api/$id/response" >/dev/null
    }
    serve() {
      local head=head-$BASHPID
      while event=$(curl --silent --show-error --fail --noproxy '*' --dump-header "$head" "$api/next"); do
        id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^\r]*\)\r*$/\1/Ip' "$head")
        \#(script)
      done
    }
    for _ in $(seq 2 "${AWS_LAMBDA_MAX_CONCURRENCY:-1}"); do serve & done
    serve
    """#
  }
}
