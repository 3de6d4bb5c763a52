import Glibc
import Synchronization

/// A connection of an ``HTTPServer``, from its first request to its last, one after the other, on a thread of its own.
final class HTTPConnection: Sendable {
  private struct Activity {
    /// Whether some of a request has come, and not all of its response is gone.
    var isBusy = false
    var isStopping = false
  }

  private let socket: Socket
  private let limits: HTTPServer.Limits
  private let handler: HTTPServer.Handler
  private let activity = Mutex(Activity())

  private let port: Int

  init(socket: Socket, port: Int, limits: HTTPServer.Limits, handler: @escaping HTTPServer.Handler) {
    self.socket = socket
    self.port = port
    self.limits = limits
    self.handler = handler
  }

  /// No more requests are taken; one that has begun may come to its end.
  func stop() {
    activity.withLock {
      $0.isStopping = true
      if !$0.isBusy { socket.shutDown() }
    }
  }

  /// Breaks it off.
  func end() {
    socket.shutDown()
  }

  /// Serves the connection until it ends.
  func run() {
    var input = Input(socket: socket, limits: limits)
    while true {
      guard input.waitForRequest(), begin() else { break }
      switch input.request() {
      case .nothing: return end()
      case .refused(let status):
        _ = send(HTTPResponse(status: status), method: "", keepsAlive: false)
        socket.linger()
        return end()
      case .call(var call, let keepsAlive):
        call.port = port
        guard let reply = reply(to: call, hasEnded: input.hasEnded), send(reply, to: call, keepsAlive: keepsAlive)
        else {
          return end()
        }
      }
    }
    end()
  }

  /// Whether the request that has begun to come is still taken.
  private func begin() -> Bool {
    activity.withLock {
      $0.isBusy = !$0.isStopping
      return $0.isBusy
    }
  }

  /// The handler's reply; nil if the client hung up before, in which case the handler's task is cancelled.
  private func reply(to call: HTTPCall, hasEnded: Bool) -> HTTPReply? {
    let box = EventBox<HTTPReply>()
    let handling = Task { [handler] in box.put(await handler(call)) }
    guard let reply = socket.value(of: box, hasEnded: hasEnded) else {
      handling.cancel()
      return nil
    }
    return reply
  }

  /// Whether another request may follow.
  private func send(_ reply: HTTPReply, to call: HTTPCall, keepsAlive: Bool) -> Bool {
    switch reply {
    case .response(let response): return send(response, method: call.method, keepsAlive: keepsAlive)
    case .brokenOff(let response, let count):
      let (head, body) = response.encoded(method: call.method, closes: false)
      _ = socket.write(head + body.prefix(max(0, count)))
      return false
    case .disconnect: return false
    }
  }

  private func send(_ response: HTTPResponse, method: String, keepsAlive: Bool) -> Bool {
    let keepsAlive = keepsAlive && !activity.withLock { $0.isStopping }
    let (head, body) = response.encoded(method: method, closes: !keepsAlive)
    guard socket.write(head + body), keepsAlive else { return false }
    return activity.withLock {
      $0.isBusy = false
      return !$0.isStopping
    }
  }
}

/// What comes in on a connection.
private struct Input: ~Copyable {
  enum Request {
    case call(HTTPCall, keepsAlive: Bool)
    /// What came is no request; the status says why.
    case refused(Int)
    /// The connection ended in a request's head.
    case nothing
  }

  private let socket: Socket
  private let maximumBodyBytes: Int
  private var parser: RequestParser
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Whether the client has said that it will send no more.
  private(set) var hasEnded = false

  init(socket: Socket, limits: HTTPServer.Limits) {
    self.socket = socket
    maximumBodyBytes = limits.maximumBodyBytes
    parser = RequestParser(maximumHeadBytes: limits.maximumHeadBytes)
  }

  /// Waits until some of a request is there; false if the connection ends instead.
  mutating func waitForRequest() -> Bool {
    !parser.isBetweenRequests || readMore()
  }

  /// Reads a request to its end.
  mutating func request() -> Request {
    var call = HTTPCall(method: "", path: "")
    var keepsAlive = false
    while true {
      do {
        switch try parser.next() {
        case .head(let head):
          call = HTTPCall(head)
          keepsAlive = head.keepsAlive
          // A client that asks waits with its body.
          if head.isHTTP11, parser.isInBody, call.header("expect")?.lowercased() == "100-continue" {
            _ = socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
          }
        case .body(let piece):
          call.bodySize += piece.count
          if call.bodySize <= maximumBodyBytes { call.body += piece }
        case .end(let trailers):
          call.trailers = trailers
          if call.bodySize > maximumBodyBytes { call.fail(.tooLarge(limit: maximumBodyBytes)) }
          return .call(call, keepsAlive: keepsAlive)
        case nil:
          if readMore() { continue }
          guard parser.isInBody else { return .nothing }
          call.fail(.truncated)
          return .call(call, keepsAlive: false)
        }
      } catch {
        guard parser.isInBody else { return .refused(error.status) }
        call.fail(.truncated)
        return .call(call, keepsAlive: false)
      }
    }
  }

  private mutating func readMore() -> Bool {
    let count = socket.read(into: &buffer)
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
  }

  fileprivate mutating func fail(_ fault: BodyFault) {
    body = []
    bodyFault = fault
  }
}
