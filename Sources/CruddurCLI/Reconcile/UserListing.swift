import Glibc
import JSON

/// Where the users of a pool come from, in batches.
protocol UserListing: Sendable {
  /// The next users, as they were listed; nil where there are no more.
  ///
  /// - Throws: ``InputError`` that names what failed, `CancellationError`.
  mutating func next() async throws -> [JSONDocument]?

  /// Whether all that was read, once there is no more, is all of the pool's users.
  var isWhole: Bool { get }

  /// Whether the listing was made while it was read, so that all who are in the pool at the beginning are in it.
  var isLive: Bool { get }

  /// What aws can go on with behind what was read so far; nil where it has to begin anew, or there is no more.
  var token: String? { get }
}

extension UserListing {
  /// So many are compared, and added, by one statement: few enough for a sign-up that is about one of them to wait for
  /// some tenths of a second at most, and for the five seconds that the application's role has for a statement.
  static var batchSize: Int { 2_000 }
}

/// Users from files, each of which has one or more documents as `aws cognito-idp list-users` prints them: a page each, or
/// all pages as one.
struct FileListing: UserListing {
  /// A batch has so many bytes at most, and its last user, because two are held at a time.
  private static let batchBytes = 1 << 21

  private var paths: ArraySlice<String>
  private var file: InputFile?
  private var splitter = JSONSplitter(member: "Users")
  private var documentCount = 0
  /// Documents without a token of a next page.
  private var endCount = 0
  private var hasToken = false

  let isLive = false
  let token: String? = nil

  /// Checks that the files can be read.
  init(paths: [String]) throws(InputError) {
    self.paths = paths[...]
    // Not opened, because whoever writes into a pipe would take it for the reader's end when it is closed.
    for path in paths where path != "-" && access(path, R_OK) != 0 {
      throw InputError("\(path) cannot be read: \(InputError.lastSystemError).")
    }
  }

  /// Of pages, one is the last: with none, there are further ones; with several, these are of several listings.
  var isWhole: Bool { endCount == 1 }

  mutating func next() async throws -> [JSONDocument]? {
    var users: [JSONDocument] = []
    var byteCount = 0
    while users.count < Self.batchSize, byteCount < Self.batchBytes {
      guard let file = try openFile() else { return users.isEmpty ? nil : users }
      do {
        if let user = try nextUser(of: file) {
          users.append(user)
          byteCount += user.bytes.count
        } else if let bytes = try await file.read() {
          splitter.append(bytes)
        } else {
          try splitter.finish()
          guard documentCount > 0 else { throw InputError("\(file.name) has no list of users: it is empty.") }
          self.file = nil
        }
      } catch let error as JSONError {
        throw InputError("\(file.name) is no list of users: \(error).")
      }
    }
    return users
  }

  private mutating func openFile() throws -> InputFile? {
    if let file { return file }
    guard let path = paths.popFirst() else { return nil }
    file = try InputFile(path: path)
    splitter = JSONSplitter(member: "Users")
    documentCount = 0
    return file
  }

  private mutating func nextUser(of file: InputFile) throws -> JSONDocument? {
    while let piece = try splitter.next() {
      switch piece {
      case .element(let user): return user
      case .member(let key, let value):
        hasToken = hasToken || value.isNextPageToken(key)
      case .end(let hadArray):
        guard hadArray else {
          throw InputError("\(file.name) is no list of users: document \(documentCount + 1) in it has no array Users.")
        }
        documentCount += 1
        if !hasToken { endCount += 1 }
        hasToken = false
      }
    }
    return nil
  }
}

extension JSONDocument {
  /// Whether this is the member by which the next page can be had: Cognito's own, or, after `--max-items`, that of `aws`.
  func isNextPageToken(_ key: String) -> Bool {
    ["PaginationToken", "NextToken"].contains(key) && !root.isNull
  }
}

/// A file that is read piece by piece, and closed in the end.
final class InputFile: Sendable {
  /// How the user calls it.
  let name: String
  private let descriptor: Int32

  /// Opens the file at a path; `-` is standard input.
  init(path: String) throws(InputError) {
    name = path == "-" ? "standard input" : path
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputError("\(name) cannot be read: \(InputError.lastSystemError).") }
  }

  deinit {
    close(descriptor)
  }

  /// The next bytes; nil at the end. Heeds cancellation, however long whoever writes takes.
  func read() async throws -> ArraySlice<UInt8>? {
    var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&input, 1, 50) == 0 {
      try Task.checkCancellation()
      await Task.yield()
    }
    try Task.checkCancellation()
    let bytes = try [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      guard result >= 0 else { throw InputError("\(name) cannot be read: \(InputError.lastSystemError).") }
      count = result
    }
    return bytes.isEmpty ? nil : bytes[...]
  }
}
