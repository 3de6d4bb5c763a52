internal import Foundation
import Glibc

/// What is to outlive a server: the accounts, their codes, and the key of the tokens.
struct PoolState: Equatable {
  /// Of ``TokenIssuer/keyLength`` bytes.
  var key: [UInt8]
  var pool: UserPool
}

/// The file in which a server keeps accounts, codes and the tokens' key, for itself alone.
///
/// It is written anew after each change, beside the old one and then in its place, so that there is a whole file at any
/// time, which only its owner may read. Passwords are in it as hashes; codes and the key are in it as they are.
public final class StateFile: Sendable {
  private let path: String
  /// What was in the file at the start; nil where there was none.
  let state: PoolState?
  /// The open file whose lock says that the state is this server's; closed, and thereby unlocked, at the end.
  private let lock: Int32

  /// Takes a file for one server, and reads it; where there is none, the first change makes it.
  ///
  /// - Throws: ``StateFileError`` where another server has it, or it cannot be used; it is left as it is then.
  public init(path: String) throws(StateFileError) {
    // Links stay links, because the file behind them is replaced.
    let path = path.resolvingLinks
    self.path = path
    lock = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw StateFileError(path, "its lock file cannot be opened: \(String.lastError)") }
    do throws(StateFileError) {
      guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
        throw StateFileError(path, errno == EWOULDBLOCK ? "another server uses it" : "no lock: \(String.lastError)")
      }
      state = try Self.read(path)
    } catch {
      close(lock)
      throw error
    }
  }

  deinit {
    close(lock)
  }

  private static func read(_ path: String) throws(StateFileError) -> PoolState? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw StateFileError(path, String.lastError) }
      return nil
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw StateFileError(path, "it is no regular file") }
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw StateFileError(path, "it cannot be read: \(error.localizedDescription)")
    }
    do { return try PoolState(json: bytes) } catch { throw StateFileError(path, error.reason) }
  }

  /// Puts a state in the place of the one before.
  ///
  /// - Throws: ``StateFileError``; the file is what it was then.
  func save(_ state: PoolState) throws(StateFileError) {
    let new = "\(path).new"
    let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw StateFileError(path, "it cannot be written: \(String.lastError)") }
    let isWritten = fchmod(file, 0o600) == 0 && Self.write(state.json, to: file) && fsync(file) == 0
    let failure = isWritten ? nil : String.lastError
    close(file)
    if let failure {
      unlink(new)
      throw StateFileError(path, "it cannot be written: \(failure)")
    }
    guard rename(new, path) == 0 else {
      let failure = String.lastError
      unlink(new)
      throw StateFileError(path, "it cannot be replaced: \(failure)")
    }
  }

  private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return false }
      rest = rest.dropFirst(max(0, count))
    }
    return true
  }
}

/// Why a state file cannot be used.
public struct StateFileError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The sentence's rest.
  public let reason: String

  init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// A sentence that names the file and what is wrong.
  public var description: String { "The state file \(path) cannot be used: \(reason)." }
}

extension String {
  /// Of the system call before.
  fileprivate static var lastError: String { String(cString: strerror(errno)) }

  fileprivate var resolvingLinks: String {
    guard let resolved = realpath(self, nil) else { return self }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
