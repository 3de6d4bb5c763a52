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
  private let streams: HTTPServer.StreamRule
  private let watcher: HTTPServer.Watcher?
  private let responder: HTTPServer.Responder
  private let activity = Mutex(Activity())

  private let port: Int

  init(
    socket: Socket, port: Int, limits: HTTPServer.Limits, streams: @escaping HTTPServer.StreamRule,
    watcher: HTTPServer.Watcher?, responder: @escaping HTTPServer.Responder
  ) {
    self.socket = socket
    self.port = port
    self.limits = limits
    self.streams = streams
    self.watcher = watcher
    self.responder = responder
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
    var input = RequestInput(socket: socket, limits: limits)
    while input.waitForRequest(), begin(), serve(&input) {}
    end()
  }

  /// Serves a request; whether another may follow.
  private func serve(_ input: inout RequestInput) -> Bool {
    do throws(RequestInput.Failure) {
      let (head, keepsAlive) = try input.head()
      var call = head
      call.port = port
      if streams(call) { return stream(call, from: &input, keepsAlive: keepsAlive) }
      input.readBody(of: &call)
      guard let reply = reply(to: call, hasEnded: input.hasEnded) else { return false }
      return send(
        reply, to: call, keepsAlive: keepsAlive && call.bodyFault != .truncated, input.hasEnded, arrival: input.arrival)
    } catch {
      guard case .refused(let status) = error else { return false }
      _ = socket.write(HTTPResponse(status: status).encoded(method: "", closes: true).head)
      socket.linger()
      return false
    }
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
    let answer: @Sendable () async -> HTTPReply
    switch responder(call) {
    case .now(let reply): return reply
    case .later(let reply): answer = reply
    }
    let box = EventBox<HTTPReply>()
    let handling = Task {
      let reply = await answer()
      box.put(reply)
      return reply
    }
    guard let reply = socket.value(of: box, hasEnded: hasEnded) else {
      handling.cancel()
      // Whoever writes a body that has begun even so is told that nobody reads it.
      Task { if case .stream(_, let body) = await handling.value { body.cancel() } }
      return nil
    }
    return reply
  }

  // MARK: Bodies as they come and go

  /// Serves a request whose handler reads the body as it comes, and may reply before its end; whether another may follow.
  private func stream(_ call: HTTPCall, from input: inout RequestInput, keepsAlive: Bool) -> Bool {
    let body = HTTPBodyStream()
    var call = call
    call.stream = body
    let box = EventBox<HTTPReply>()
    let answer = responder(call)
    let handling = Task {
      switch answer {
      case .now(let reply): box.put(reply)
      case .later(let reply): box.put(await reply())
      }
      body.cancel()
    }
    var isWhole = false
    loop: while let part = input.bodyPart(or: box) {
      switch part {
      case .piece(let piece): if !write(piece, to: body) { break loop }
      case .end(let end):
        isWhole = end != .truncated
        body.finish(end)
        break loop
      }
    }
    // Where the handler has replied, or the connection is gone, that is the end; otherwise it has been told.
    body.finish(.truncated)
    guard let reply = socket.value(of: box, hasEnded: input.hasEnded) else {
      handling.cancel()
      return false
    }
    guard send(reply, to: call, keepsAlive: keepsAlive && isWhole, input.hasEnded, arrival: input.arrival) else {
      // The client may still be sending, and should see the response all the same; one that is broken off sees none.
      if case .response = reply, !isWhole { socket.linger() }
      return false
    }
    return true
  }

  /// Hands a piece of a body to its reader, once that has taken the one before; false if it takes no more.
  private func write(_ piece: [UInt8], to body: HTTPBodyStream) -> Bool {
    if let isTaken = body.offer(piece) { return isTaken }
    let box = EventBox<Bool>()
    Task { box.put(await body.write(piece)) }
    return socket.value(of: box, hasEnded: true) ?? false
  }

  /// How a body goes out that comes piece by piece.
  private enum BodyForm {
    case chunked
    /// As it is, and with the connection it ends.
    case plain
    /// Not at all, because the response has none.
    case nothing

    func encoded(_ piece: [UInt8]) -> [UInt8] {
      switch self {
      case .chunked: Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
      case .plain: piece
      case .nothing: []
      }
    }

    var end: [UInt8] { self == .chunked ? Array("0\r\n\r\n".utf8) : [] }
  }

  /// Sends a body as it comes; whether all of it went. One that does not go out is read to its end all the same: whoever
  /// writes it need not know of that.
  private func send(_ body: HTTPBodyStream, as form: BodyForm, hasEnded: Bool) -> Bool {
    while true {
      let box = EventBox<HTTPBodyStream.Item?>()
      Task { box.put(await body.next()) }
      switch socket.value(of: box, hasEnded: hasEnded) {
      case .some(.some(.piece(let piece))): if !socket.write(form.encoded(piece)) { return false }
      case .some(.some(.end(.complete))): return socket.write(form.end)
      case .some(.some(.end(.truncated))), .some(nil), nil: return false
      }
    }
  }

  // MARK: Responses

  /// Whether another request may follow.
  private func send(
    _ reply: HTTPReply, to call: HTTPCall, keepsAlive: Bool, _ hasEnded: Bool, arrival: ContinuousClock.Instant
  ) -> Bool {
    switch reply {
    case .response(let response): return send(response, to: call, keepsAlive: keepsAlive, arrival: arrival)
    case .stream(let response, let body):
      defer { body.cancel() }
      // In HTTP/1.0 a body of unknown length ends with the connection.
      let keepsAlive = keepsAlive && call.isHTTP11 && !activity.withLock { $0.isStopping }
      guard socket.write(response.encodedHead(chunked: call.isHTTP11, closes: !keepsAlive)) else { return false }
      let form: BodyForm =
        response.isBodiless || call.method == "HEAD" ? .nothing : call.isHTTP11 ? .chunked : .plain
      return send(body, as: form, hasEnded: hasEnded) && keepsAlive && isDone()
    case .brokenOff(let response, let count):
      let (head, body) = response.encoded(method: call.method, closes: false)
      _ = socket.write(head + body.prefix(max(0, count)))
      return false
    case .disconnect: return false
    }
  }

  private func send(
    _ response: HTTPResponse, to call: HTTPCall, keepsAlive: Bool, arrival: ContinuousClock.Instant
  ) -> Bool {
    let keepsAlive = keepsAlive && !activity.withLock { $0.isStopping }
    let (head, body) = response.encoded(method: call.method, closes: !keepsAlive)
    let bytes = head + body
    let departure = ContinuousClock.now
    guard socket.write(bytes) else { return false }
    watcher?(.init(call: call, response: response, arrival: arrival, departure: departure))
    return keepsAlive && isDone()
  }

  /// All of a response is gone: whether another request may come.
  private func isDone() -> Bool {
    activity.withLock {
      $0.isBusy = false
      return !$0.isStopping
    }
  }
}
