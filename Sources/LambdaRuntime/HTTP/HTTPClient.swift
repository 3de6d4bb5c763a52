import CCurl
import Glibc
import Synchronization

/// A client of one HTTP server: one connection, kept alive from request to request.
///
/// Owns a libcurl easy handle, which knows how to talk HTTP, and the multi handle that drives it, because that one can be
/// woken by another thread. It belongs to one thread at a time, but for ``interrupt()`` and ``wakeUp()``, which is what
/// makes it Sendable. See <https://curl.se/libcurl/c/libcurl-multi.html>.
final class HTTPClient: @unchecked Sendable {
  private var easy: UnsafeMutableRawPointer
  private let multi: UnsafeMutableRawPointer
  private let getHeaders = HeaderList(["Accept:"])
  /// The list of the request on its way: libcurl keeps its address.
  private var headers: HeaderList
  /// In memory of its own, because libcurl keeps its address.
  private let transfer: UnsafeMutablePointer<Transfer>
  private let sockets = OpenSockets()
  /// How the request ended; nil while it is on its way.
  private var code: CURLcode? = CURLE_OK
  /// Whether the handle has sent no stream yet.
  private var canStream = true
  private let isInterrupted = Atomic(false)
  /// The server's, taken apart once: libcurl would do so at each request. Each has a target of its own.
  private let url: OpaquePointer
  private let postMilliseconds: Int

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - endpoint: The server's `host:port`.
  ///   - maximumBody: The length in bytes from which on a response's body is no longer kept.
  ///   - postMilliseconds: How long a POST request may take.
  /// - Throws: `TransportError` where libcurl has no memory for a handle, or the server can have no such name.
  init(endpoint: String, maximumBody: Int, postMilliseconds: Int = 10_000) throws(TransportError) {
    guard HTTPClient.isLibraryReady, let url = curl_url() else { throw TransportError(code: CURLE_FAILED_INIT) }
    guard curl_url_set(url, CURLUPART_URL, "http://\(endpoint)/", 0) == CURLUE_OK else {
      curl_url_cleanup(url)
      throw TransportError(code: CURLE_URL_MALFORMAT)
    }
    guard let easy = curl_easy_init() else {
      curl_url_cleanup(url)
      throw TransportError(code: CURLE_FAILED_INIT)
    }
    guard let multi = curl_multi_init() else {
      curl_url_cleanup(url)
      curl_easy_cleanup(easy)
      throw TransportError(code: CURLE_FAILED_INIT)
    }
    self.easy = easy
    self.multi = multi
    self.url = url
    self.postMilliseconds = postMilliseconds
    headers = getHeaders
    transfer = .allocate(capacity: 1)
    transfer.initialize(to: Transfer(maximumBody: maximumBody))
    configure()
  }

