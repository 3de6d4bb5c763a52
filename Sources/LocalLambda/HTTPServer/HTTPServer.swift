import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1, which listens from ``start(port:limits:streams:watcher:answer:)`` to ``stop()``.
///
/// It has a thread for each connection, which may block: the clients are those of one laptop, and above a limit the others
/// wait until one has ended. A thread also knows at once who hangs up, and a reply may be to break off a response, neither
/// of which a web framework lets its handlers do. A client that says that it will send no more, once its request is
/// whole, has hung up as well: there is no telling the two apart.
final class HTTPServer: Sendable {
  /// Answers a request, which may take its time.
  typealias Handler = @Sendable (HTTPCall) async -> HTTPReply

  /// Answers a request on the thread of its connection, and says so where that has to be waited for.
  typealias Responder = @Sendable (HTTPCall) -> Answer

  /// What a request is answered with: at once, or once it is there. In that case the task is cancelled when the client
  /// hangs up, and what it returns then goes nowhere.
  enum Answer {
    case now(HTTPReply)
    case later(@Sendable () async -> HTTPReply)
  }

  /// Told of each response that has gone out, on the thread of its connection.
  typealias Watcher = @Sendable (Exchange) -> Void

  /// A request and its response, and how long we had it.
  struct Exchange {
    let call: HTTPCall
    let response: HTTPResponse
    /// When all of the request was there.
    let arrival: ContinuousClock.Instant
    /// When the response began to go out.
    let departure: ContinuousClock.Instant
  }

  /// Whether the body of a request with this head is read by its handler as it comes.
  typealias StreamRule = @Sendable (HTTPCall) -> Bool

  struct Limits {
    /// Of the request line and the headers together, and of the trailers; more is a 431.
    var maximumHeadBytes: Int
    /// A body with more is read to its end, but not kept; see ``HTTPCall/BodyFault``.
    var maximumBodyBytes: Int
    /// Each takes three descriptors while it is answered.
    var maximumConnections = 256
  }

  private struct State {
    var connections: [ObjectIdentifier: HTTPConnection] = [:]
    var isAccepting = true
    var isStopping = false
    /// Those who wait for the end.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// The port that it listens on.
  let port: Int
  private let listener: Socket
  private let limits: Limits
  private let streams: StreamRule
  private let responder: Responder
  private let watcher: Watcher?
  private let state = Mutex(State())
  /// How many more connections there may be. It begins with none, because a semaphore must not end with fewer than it
  /// began with.
  private let places = DispatchSemaphore(value: 0)

  private init(
    listener: Socket, port: Int, limits: Limits, streams: @escaping StreamRule, watcher: Watcher?,
    responder: @escaping Responder
  ) {
    self.listener = listener
    self.port = port
    self.limits = limits
    self.streams = streams
    self.responder = responder
    self.watcher = watcher
    for _ in 0..<limits.maximumConnections { places.signal() }
  }

  /// Starts a server, which listens when this returns; the port 0 is any that is free.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  static func start(
    port: Int, limits: Limits, streams: @escaping StreamRule = { _ in false }, watcher: Watcher? = nil,
    answer responder: @escaping Responder
  ) throws(PortError) -> HTTPServer {
    let (listener, port) = try Socket.listen(port: port)
    let server = HTTPServer(
      listener: listener, port: port, limits: limits, streams: streams, watcher: watcher, responder: responder)
    Thread.detachNewThread { server.accept() }
    return server
  }

  /// Starts a server whose handler may have to wait for any of its replies.
  static func start(
    port: Int, limits: Limits, handler: @escaping Handler
  ) throws(PortError) -> HTTPServer {
    try start(port: port, limits: limits, answer: { call in .later { await handler(call) } })
  }

  /// Stops listening, gives responses that are owed a second to go out, and closes all connections.
  func stop() async {
    // Who is stopped is not kept any longer than that: its socket would be.
    for connection in state.withLock({ state in
      state.isStopping = true
      return Array(state.connections.values)
    }) { connection.stop() }
    listener.shutDown()
    places.signal()
    let breaking = Task {
      try await Task.sleep(for: .seconds(1))
      for connection in state.withLock({ Array($0.connections.values) }) { connection.end() }
    }
    await withCheckedContinuation { continuation in
      change { $0.waiting.append(continuation) }
    }
    breaking.cancel()
  }

  private func accept() {
    while true {
      places.wait()
      guard let socket = listener.accept() else { break }
      let connection = HTTPConnection(
        socket: socket, port: port, limits: limits, streams: streams, watcher: watcher, responder: responder)
      let isTaken = state.withLock {
        if !$0.isStopping { $0.connections[ObjectIdentifier(connection)] = connection }
        return !$0.isStopping
      }
      guard isTaken else { break }
      let thread = Thread { [self] in
        connection.run()
        change { $0.connections[ObjectIdentifier(connection)] = nil }
        places.signal()
      }
      thread.stackSize = 1 << 20  // Handlers run elsewhere.
      thread.start()
    }
    change { $0.isAccepting = false }
  }

  /// Changes the state, and tells those who wait for the end if that was it.
  private func change(_ body: (inout State) -> Void) {
    let told = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      body(&state)
      guard state.connections.isEmpty, !state.isAccepting else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in told { continuation.resume() }
  }
}

/// A port of 127.0.0.1 cannot be listened on.
public struct PortError: Error, CustomStringConvertible {
  /// The port that was asked for; 0 is any that is free.
  public let port: Int
  private let code: Int32

  /// Takes the system's `errno`.
  init(port: Int, code: Int32) {
    self.port = port
    self.code = code
  }

  /// One sentence with the system's reason.
  public var description: String { "N\(reason.dropFirst())." }

  /// The same, as a part of another sentence.
  var reason: String {
    "nothing can listen on \(port == 0 ? "any port" : "port \(port)") of 127.0.0.1: \(String(cString: strerror(code)))"
  }
}
