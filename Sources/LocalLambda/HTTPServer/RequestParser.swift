/// Finds the requests in what comes in on a connection: a value without I/O.
///
/// It takes HTTP/1.0 and 1.1 as <https://www.rfc-editor.org/rfc/rfc9112> has them, and refuses a head or a body's length
/// that two readers could take for different ones. Lines may end with a line feed alone.
struct RequestParser {
  /// A part of a request, in the order in which they come: a head, its body's pieces if it has any, an end.
  enum Part: Equatable {
    case head(Head)
    case body([UInt8])
    /// With the trailers of a chunked body.
    case end([HTTPCall.Header])
  }

  struct Head: Equatable {
    var method: String
    /// As it was sent.
    var target: String
    var headers: [HTTPCall.Header] = []
    var isHTTP11 = true
    /// Whether another request may follow on the connection.
    var keepsAlive = true
  }

  /// What cannot be read; the connection is of no use after it.
  enum Fault: Error, Equatable {
    case malformed(String)
    case headTooLarge(limit: Int)
    case versionNotSupported
    case transferCodingNotSupported

    var status: Int {
      switch self {
      case .malformed: 400
      case .headTooLarge: 431
      case .transferCodingNotSupported: 501
      case .versionNotSupported: 505
      }
    }
  }

  private enum State: Equatable {
    case requestLine
    case headers
    case fixed(remaining: Int)
    case chunkSize
    case chunk(remaining: Int)
    case chunkEnd
    case trailers
    case end
  }

  /// The most bytes of a head, and of the trailers.
  let maximumHeadBytes: Int
  private var state = State.requestLine
  /// What has come of a head, and of the trailers.
  private var head = Head(method: "", target: "")
  private var trailers: [HTTPCall.Header] = []
  private var input: [UInt8] = []
  /// Where in `input` the next part begins, and up to where there is no line feed.
  private var start = 0
  private var scanned = 0
  private var headBytes = 0

  init(maximumHeadBytes: Int) {
    self.maximumHeadBytes = maximumHeadBytes
  }

  /// Whether nothing of a request has come yet.
  var isBetweenRequests: Bool { state == .requestLine && start == input.count }

  /// Whether a request's head has come, and not yet all of its body.
  var isInBody: Bool {
    switch state {
    case .requestLine, .headers, .end: false
    case .fixed, .chunkSize, .chunk, .chunkEnd, .trailers: true
    }
  }

  /// Takes what came in.
  mutating func append(_ bytes: some Collection<UInt8>) {
    input.removeFirst(start)
    scanned -= start
    start = 0
    input.append(contentsOf: bytes)
  }

  /// The next part; nil where more has to come in first.
  mutating func next() throws(Fault) -> Part? {
    while true {
      switch state {
      case .requestLine:
        guard let line = try nextLine() else { return nil }
        // An empty line may come before a request.
        if line.isEmpty { continue }
        head = try Self.head(requestLine: line)
        trailers = []
        state = .headers
      case .headers:
        guard let line = try nextLine() else { return nil }
        if line.isEmpty {
          state = try Self.body(after: &head)
          headBytes = 0
          return .head(head)
        }
        head.headers.append(try Self.header(line))
      case .fixed(let remaining):
        guard let piece = nextPiece(atMost: remaining) else { return nil }
        state = remaining == piece.count ? .end : .fixed(remaining: remaining - piece.count)
        return .body(piece)
      case .chunkSize:
        guard let line = try nextLine() else { return nil }
        headBytes = 0
        let size = try Self.chunkSize(line)
        state = size == 0 ? .trailers : .chunk(remaining: size)
      case .chunk(let remaining):
        guard let piece = nextPiece(atMost: remaining) else { return nil }
        state = remaining == piece.count ? .chunkEnd : .chunk(remaining: remaining - piece.count)
        return .body(piece)
      case .chunkEnd:
        guard let line = try nextLine() else { return nil }
        guard line.isEmpty else { throw .malformed("a chunk is longer than it said") }
        state = .chunkSize
      case .trailers:
        guard let line = try nextLine() else { return nil }
        if line.isEmpty { state = .end } else { trailers.append(try Self.header(line)) }
      case .end:
        headBytes = 0
        state = .requestLine
        return .end(trailers)
      }
    }
  }