  /// Sets every option that no request changes.
  private func configure() {
    _ = ccurl_setopt_pointer(easy, CURLOPT_CURLU, UnsafeRawPointer(url))
    _ = ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_TCP_NODELAY, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    _ = ccurl_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, HTTPClient.connectMilliseconds)
    // An empty proxy overrules http_proxy and its kin: the Runtime API is on this machine.
    _ = ccurl_setopt_pointer(easy, CURLOPT_PROXY, "")
    _ = ccurl_setopt_callback(easy, CURLOPT_HEADERFUNCTION, Transfer.onHeader)
    _ = ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, transfer)
    _ = ccurl_setopt_callback(easy, CURLOPT_WRITEFUNCTION, Transfer.onBody)
    _ = ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, transfer)
    _ = ccurl_setopt_callback(easy, CURLOPT_READFUNCTION, Transfer.onRead)
    _ = ccurl_setopt_pointer(easy, CURLOPT_READDATA, transfer)
    _ = ccurl_setopt_trailer_callback(easy, Transfer.onTrailers)
    _ = ccurl_setopt_pointer(easy, CURLOPT_TRAILERDATA, transfer)
    _ = ccurl_setopt_socket_callbacks(
      easy, OpenSockets.onSocket, OpenSockets.onClose, Unmanaged.passUnretained(sockets).toOpaque())
  }

  deinit {
    curl_multi_remove_handle(multi, easy)
    curl_easy_cleanup(easy)
    curl_multi_cleanup(multi)
    curl_url_cleanup(url)
    transfer.deinitialize(count: 1)
    transfer.deallocate()
  }

  /// Sends a GET request and waits for its response for as long as `milliseconds` says, which is without limit for 0, or
  /// until ``interrupt()``, which is nil: a response that has begun to come in by then is waited for all the same.
  ///
  /// `headers` are whole lines, `Name: value`.
  func get(
    _ target: String, headers: [String] = [], milliseconds: Int = 0
  ) throws(TransportError) -> HTTPResponse? {
    guard !isInterrupted.load(ordering: .acquiring) else { return nil }
    _ = ccurl_setopt_long(easy, CURLOPT_HTTPGET, 1)
    // The handle remembers the last POST's limit; the next event may be hours away.
    _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, milliseconds)
    begin(target, headers.isEmpty ? getHeaders : HeaderList(headers))
    while code == nil {
      let isInterrupted = isInterrupted.load(ordering: .acquiring)
      advance { !isInterrupted || self.transfer.pointee.hasBegun }
      if isInterrupted, code == nil, !transfer.pointee.hasBegun {
        leave()
        return nil
      }
    }
    return try end()
  }

  /// Sends a POST request of `body`, which is not copied, and waits for its response for as long as `postMilliseconds` says.
  func post(_ target: String, headers: HeaderList, body: [UInt8]) throws(TransportError) -> HTTPResponse {
    _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, postMilliseconds)
    _ = ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    body.withUnsafeBytes { bytes in
      // They make it a POST. A null pointer would make libcurl ask for the body; of an empty one it asks for nothing.
      _ = ccurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(easy))
      defer { _ = ccurl_setopt_pointer(easy, CURLOPT_POSTFIELDS, nil) }
      begin(target, headers)
      while code == nil { advance { true } }
    }
    return try end()
  }

  // MARK: A body that is sent in pieces

  /// Begins a POST request whose body follows in pieces, for as long as that takes. It needs the header `Transfer-Encoding: chunked`.
  func beginStream(_ target: String, headers: HeaderList) {
    _ = ccurl_setopt_long(easy, CURLOPT_POST, 1)
    _ = ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, 0)
    _ = ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, -1)
    transfer.pointee.upload = Upload()
    begin(target, headers)
    if !canStream { code = CURLE_OUT_OF_MEMORY }
    while code == nil, !transfer.pointee.upload.isPaused { advance { !self.transfer.pointee.upload.isPaused } }
  }

  /// Sends a piece, and waits until the system has taken it, or until ``wakeUp()`` where `goesOn` then says that there is
  /// to be an end; the rest then comes before the next piece.
  ///
  /// - Returns: Whether the server still reads.
  func send(_ piece: [UInt8], while goesOn: () -> Bool) -> Bool {
    guard code == nil, !piece.isEmpty else { return code == nil }
    transfer.pointee.upload.append(piece)
    resume(while: goesOn)
    return code == nil
  }

  /// Whether the server has ended the transfer before the body was over.
  var isStreamOver: Bool { code != nil }

  /// Whether some of the last piece is still to be sent.
  var hasStreamRest: Bool { transfer.pointee.upload.hasRest }

  /// Waits until the server ends the transfer, or ``wakeUp()``.
  ///
  /// libcurl does not look at a connection whose body it waits for, so this does: what comes before the body is over can
  /// only be its end.
  func waitForStream() {
    guard code == nil else { return }
    let socket = sockets.descriptors.withLock { $0.last }
    var watched = curl_waitfd(fd: socket ?? -1, events: CShort(CURL_WAIT_POLLIN), revents: 0)
    curl_multi_poll(multi, &watched, socket == nil ? 0 : 1, HTTPClient.pollMilliseconds, nil)
    if watched.revents != 0 { code = CURLE_SEND_ERROR } else { advance { false } }
  }

  /// Ends the body, with `trailers` behind it, which are whole lines, and waits for the response.
  func endStream(trailers: [String] = []) throws(TransportError) -> HTTPResponse {
    // What a reader who was too slow has not taken is left out.
    transfer.pointee.upload.dropRest()
    transfer.pointee.upload.isFinished = true
    transfer.pointee.upload.trailers = trailers
    if code == nil {
      transfer.pointee.upload.isPaused = false
      curl_easy_pause(easy, CURLPAUSE_CONT)
      let limit =
        ContinuousClock.now + .milliseconds(trailers.isEmpty ? postMilliseconds : HTTPClient.trailerMilliseconds)
      while code == nil, .now < limit { advance({ true }, milliseconds: 20) }
      code = code ?? CURLE_OPERATION_TIMEDOUT
    }
    defer { renewHandle() }
    return try end()
  }

  /// Takes another easy handle; the connection, which the multi handle has, stays.
  ///
  /// libcurl remembers that trailers have been sent, and writes the next stream in front of its buffer. A copy of the handle
  /// sends none at all.
  private func renewHandle() {
    guard let other = curl_easy_init() else {
      canStream = false
      return
    }
    curl_easy_cleanup(easy)
    easy = other
    transfer.pointee.hasHeaders = false
    configure()
  }

  /// Lets libcurl ask for more of the body, and drives it until it has sent all that there is.
  private func resume(while goesOn: () -> Bool) {
    transfer.pointee.upload.isPaused = false
    curl_easy_pause(easy, CURLPAUSE_CONT)
    while code == nil, !transfer.pointee.upload.isPaused, goesOn() {
      advance { !self.transfer.pointee.upload.isPaused }
    }
  }

  // MARK: From other threads

  /// Breaks the connection off, so that a request that is on its way fails, and the next one makes a connection of its own:
  /// libcurl looks whether one is still alive before it uses it again. From any thread.
  func disconnect() {
    sockets.descriptors.withLock { for socket in $0 { shutdown(socket, CInt(SHUT_RDWR)) } }
  }

  /// Makes a GET request that waits, or the next one, return nil. From any thread.
  func interrupt() {
    isInterrupted.store(true, ordering: .releasing)
    wakeUp()
  }

  /// Makes whatever waits look around. From any thread: <https://curl.se/libcurl/c/curl_multi_wakeup.html>.
  func wakeUp() {
    curl_multi_wakeup(multi)
  }

  // MARK: libcurl

  private func begin(_ target: String, _ headers: HeaderList) {
    _ = target.withCString { ccurl_setopt_pointer(easy, CURLOPT_REQUEST_TARGET, $0) }
    if self.headers !== headers || !transfer.pointee.hasHeaders {
      self.headers = headers
      transfer.pointee.hasHeaders = true
      _ = ccurl_setopt_pointer(easy, CURLOPT_HTTPHEADER, headers.pointer)
    }
    code = curl_multi_add_handle(multi, easy) == CURLM_OK ? nil : CURLE_OUT_OF_MEMORY
  }

  /// Does what can be done now and then, where the request is still on its way and `waits` says so, waits until there is more.
  private func advance(_ waits: () -> Bool, milliseconds: CInt = HTTPClient.pollMilliseconds) {
    var running: CInt = 0
    guard curl_multi_perform(multi, &running) == CURLM_OK else {
      code = CURLE_OUT_OF_MEMORY
      return
    }
    if running == 0 {
      var rest: CInt = 0
      let message = curl_multi_info_read(multi, &rest)
      code = message.map { $0.pointee.data.result } ?? CURLE_OK
    } else if waits() {
      curl_multi_poll(multi, nil, 0, milliseconds, nil)
    }
  }

  private func end() throws(TransportError) -> HTTPResponse {
    let code = code ?? CURLE_ABORTED_BY_CALLBACK
    var response = leave()
    guard code == CURLE_OK else { throw TransportError(code: code) }
    _ = ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &response.status)
    var newConnections = 0
    _ = ccurl_getinfo_long(easy, CURLINFO_NUM_CONNECTS, &newConnections)
    response.usedNewConnection = newConnections > 0
    return response
  }

  /// Leaves the request as it is.
  ///
  /// - Returns: What has come in of its response.
  @discardableResult
  private func leave() -> HTTPResponse {
    curl_multi_remove_handle(multi, easy)
    code = CURLE_OK
    return transfer.pointee.take()
  }

  /// The Runtime API is plain HTTP: starting libcurl without TLS saves its cost on each cold start.
  ///
  /// See <https://curl.se/libcurl/c/curl_global_init.html>.
  private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_NOTHING)) == CURLE_OK

  private static let connectMilliseconds = 2_000

  /// A stream that breaks mostly does so because its time is up, or its reader too slow.
  private static let trailerMilliseconds = 200

  /// libcurl's own timers end a wait sooner; nothing else has to.
  private static let pollMilliseconds: CInt = 3_600_000
}

