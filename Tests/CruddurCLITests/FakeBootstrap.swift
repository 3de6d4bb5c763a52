import Foundation
import Glibc
import TestSupport
import Testing

/// A folder of its own for a test, with a small runtime in it that does what its events say.
struct FakeBootstrap {
  let folder: String

  var path: String { "\(folder)/bootstrap" }

  /// Runs a test with a folder, which is removed afterwards.
  static func with(_ test: (FakeBootstrap) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cruddur-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bootstrap = FakeBootstrap(folder: folder)
    try writeExecutable(script, to: bootstrap.path)
    try await test(bootstrap)
  }

  /// Writes a file into the folder, and gives its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// What the runtime or a test wrote into the folder; nil if there is no such file.
  func read(_ name: String) -> String? {
    try? String(contentsOf: URL(filePath: "\(folder)/\(name)"), encoding: .utf8)
  }

  /// The runtime's process, once it has written its id; a fresh one has a line of its own.
  var processes: [pid_t] {
    (read("pids") ?? "").split(separator: "\n").compactMap { pid_t($0) }
  }

  /// Expects that it has run, and runs no more.
  func expectGone() {
    #expect(!processes.isEmpty, "no process said that it ran")
    for process in processes {
      #expect(kill(process, 0) == -1, "process \(process) still runs")
    }
  }

  /// The ids of the requests whose events the runtime was given.
  var invocations: [Substring] { (read("invocations") ?? "").split(separator: "\n") }

  private static let script = #"""
    #!/bin/bash
    # Does what the event says: fail, hang, crash, show its environment; anything else is echoed.
    cd "$LAMBDA_TASK_ROOT" || exit 1
    echo $$ >>pids
    api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
    type=Lambda-Runtime-Function-Error-Type

    post() { # path, body, options of curl
      printf %s "$2" | curl --silent --noproxy '*' --data-binary @- "${@:3}" "$api/$1" >/dev/null
    }

    [ "${CRASH_INIT:-}" ] && exit 7
    if [ "${FAIL_INIT:-}" ]; then
      post init/error '{"errorMessage":"no database"}' --header "$type: Runtime.NoDatabase"
      sleep 0.1
      echo 'the last words'
      exit 1
    fi
    serve() {
      head=head-$BASHPID
      while event=$(curl --silent --show-error --fail --noproxy '*' --dump-header "$head" "$api/invocation/next"); do
        id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^\r]*\)\r*$/\1/Ip' "$head")
        echo "$id" >>invocations
        echo 'a line on standard output'
        echo 'a line on standard error' >&2
        case $event in
          *fail*) post "invocation/$id/error" '{"errorMessage":"no"}' --header "$type: Function.Bad" ;;
          *hang*)
            touch hanging
            sleep 60
            ;;
          *crash*) exit 3 ;;
          *garbage*) post "invocation/$id/response" 'no JSON' ;;
          *created*)
            post "invocation/$id/response" '{"statusCode":201,"headers":{"X-A":"b"},"cookies":["c=d","e=f"],"body":"é"}'
            ;;
          *loud*)
            seq 1 2000 >&2
            post "invocation/$id/response" '"said"'
            ;;
          *arn*)
            arn=$(sed -n 's/^Lambda-Runtime-Invoked-Function-Arn: *\([^\r]*\)\r*$/\1/Ip' "$head")
            post "invocation/$id/response" "\"$arn\""
            ;;
          *tenant*)
            tenant=$(sed -n 's/^Lambda-Runtime-Aws-Tenant-Id: *\([^\r]*\)\r*$/\1/Ip' "$head")
            post "invocation/$id/response" "\"$tenant\""
            ;;
          *context*) post "invocation/$id/response" "\"$(sed -n 's/^Lambda-Runtime-Client-Context: //Ip' "$head" | base64)\"" ;;
          *environment*) post "invocation/$id/response" "$(env | sort)" ;;
          *) post "invocation/$id/response" "$event" ;;
        esac
      done
    }
    for _ in $(seq 2 "${AWS_LAMBDA_MAX_CONCURRENCY:-1}"); do serve & done
    serve
    """#
}
