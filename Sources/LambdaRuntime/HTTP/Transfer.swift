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

/// Where libcurl's callbacks put a response while it comes in, and take the pieces of a request's body from.
final class Transfer {
  var maximumBody = Int.max
  /// Whether libcurl has been given a list of headers.
  var hasHeaders = false
  var upload = Upload()
  /// Those that are open: one, or several for a moment while libcurl tries which of a host's addresses answers first. A
  /// lock, because others may shut one down, and must not shut down what has its number next.
  let sockets = Mutex<[curl_socket_t]>([])
  /// Whether some of the response is here.
  private(set) var hasBegun = false
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var bodyLength = 0

  /// Hands over what has come in and starts anew.
  func take() -> (head: ResponseHead, body: [UInt8], bodyLength: Int) {
    defer {
      hasBegun = false
      head = ResponseHead()
      body = []
      bodyLength = 0
    }
    return (head, body, bodyLength)
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html>: called with one whole line.
  static let onHeader: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.hasBegun = true
    // Behind the body come trailers, which are none of the head.
    guard transfer.bodyLength == 0 else { return size * count }
    UnsafeRawBufferPointer(start: bytes, count: size * count).withMemoryRebound(to: UInt8.self) { line in
      transfer.head.receive(line: line.span)
    }
    return size * count
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html>.
  static let onBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_READFUNCTION.html>: asks for more of the request's body.
  static let onRead: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_TRAILERFUNCTION.html>: libcurl frees the list.
  static let onTrailers:
    @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<curl_slist>?>?, UnsafeMutableRawPointer?) -> CInt = {
      list, context in
      guard let list, let context else { return CURL_TRAILERFUNC_ABORT }
      list.pointee = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().upload.trailers.curlList
      return CURL_TRAILERFUNC_OK
    }

  /// See <https://curl.se/libcurl/c/CURLOPT_SOCKOPTFUNCTION.html>: a socket has been made.
  static let onSocket: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t, curlsocktype) -> CInt = {
    context, socket, _ in
    if let context {
      Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().sockets.withLock { $0.append(socket) }
    }
    return CURL_SOCKOPT_OK
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_CLOSESOCKETFUNCTION.html>: a socket is to be closed.
  static let onClose: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t) -> CInt = { context, socket in
    guard let context else { return close(socket) }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().sockets.withLock {
      $0.removeAll { $0 == socket }
      return close(socket)
    }
  }

  private func receive(body bytes: UnsafeRawBufferPointer) {
    if bodyLength == 0 {
      body.reserveCapacity(min(max(head.contentLength ?? 0, bytes.count), maximumBody))
    }
    body.append(contentsOf: bytes.prefix(max(0, maximumBody - bodyLength)))
    bodyLength += bytes.count
  }

  /// - Returns: How many bytes there were; none is the end of the body.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
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
