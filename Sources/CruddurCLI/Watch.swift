import Foundation
import Glibc
import LocalLambda

/// `serve --watch`: takes a new bootstrap as soon as it is there, and with `--build` makes one as soon as its sources have
/// changed. A line tells of each.
struct Watch: Sendable {
  let bootstrap: String
  /// Nil where somebody else builds.
  let builder: Builder?
  let function: Function
  let log: @Sendable (String) -> Void

  /// Watches until the task is cancelled.
  func run() async {
    if let builder {
      var sources = builder.sources
      while await isChanged(&sources, { builder.sources }) { await build(with: builder) }
    } else {
      var file = FileStamp(bootstrap)
      while await isChanged(&file, { FileStamp(bootstrap) }) {
        // While it is linked, there is none for a moment, or one that may not be run yet.
        if access(bootstrap, X_OK) == 0 { await take(how: "") }
      }
    }
  }

  /// Waits until something is different and has then stayed as it is for a while; false when the task is cancelled.
  private func isChanged<State: Equatable>(_ last: inout State, _ look: () -> State) async -> Bool {
    var seen = last
    while (try? await Task.sleep(for: .milliseconds(200))) != nil {
      let now = look()
      if now != last, now == seen {
        last = now
        return true
      }
      seen = now
    }
    return false
  }

  private func build(with builder: Builder) async {
    switch await builder.build() {
    case .built(let time): await take(how: ", built in \(time.secondsText)")
    case .failed(let words): log("\(words)\ncruddur: not built; the bootstrap before it goes on.")
    case .cancelled: break
    }
  }

  private func take(how: String) async {
    let start = ContinuousClock.now
    let failure = await function.replace()
    if let sentence = failure?.startFailure {
      log("cruddur: \(sentence) The bootstrap before it goes on.")
    } else if failure == nil {
      log("cruddur: took the new bootstrap\(how), up in \((ContinuousClock.now - start).secondsText).")
    }
  }
}

/// What tells a file from what stood there before; nil in all where there is none.
struct FileStamp: Equatable {
  private let inode: UInt64?
  /// What `chmod +x` changes, which may come long after the bytes.
  private let mode: mode_t?
  private let size: Int?
  /// The bytes of a `timespec`, whose members are another module's when Foundation is imported as well.
  private let modified: [UInt8]?

  init(_ path: String) {
    var status = stat()
    let isThere = stat(path, &status) == 0
    inode = isThere ? UInt64(status.st_ino) : nil
    mode = isThere ? status.st_mode : nil
    size = isThere ? Int(status.st_size) : nil
    modified = isThere ? withUnsafeBytes(of: status.st_mtim) { Array($0) } : nil
  }
}

extension Duration {
  fileprivate var secondsText: String {
    let milliseconds = Int(self / .milliseconds(1))
    return milliseconds < 1000 ? "\(milliseconds) ms" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  }
}
