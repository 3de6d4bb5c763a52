import Glibc

/// An IPv4 or IPv6 address and how many of its bits are the network's: PostgreSQL's `inet` and `cidr`.
public struct NetworkAddress: Hashable, Sendable, LosslessStringConvertible {
  /// The address: 4 bytes, or 16 of IPv6.
  public let bytes: [UInt8]
  /// How many bits of the address are the network's: all of them for an address alone.
  public let prefixLength: Int

  /// Makes an address of its 4 or 16 bytes and of the network's bits, all if they are not given; nil if there are not so
  /// many of either.
  public init?(bytes: [UInt8], prefixLength: Int? = nil) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let prefixLength = prefixLength ?? bytes.count * 8
    guard (0...bytes.count * 8).contains(prefixLength) else { return nil }
    self.bytes = bytes
    self.prefixLength = prefixLength
  }

  /// Reads an address, `192.0.2.1` or `2001:db8::1`, that may have the number of the network's bits after a slash; nil for
  /// anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard let address = parts.first, parts.count <= 2, !description.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, String(address), &bytes) == 1 {
      bytes.removeLast(12)
    } else if inet_pton(AF_INET6, String(address), &bytes) != 1 {
      return nil
    }
    guard parts.count == 2 else {
      self.init(bytes: bytes)
      return
    }
    guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let length = Int(parts[1])
    else { return nil }
    self.init(bytes: bytes, prefixLength: length)
  }

  /// The address, and the number of the network's bits after a slash unless all are: `192.0.2.0/24`.
  public var description: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &buffer, socklen_t(buffer.count))
    let address = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return prefixLength == bytes.count * 8 ? address : "\(address)/\(prefixLength)"
  }
}

// The binary format is that of network_send and network_recv:
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/network.c.

extension NetworkAddress: ParameterEncodable {
  /// `inet`, which PostgreSQL assigns to `cidr` as well.
  public static var dataType: DataType { .inet }

  private static let families: (v4: UInt8, v6: UInt8) = (2, 3)

  /// Appends four bytes and the address.
  public func encode(into buffer: inout ParameterBuffer) {
    let family = bytes.count == 4 ? Self.families.v4 : Self.families.v6
    buffer.append(contentsOf: [family, UInt8(clamping: prefixLength), 0, UInt8(clamping: bytes.count)])
    buffer.append(contentsOf: bytes)
  }
}

extension NetworkAddress: ColumnDecodable {
  /// Reads `inet` and `cidr`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .inet || type == .cidr else { throw .typeMismatch }
    var bytes = bytes
    let family = try bytes.takeInteger(as: UInt8.self)
    let prefixLength = Int(try bytes.takeInteger(as: UInt8.self))
    _ = try bytes.takeInteger(as: UInt8.self)  // Whether it is a `cidr`.
    let count = Int(try bytes.takeInteger(as: UInt8.self))
    guard count == bytes.byteCount, count == (family == Self.families.v4 ? 4 : 16),
      family == Self.families.v4 || family == Self.families.v6,
      let address = NetworkAddress(bytes: bytes.withUnsafeBytes { [UInt8]($0) }, prefixLength: prefixLength)
    else { throw .malformed }
    self = address
  }
}
