/// An HTTP request, with all of its body that there was and that was wanted.
struct HTTPCall: Sendable, Equatable {
  var method: String
  /// As it was sent, percent-encoded.
  var path: String
  /// What follows the question mark, as it was sent; empty where there is none.
  var query = ""
  /// In the order in which they were sent, with lower-case names.
  var headers: [Header] = []
  /// Empty where there is none, or where ``bodyFault`` says why it is of no use.
  var body: [UInt8] = []
  /// How many bytes of a body arrived, kept or not.
  var bodySize = 0
  var bodyFault: BodyFault?
  /// The fields after a chunked body, with lower-case names: <https://www.rfc-editor.org/rfc/rfc9112#section-7.1.2>.
  var trailers: [Header] = []
  /// The body as it comes, of a request whose handler reads it so; then `body` and what is said of it are empty.
  var stream: HTTPBodyStream?
  var isHTTP11 = true
  /// The server's port that it came in on.
  var port = 0

  struct Header: Sendable, Equatable {
    var name: String
    var value: String
  }

  /// Why there is no body to work with.
  enum BodyFault: Error, Sendable, Equatable {
    /// It was read to its end all the same: a client that is still sending takes an early response for a broken
    /// connection.
    case tooLarge(limit: Int)
    /// The connection ended, or what came was no chunk, before the body ended.
    case truncated
  }

  /// The values of a header, whose name is given in lower case, joined with commas; nil if there is none.
  func header(_ name: String) -> String? {
    headers.joined(name)
  }

  /// The path's parts between slashes, percent-encoded as they were sent; nil for a target that is no path.
  var segments: [Substring]? {
    path.hasPrefix("/") ? path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) : nil
  }
}

/// A body on its way, in or out, with back-pressure.
typealias HTTPBodyStream = PieceChannel<[UInt8], HTTPBodyEnd>

/// How a body ended that came, or went, piece by piece.
enum HTTPBodyEnd: Sendable, Equatable {
  case complete(trailers: [HTTPCall.Header] = [])
  /// The connection ended, or is to end, before the body did.
  case truncated
}

extension [HTTPCall.Header] {
  /// The values of one name, given in lower case, joined with commas; nil if there is none.
  func joined(_ name: String) -> String? {
    let values = filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
