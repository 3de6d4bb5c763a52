import Foundation
import JSON

/// The events of `InvokeWithResponseStream`, framed as SDKs read them:
/// <https://smithy.io/2.0/aws/amazon-eventstream.html>.
enum EventStream {
  /// An event with a piece of the response.
  static func payloadChunk(_ bytes: [UInt8]) -> [UInt8] {
    message("PayloadChunk", contentType: "application/octet-stream", bytes)
  }

  /// The last event: the error, if the function ended with one, and the end of the log where that is asked for.
  static func invokeComplete(_ output: InvocationOutput?, log: [UInt8]?) -> [UInt8] {
    let body = JSONWriter.object {
      if case .error(let error) = output {
        $0.add("ErrorCode", "Unhandled")
        $0.add("ErrorDetails", String(decoding: error, as: UTF8.self))
      }
      if let log { $0.add("LogResult", Data(log).base64EncodedString()) }
    }
    return message("InvokeComplete", contentType: "application/json", body)
  }

  /// Lengths and a checksum, headers, the payload, and a checksum of all that.
  private static func message(_ event: String, contentType: String, _ payload: [UInt8]) -> [UInt8] {
    let headers =
      header(":event-type", event) + header(":content-type", contentType) + header(":message-type", "event")
    let overhead = 16
    var message = bigEndian(UInt32(overhead + headers.count + payload.count)) + bigEndian(UInt32(headers.count))
    message += bigEndian(crc32(message))
    message += headers + payload
    return message + bigEndian(crc32(message))
  }

  /// One whose value is text, which is the type 7.
  private static func header(_ name: String, _ value: String) -> [UInt8] {
    [UInt8(name.utf8.count)] + Array(name.utf8) + [7] + bigEndian(UInt16(value.utf8.count)) + Array(value.utf8)
  }

  private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// The checksum of gzip and Ethernet.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : 0xEDB8_8320 ^ (sum >> 1) }
  }
}