/// An HTTP response of the Runtime API.
struct HTTPResponse: Sendable {
  var status = 0
  var head = ResponseHead()
  /// Cut off where the body was longer than what the client keeps.
  var body: [UInt8] = []
  /// In bytes, as it came.
  var bodyLength = 0
  /// Whether the kept connection did not do, in which case libcurl may have sent the request twice by itself.
  ///
  /// Source: <https://curl.se/libcurl/c/CURLINFO_NUM_CONNECTS.html>.
  var usedNewConnection = false
}

/// A request that got no whole response.
struct TransportError: Error, Equatable, CustomStringConvertible {
  let code: CURLcode

  /// libcurl's sentence for the code, which names no host and no data.
  ///
  /// See <https://curl.se/libcurl/c/curl_easy_strerror.html>.
  var description: String {
    "\(String(cString: curl_easy_strerror(code))) (libcurl \(code.rawValue))"
  }
}

/// A list of HTTP header lines in libcurl's form. Owns the C list and frees it.
///
/// See <https://curl.se/libcurl/c/curl_slist_append.html>.
final class HeaderList {
  let pointer: UnsafeMutablePointer<curl_slist>?

  init(_ lines: [String]) {
    pointer = lines.curlList
  }

  deinit {
    curl_slist_free_all(pointer)
  }
}

extension [String] {
  /// A C list of the lines, to be freed by whoever gets it.
  var curlList: UnsafeMutablePointer<curl_slist>? {
    // Without memory the list stays as it was, still whole.
    reduce(nil) { list, line in curl_slist_append(list, line) ?? list }
  }
}
