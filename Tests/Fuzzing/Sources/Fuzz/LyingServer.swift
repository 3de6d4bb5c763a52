import Glibc
import Synchronization

/// A server on a Unix-domain socket that says what a script wants, whatever it is asked, and then ends the session.
///
/// A script's first byte has flags: 1 for a server that is silent in the end, where others close the connection, and 2 for
/// one that sends byte by byte. Then come steps, each a byte of what it is and, but for the first, two of a length and so
/// many bytes:
/// - 0: the server waits a moment for the client to say something, as it does for ever by itself at the beginning.
/// - 1: bytes as they are.
/// - 2: bytes as they are, in which each `%` is the nonce that the client has sent for SCRAM. A number of rounds has four
///   digits at the most, because libpq does as many as it is told within one call, which no deadline ends.
/// - any other: a message of that type, whose length is right.
final class LyingServer: Sendable {
  /// Where the socket is.
  let folder: String
  private let listener: CInt
  private let current = Mutex<[UInt8]>([])

  var script: [UInt8] {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  init() {
    var template = Array("/tmp/fuzzing.XXXXXX".utf8CString)
    folder = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap(mkdtemp).map { String(cString: $0) } ?? ""
    }
    check(!folder.isEmpty, "a folder can be made")
    listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let path = folder + "/.s.PGSQL.5432"
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    check(isBound && listen(listener, 64) == 0, "a server can listen")
    LyingServer.removedAtExit.withLock { $0 += [path, folder] }
    atexit { LyingServer.removedAtExit.withLock { for path in $0 { remove(path) } } }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<LyingServer>.fromOpaque(argument).takeUnretainedValue().serve() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  private static let removedAtExit = Mutex<[String]>([])

  private func serve() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { continue }
      serve(descriptor)
      close(descriptor)
    }
  }

  private func serve(_ descriptor: CInt) {
    var said = receive(descriptor)
    // Whoever cancels sends sixteen bytes that begin so, and wants no answer.
    guard !said.starts(with: [0, 0, 0, 16, 4, 210, 22]) else { return }
    var input = Input(script)
    let flags = input.byte()
    var nonce: [UInt8] = []
    while !input.isEmpty {
      let kind = input.byte()
      guard kind != 0 else {
        // A client that has nothing to say waits as well.
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, 20) > 0 else { continue }
        said = receive(descriptor)
        if let found = LyingServer.nonce(in: said) { nonce = found }
        if said.isEmpty { return }
        continue
      }
      var bytes = input.counted()
      if kind == 2 { bytes = LyingServer.withFewRounds(bytes.flatMap { $0 == UInt8(ascii: "%") ? nonce : [$0] }) }
      if kind > 2 {
        let length = UInt32(bytes.count + 4)
        bytes = [kind] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + bytes
      }
      send(bytes, to: descriptor, byteByByte: flags & 2 != 0)
    }
    if flags & 1 == 0 { shutdown(descriptor, CInt(SHUT_WR)) }
    while !receive(descriptor).isEmpty {}
  }

  /// What is there, as soon as something is; nothing at the end.
  private func receive(_ descriptor: CInt) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
      count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
    }
  }

  private func send(_ bytes: [UInt8], to descriptor: CInt, byteByByte: Bool) {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.send(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, byteByByte ? 1 : rest.count,
          CInt(MSG_NOSIGNAL))
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// The bytes without the digits that a number behind `i=` has more than four of.
  private static func withFewRounds(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var digits: Int?
    for byte in bytes {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      let isBlank = digits == 0 && " \t\n\u{B}\u{C}\r+-".utf8.contains(byte)
      digits = isDigit || isBlank ? digits.map { $0 + (isDigit ? 1 : 0) } : nil
      if byte == UInt8(ascii: "="), kept.last == UInt8(ascii: "i") { digits = 0 }
      if digits ?? 0 <= 4 { kept.append(byte) }
    }
    return kept
  }

  /// What follows `r=` in a client's first message.
  private static func nonce(in message: [UInt8]) -> [UInt8]? {
    let mark = Array(",r=".utf8)
    guard message.count > 3, let start = message.indices.dropLast(2).first(where: { message[$0...].starts(with: mark) })
    else { return nil }
    return Array(message[(start + 3)...].prefix { $0 != UInt8(ascii: ",") && $0 != 0 })
  }
}
