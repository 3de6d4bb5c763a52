/// Where libcurl's callbacks put a response while it comes in.
final class Receiver {
  var maximumBody = Int.max
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var bodyLength = 0

  /// Hands over what has come in and starts anew.
  func take() -> (head: ResponseHead, body: [UInt8], bodyLength: Int) {
    defer {
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
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    // Behind the body come trailers, which are none of the head.
    guard receiver.bodyLength == 0 else { return size * count }
    UnsafeRawBufferPointer(start: bytes, count: size * count).withMemoryRebound(to: UInt8.self) { line in
      receiver.head.receive(line: line.span)
    }
    return size * count
  }

  /// See <https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html>.
  static let onBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    receiver.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  }

  private func receive(body bytes: UnsafeRawBufferPointer) {
    if bodyLength == 0 {
      body.reserveCapacity(min(max(head.contentLength ?? 0, bytes.count), maximumBody))
    }
    body.append(contentsOf: bytes.prefix(max(0, maximumBody - bodyLength)))
    bodyLength += bytes.count
  }
}