  /// The line that begins at `start`, without its end.
  private mutating func nextLine() throws(Fault) -> ArraySlice<UInt8>? {
    guard let end = input[scanned...].firstIndex(of: UInt8(ascii: "\n")) else {
      scanned = input.count
      guard headBytes + input.count - start <= maximumHeadBytes else { throw .headTooLarge(limit: maximumHeadBytes) }
      return nil
    }
    headBytes += end + 1 - start
    guard headBytes <= maximumHeadBytes else { throw .headTooLarge(limit: maximumHeadBytes) }
    let line = input[start..<end]
    start = end + 1
    scanned = start
    return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  private mutating func nextPiece(atMost count: Int) -> [UInt8]? {
    guard start < input.count else { return nil }
    let piece = Array(input[start...].prefix(count))
    start += piece.count
    scanned = start
    return piece
  }

  private static func head(requestLine line: ArraySlice<UInt8>) throws(Fault) -> Head {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(\.isHTTPToken), !words[1].isEmpty,
      words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { throw .malformed("the request line is not one") }
    let version = String(decoding: words[2], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw .versionNotSupported }
    return Head(
      method: String(decoding: words[0], as: UTF8.self), target: String(decoding: words[1], as: UTF8.self),
      isHTTP11: version == "HTTP/1.1", keepsAlive: version == "HTTP/1.1")
  }

  private static func header(_ line: ArraySlice<UInt8>) throws(Fault) -> HTTPCall.Header {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(\.isHTTPToken)
    else { throw .malformed("a header has no name") }
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    var value = line[(colon + 1)...].drop { blanks.contains($0) }
    while let last = value.last, blanks.contains(last) { value.removeLast() }
    guard !value.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") }) else {
      throw .malformed("a header's value has a character that ends it")
    }
    return HTTPCall.Header(
      name: String(decoding: line[..<colon], as: UTF8.self).lowercased(), value: String(decoding: value, as: UTF8.self))
  }

  /// What the body is like, by <https://www.rfc-editor.org/rfc/rfc9112#section-6.3>.
  private static func body(after head: inout Head) throws(Fault) -> State {
    let headers = head.headers
    func values(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
    guard values("host").count <= 1, !head.isHTTP11 || values("host").count == 1 else {
      throw .malformed("there is not one host")
    }
    let options = values("connection").joined(separator: ",").lowercased().split(separator: ",")
    if options.contains(where: { $0.filter { $0 != " " } == "close" }) { head.keepsAlive = false }
    let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
    guard codings.isEmpty else {
      guard lengths.isEmpty else { throw .malformed("the body's length is said twice") }
      guard codings.count == 1, codings[0].lowercased() == "chunked", head.isHTTP11 else {
        throw .transferCodingNotSupported
      }
      return .chunkSize
    }
    guard let length = lengths.first else { return .end }
    guard lengths.count == 1, let count = number(length.utf8, radix: 10) else {
      throw .malformed("the body's length is no number")
    }
    return count == 0 ? .end : .fixed(remaining: count)
  }

  private static func chunkSize(_ line: ArraySlice<UInt8>) throws(Fault) -> Int {
    // An extension may follow, and blanks before it.
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    var digits = line.prefix { $0 != UInt8(ascii: ";") }
    while let last = digits.last, blanks.contains(last) { digits.removeLast() }
    guard let size = number(digits, radix: 16) else { throw .malformed("a chunk's size is no number") }
    return size
  }

  /// A number of digits alone: a sign would be one of Swift's, but is none of HTTP's.
  private static func number(_ digits: some Collection<UInt8>, radix: Int) -> Int? {
    digits.first.map { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") } == true
      ? Int(String(decoding: digits, as: UTF8.self), radix: radix) : nil
  }
}

extension UInt8 {
  /// Whether a name or a method may have it: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>.
  var isHTTPToken: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
  }
}
