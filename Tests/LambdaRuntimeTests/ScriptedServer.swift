import Foundation
import Synchronization

/// A server on a free loopback port that answers each request with the next step of a script, byte for byte, well or badly.
final class ScriptedServer: Sendable {
  enum Step {
    /// These bytes, and the connection stays.
    case answer(String)
    /// These bytes after a pause in milliseconds, and the connection stays.
    case late(String, UInt32)
    /// These bytes, and the connection is closed.
    case cutOff(String)
  }

  struct Request: Equatable {
    var line: String
    var head: String
    var body: String
    /// Counted from 0 as they were accepted.
    var connection: Int
  }

  private struct State {
    var steps: [Step]
    var requests: [Request] = []
  }

  let endpoint: String
  private let listener: Int32
  private let state: Mutex<State>

  init(_ steps: [Step]) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    struct CannotListen: Error {}
    guard bound else { throw CannotListen() }
    endpoint = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    state = Mutex(State(steps: steps))
    let server = self
    onThread { server.serve() }
  }

  var requests: [Request] { state.withLock { $0.requests } }

  /// Stops accepting; a connection that is open ends with its client.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func serve() {
    var number = 0
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      serve(connection, number: number)
      close(connection)
      number += 1
    }
    close(listener)
  }

  private func serve(_ connection: Int32, number: Int) {
    while let request = read(connection, number: number) {
      let step = state.withLock {
        $0.requests.append(request)
        return $0.steps.isEmpty ? nil : $0.steps.removeFirst()
      }
      switch step {
      case .answer(let text): _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
      case .late(let text, let milliseconds):
        usleep(milliseconds * 1_000)
        _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
      case .cutOff(let text):
        _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        return
      case nil: return
      }
    }
  }

  private func read(_ connection: Int32, number: Int) -> Request? {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let length = head.split(separator: "\r\n").lazy
          .filter { $0.lowercased().hasPrefix("content-length:") }
          .compactMap { Int($0.split(separator: " ").last ?? "") }.first
        let body = String(text[end.upperBound...])
        if body.utf8.count >= length ?? 0 {
          let line = String(head.prefix { $0 != "\r\n" })
          return Request(line: line, head: head, body: body, connection: number)
        }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}

/// Runs `body` on a thread of its own.
func onThread(_ body: @escaping @Sendable () -> Void) {
  final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      argument.map { Unmanaged<Start>.fromOpaque($0).takeRetainedValue().body() }
      return nil
    }, Unmanaged.passRetained(Start(body)).toOpaque())
  pthread_detach(thread)
}
