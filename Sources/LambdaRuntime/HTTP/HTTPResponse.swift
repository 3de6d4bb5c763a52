/// An HTTP response of the Runtime API.
struct HTTPResponse: Sendable {
  var status: Int
  var head: ResponseHead
  /// Cut off where the body was longer than what the handle keeps.
  var body: [UInt8]
  /// In bytes, as it came.
  var bodyLength: Int
}
