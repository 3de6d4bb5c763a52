/// What comes in on a connection: heads, and their bodies at once or piece by piece.
struct RequestInput: ~Copyable {
  /// Why there is no request.
  enum Failure: Error, Equatable {
    /// What came is none; the status says why.
    case refused(Int)
    /// The connection ended in a request's head.
    case nothing
  }

  /// A part of a body.
  enum BodyPart {
    case piece([UInt8])
    case end(HTTPBodyEnd)
  }

  private let socket: Socket
  private let maximumBodyBytes: Int
  private var parser: RequestParser
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Whether the client has said that it will send no more.
  private(set) var hasEnded = false
  /// When the last that was read was there.
  private(set) var arrival = ContinuousClock.now

  init(socket: Socket, limits: HTTPServer.Limits) {
    self.socket = socket
    maximumBodyBytes = limits.maximumBodyBytes
    parser = RequestParser(maximumHeadBytes: limits.maximumHeadBytes)
  }

  /// Waits until some of a request is there; false if the connection ends instead.
  mutating func waitForRequest() -> Bool {
    !parser.isBetweenRequests || readMore()
  }

  /// Reads a request's head; a client that waits with its body is told to go on.
  mutating func head() throws(Failure) -> (call: HTTPCall, keepsAlive: Bool) {
    while true {
      let part: RequestParser.Part?
      do throws(RequestParser.Fault) { part = try parser.next() } catch { throw .refused(error.status) }
      guard case .head(let head) = part else {
        guard readMore() else { throw .nothing }
        continue
      }
      let call = HTTPCall(head)
      if head.isHTTP11, parser.isInBody, call.header("expect")?.lowercased() == "100-continue" {
        _ = socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      return (call, head.keepsAlive)
    }
  }

  /// Reads a body to its end, and keeps it unless it is too large.
  mutating func readBody(of call: inout HTTPCall) {
    while true {
      switch nextPart(reading: { $0.readMore() }) {
      case .piece(let piece):
        call.bodySize += piece.count
        if call.bodySize <= maximumBodyBytes { call.body += piece }
      case .end(.complete(let trailers)):
        call.trailers = trailers
        if call.bodySize > maximumBodyBytes { call.fail(.tooLarge(limit: maximumBodyBytes)) }
        return
      case .end(.truncated), nil: return call.fail(.truncated)
      }
    }
  }

  /// The next part of a body; nil if there is a value in the box before it comes.
  mutating func bodyPart<Value>(or box: EventBox<Value>) -> BodyPart? {
    nextPart { input in input.socket.waitForInput(or: box) ? input.readMore() : nil }
  }

  /// The next part of a body, for which more is read as often as it takes; nil if that gives nil.
  private mutating func nextPart(reading read: (inout RequestInput) -> Bool?) -> BodyPart? {
    while true {
      do {
        switch try parser.next() {
        case .body(let piece): return .piece(piece)
        case .end(let trailers): return .end(.complete(trailers: trailers))
        case .head: continue
        case nil:
          guard let isMore = read(&self) else { return nil }
          if !isMore { return .end(.truncated) }
        }
      } catch {
        return .end(.truncated)
      }
    }
  }

  private mutating func readMore() -> Bool {
    let count = socket.read(into: &buffer)
    arrival = .now
    hasEnded = count == 0
    parser.append(buffer[..<count])
    return !hasEnded
  }
}

extension HTTPCall {
  fileprivate init(_ head: RequestParser.Head) {
    let parts = head.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      method: head.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "", headers: head.headers
    )
    isHTTP11 = head.isHTTP11
  }

  fileprivate mutating func fail(_ fault: BodyFault) {
    body = []
    bodyFault = fault
  }
}
