/// An HTTP response of the Runtime API.
struct HTTPResponse: Sendable {
  var status: Int
  var head: ResponseHead
  /// Cut off where the body was longer than what the handle keeps.
  var body: [UInt8]
  /// In bytes, as it came.
  var bodyLength: Int
  /// Whether the kept connection did not do, in which case libcurl may have sent the request twice by itself.
  ///
  /// Source: <https://curl.se/libcurl/c/CURLINFO_NUM_CONNECTS.html>.
  var usedNewConnection: Bool
}
