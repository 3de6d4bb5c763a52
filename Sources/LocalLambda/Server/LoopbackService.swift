import Hummingbird
import Logging
import ServiceLifecycle

/// An HTTP server on 127.0.0.1, which listens from ``start(_:port:maximumHeaderBytes:)`` to ``stop()``.
struct LoopbackService: Sendable {
  /// The port that it listens on.
  let port: Int
  private let group: ServiceGroup
  private let serving: Task<Void, any Error>

  /// Starts a server, which listens when this returns; the port 0 is any that is free.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  static func start<Responder: HTTPResponder>(
    _ responder: Responder, port: Int, maximumHeaderBytes: Int
  ) async throws(PortError) -> LoopbackService
  where
    Responder.Context: InitializableFromSource<ApplicationRequestContextSource>
  {
    let (ports, listening) = AsyncStream.makeStream(of: Int?.self)
    let logger = Logger(label: "LoopbackService") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: maximumHeaderBytes, maxHeaderListSize: 2 * maximumHeaderBytes))),
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { listening.yield($0.localAddress?.port) },
      logger: logger)
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(1)
    let group = ServiceGroup(configuration: configuration)
    let serving = Task {
      defer { listening.finish() }
      try await group.run()
    }
    // In a task of its own, which nobody cancels: whoever gave up half-way would leave a server behind.
    let first = await Task { await ports.first { _ in true } ?? nil }.value
    guard let first else {
      throw PortError(port: port, outcome: await serving.result)
    }
    return LoopbackService(port: first, group: group, serving: serving)
  }

  /// Stops listening, gives answers that are owed a second to go out, and closes all connections.
  func stop() async {
    await group.triggerGracefulShutdown()
    // Not an error, but the end that was asked for: answers that could not be written in time are dropped.
    _ = await serving.result
  }
}
