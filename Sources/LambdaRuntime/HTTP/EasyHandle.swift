import CCurl

/// One libcurl easy handle: one connection, kept alive from request to request, used by one thread at a time.
///
/// Owns the C handle and frees it. See <https://curl.se/libcurl/c/libcurl-easy.html>.
final class EasyHandle {
  private let handle: UnsafeMutableRawPointer
  private let getHeaders: HeaderList
  private let postHeaders: HeaderList
  private let receiver = Receiver()
  private let postMilliseconds: Int

  /// Makes a handle with every option that no request changes.
  ///
  /// - Parameters:
  ///   - maximumBody: The length in bytes from which on a response's body is no longer kept.
  ///   - postMilliseconds: How long a POST request may take.
  /// - Throws: `TransportError` where libcurl has no memory for a handle.
  init(maximumBody: Int, postMilliseconds: Int = 10_000) throws(TransportError) {
    guard EasyHandle.isLibraryReady, let handle = curl_easy_init() else {
      throw TransportError(code: CURLE_FAILED_INIT)
    }
    self.handle = handle
    getHeaders = HeaderList([])
    // libcurl asks for "100 Continue" before a body of over 1 MiB and waits a second for it: the Runtime API never says it.
    postHeaders = HeaderList(["Content-Type: application/json", "Expect:"])
    self.postMilliseconds = postMilliseconds
    receiver.maximumBody = maximumBody
    let receiver = Unmanaged.passUnretained(receiver).toOpaque()
    _ = ccurl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
    _ = ccurl_setopt_long(handle, CURLOPT_TCP_NODELAY, 1)
    _ = ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    _ = ccurl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, EasyHandle.connectMilliseconds)
    // An empty proxy overrules http_proxy and its kin: the Runtime API is on this machine.
    _ = ccurl_setopt_pointer(handle, CURLOPT_PROXY, "")
    _ = ccurl_setopt_callback(handle, CURLOPT_HEADERFUNCTION, Receiver.onHeader)
    _ = ccurl_setopt_pointer(handle, CURLOPT_HEADERDATA, receiver)
    _ = ccurl_setopt_callback(handle, CURLOPT_WRITEFUNCTION, Receiver.onBody)
    _ = ccurl_setopt_pointer(handle, CURLOPT_WRITEDATA, receiver)
  }

  deinit {
    curl_easy_cleanup(handle)
  }

  /// Sends a GET request and waits for its answer for as long as it takes.
  func get(_ url: String) -> Result<HTTPResponse, TransportError> {
    _ = ccurl_setopt_long(handle, CURLOPT_HTTPGET, 1)
    // The handle remembers the last POST's limit; the next event may be hours away.
    _ = ccurl_setopt_long(handle, CURLOPT_TIMEOUT_MS, 0)
    return perform(url, headers: getHeaders)
  }

  /// Sends a POST request of `body`, which is not copied, and waits for its answer for as long as `postMilliseconds` says. `headers` are whole lines, `Name: value`.
  func post(_ url: String, body: [UInt8], headers: [String] = []) -> Result<HTTPResponse, TransportError> {
    let list = headers.isEmpty ? postHeaders : HeaderList(postHeaders.lines + headers)
    _ = ccurl_setopt_long(handle, CURLOPT_POST, 1)
    _ = ccurl_setopt_long(handle, CURLOPT_TIMEOUT_MS, postMilliseconds)
    _ = ccurl_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    return body.withUnsafeBytes { bytes in
      // A null pointer would make libcurl read the body from standard input; of an empty body it reads nothing anywhere.
      _ = ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(handle))
      defer { _ = ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, nil) }
      return perform(url, headers: list)
    }
  }

  private func perform(_ url: String, headers: HeaderList) -> Result<HTTPResponse, TransportError> {
    _ = ccurl_setopt_pointer(handle, CURLOPT_URL, url)
    _ = ccurl_setopt_pointer(handle, CURLOPT_HTTPHEADER, headers.pointer)
    let code = curl_easy_perform(handle)
    let received = receiver.take()
    // The list may be freed before the next request: libcurl must not keep its address.
    _ = ccurl_setopt_pointer(handle, CURLOPT_HTTPHEADER, nil)
    guard code == CURLE_OK else { return .failure(TransportError(code: code)) }
    var status = 0
    _ = ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
    var newConnections = 0
    _ = ccurl_getinfo_long(handle, CURLINFO_NUM_CONNECTS, &newConnections)
    return .success(
      HTTPResponse(
        status: status, head: received.head, body: received.body, bodyLength: received.bodyLength,
        usedNewConnection: newConnections > 0))
  }

  /// The Runtime API is plain HTTP: starting libcurl without TLS saves its cost on each cold start.
  ///
  /// See <https://curl.se/libcurl/c/curl_global_init.html>.
  private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_NOTHING)) == CURLE_OK

  private static let connectMilliseconds = 2_000
}
