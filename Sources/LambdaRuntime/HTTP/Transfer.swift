import CCurl
import Glibc
import Synchronization

/// A request's body, where it is sent in pieces.
struct Upload {
  var piece: [UInt8] = []
  /// How much of the piece libcurl has taken.
  var position = 0
  /// Whether libcurl has sent all that there is and waits for more.
  var isPaused = false
  /// Whether there will be no more.
  var isFinished = false
  var trailers: [String] = []

  /// Whether there is something that libcurl has not taken.
  var hasRest: Bool { position < piece.count }

  /// Puts a piece behind the rest of the one before, if that was cut off.
  mutating func append(_ bytes: [UInt8]) {
    piece = hasRest ? piece[position...] + bytes : bytes
    position = 0
  }

  /// Leaves out what libcurl has not taken.
  mutating func dropRest() {
    piece = []
    position = 0
  }
}

/// The sockets that are open: one, or several for a moment while libcurl tries which of a host's addresses answers first.
/// A lock, because others may shut one down, and must not shut down what has its number next.
final class OpenSockets: Sendable {
  let descriptors = Mutex<[curl_socket_t]>([])

  /// See <https://curl.se/libcurl/c/CURLOPT_SOCKOPTFUNCTION.html>: a socket has been made.
  static let onSocket: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t, curlsocktype) -> CInt = {
    context, socket, _ in
    if let context {
      Unmanaged<OpenSockets>.fromOpaque(context).takeUnretainedValue().descriptors.withLock { $0.append(socket) }
    }
    return CURL_SOCKOPT_OK
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_CLOSESOCKETFUNCTION.html>: a socket is to be closed.
  static let onClose: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t) -> CInt = { context, socket in
    guard let context else { return close(socket) }
    return Unmanaged<OpenSockets>.fromOpaque(context).takeUnretainedValue().descriptors.withLock {
      $0.removeAll { $0 == socket }
      return close(socket)
    }
  }
}

/// Where libcurl's callbacks put a response while it comes in, and take the pieces of a request's body from. They are
/// given its address.
struct Transfer {
  let maximumBody: Int
  /// Whether libcurl has been given a list of headers.
  var hasHeaders = false
  var upload = Upload()
  /// Whether some of the response is here.
  private(set) var hasBegun = false
  private var response = HTTPResponse()

  init(maximumBody: Int) {
    self.maximumBody = maximumBody
  }

  /// Hands over what has come in and starts anew.
  mutating func take() -> HTTPResponse {
    hasBegun = false
    var taken = HTTPResponse()
    swap(&taken, &response)
    return taken
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html>: called with one whole line.
  static let onHeader: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    UnsafeRawBufferPointer(start: bytes, count: size * count).withMemoryRebound(to: UInt8.self) { line in
      context.assumingMemoryBound(to: Transfer.self).pointee.receive(line: line.span)
    }
    return size * count
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html>.
  static let onBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    context.assumingMemoryBound(to: Transfer.self).pointee
      .receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_READFUNCTION.html>: asks for more of the request's body.
  static let onRead: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
    return context.assumingMemoryBound(to: Transfer.self).pointee
      .fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_TRAILERFUNCTION.html>: libcurl frees the list.
  static let onTrailers:
    @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<curl_slist>?>?, UnsafeMutableRawPointer?) -> CInt = {
      list, context in
      guard let list, let context else { return CURL_TRAILERFUNC_ABORT }
      list.pointee = context.assumingMemoryBound(to: Transfer.self).pointee.upload.trailers.curlList
      return CURL_TRAILERFUNC_OK
    }

  private mutating func receive(line: Span<UInt8>) {
    hasBegun = true
    // Behind the body come trailers, which are none of the head.
    if response.bodyLength == 0 { response.head.receive(line: line) }
  }

  private mutating func receive(body bytes: UnsafeRawBufferPointer) {
    if response.bodyLength == 0 {
      response.body.reserveCapacity(min(max(response.head.contentLength ?? 0, bytes.count), maximumBody))
    }
    response.body.append(contentsOf: bytes.prefix(max(0, maximumBody - response.bodyLength)))
    response.bodyLength += bytes.count
  }

  /// - Returns: How many bytes there were; none is the end of the body.
  private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let rest = upload.piece.count - upload.position
    guard rest > 0 else {
      if upload.isFinished { return 0 }
      upload.isPaused = true
      return Int(CURL_READFUNC_PAUSE)
    }
    let count = min(rest, buffer.count)
    upload.piece.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[upload.position..<upload.position + count]))
    }
    upload.position += count
    if !upload.hasRest { upload.dropRest() }
    return count
  }
}
