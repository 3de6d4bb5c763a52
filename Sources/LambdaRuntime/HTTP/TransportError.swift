import CCurl

/// A request that got no whole answer.
struct TransportError: Error, Equatable, CustomStringConvertible {
  let code: CURLcode

  /// libcurl's sentence for the code, which names no host and no data.
  ///
  /// See <https://curl.se/libcurl/c/curl_easy_strerror.html>.
  var description: String {
    "\(String(cString: curl_easy_strerror(code))) (libcurl \(code.rawValue))"
  }
}
