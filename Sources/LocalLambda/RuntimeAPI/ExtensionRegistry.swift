import JSON

/// The internal extensions of a runtime, which it registers itself: without one Lambda ends it without a word.
///
/// A value, like ``RuntimeState`` of which it is a part. The rules are those of
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.
struct ExtensionRegistry {
  private struct Extension {
    let identifier: String
    let name: String
    let wantsInvocations: Bool
    /// Whether it has asked for an event, which ends its init.
    var hasAsked = false
    /// Its call that waits for an event: for ever, if it wants none.
    var waiting: RuntimeState.CallID?
  }

  private var extensions: [Extension] = []

  var isEmpty: Bool { extensions.isEmpty }

  /// Whether all are ready for an invocation, without which the runtime gets none.
  var areReady: Bool { extensions.allSatisfy { $0.wantsInvocations ? $0.waiting != nil : $0.hasAsked } }

  /// Whether an extension of this name is registered.
  func contains(_ name: String?) -> Bool { extensions.contains { $0.name == name } }

  /// Takes an extension in, and gives its identifier in the response.
  mutating func register(
    _ registration: ExtensionCall.Registration, isOpen: Bool, _ rules: RuntimeState.Rules
  ) throws(Refusal) -> HTTPResponse {
    guard let name = registration.name, !name.isEmpty else {
      throw .extensionCall("Extension.InvalidExtensionName", "The extension has no name.")
    }
    guard isOpen else {
      throw .extensionCall("Extension.RegistrationClosed", "The runtime has asked for an event: it is too late.")
    }
    guard let events = registration.events else {
      throw .extensionCall("InvalidRequestFormat", "The body is not an object with a list of events.")
    }
    // Managed Instances have no event for each invocation, because several run at once.
    for event in events where event != "INVOKE" || rules.maximumConcurrency != nil {
      throw .extensionCall("Extension.InvalidEventType", "\(event): an internal extension cannot subscribe to it.")
    }
    guard !contains(name) else {
      throw .extensionCall("Extension.InvalidExtensionState", "An extension of this name is registered.")
    }
    guard extensions.count < 10 else {
      throw .extensionCall("Extension.TooManyExtensions", "There are ten extensions already.")
    }
    let identifier = String.randomUUID()
    extensions.append(Extension(identifier: identifier, name: name, wantsInvocations: !events.isEmpty))
    let arn = rules.functionARN.split(separator: ":")
    let body = JSONWriter.object {
      $0.add("functionName", String(arn.last ?? ""))
      $0.add("functionVersion", "$LATEST")
      $0.add("handler", rules.handler)
      if registration.wantsAccount { $0.add("accountId", arn.count > 4 ? String(arn[4]) : "") }
    }
    var response = HTTPResponse.json(body)
    response.headers["Lambda-Extension-Identifier"] = identifier
    return response
  }

  /// A call for an event waits; one that waited before has lost its connection.
  mutating func next(_ identifier: String?, _ call: RuntimeState.CallID) throws(Refusal) -> [RuntimeState.Effect] {
    let index = try index(of: identifier)
    defer { (extensions[index].hasAsked, extensions[index].waiting) = (true, call) }
    return extensions[index].waiting.map { [.respond($0, .refused(.containerError))] } ?? []
  }

  /// The name of an extension that reports an error, during its init or to end.
  func reporter(_ error: ExtensionCall.ReportedError) throws(Refusal) -> String {
    let index = try index(of: error.identifier)
    guard error.type != nil else {
      throw .extensionCall("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type is missing.")
    }
    guard !error.isInit || !extensions[index].hasAsked else {
      throw .extensionCall("Extension.InvalidExtensionState", "The extension's init is over.")
    }
    return extensions[index].name
  }

  private func index(of identifier: String?) throws(Refusal) -> Int {
    guard let identifier, !identifier.isEmpty else {
      throw .extensionCall("Extension.MissingExtensionIdentifier", "Lambda-Extension-Identifier is missing.")
    }
    guard identifier.wholeMatch(of: /[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/) != nil else {
      throw .extensionCall("Extension.InvalidExtensionIdentifier", "Lambda-Extension-Identifier is no identifier.")
    }
    guard let index = extensions.firstIndex(where: { $0.identifier == identifier.lowercased() }) else {
      throw .extensionCall("Extension.UnknownExtensionIdentifier", "No extension has this identifier.")
    }
    return index
  }

  /// An invocation begins, of which those are told that want to be.
  mutating func begin(_ running: Running, functionARN: String) -> [RuntimeState.Effect] {
    var effects: [RuntimeState.Effect] = []
    for index in extensions.indices where extensions[index].wantsInvocations {
      guard let call = extensions[index].waiting else { continue }
      extensions[index].waiting = nil
      effects.append(.respond(call, .invokeEvent(running, functionARN: functionARN)))
    }
    return effects
  }

  /// A call that waits is over; nil if it is none of these.
  mutating func hangUp(_ call: RuntimeState.CallID) -> [RuntimeState.Effect]? {
    guard let index = extensions.firstIndex(where: { $0.waiting == call }) else { return nil }
    extensions[index].waiting = nil
    return [.respond(call, .refused(.containerError))]
  }

  /// The runtime is gone, and its extensions with it: calls that wait are refused.
  mutating func close() -> [RuntimeState.Effect] {
    defer { for index in extensions.indices { extensions[index].waiting = nil } }
    return extensions.compactMap(\.waiting).map { .respond($0, .refused(.containerError)) }
  }
}

/// One call of an extension.
enum ExtensionCall: Sendable, Equatable {
  case register(Registration)
  /// With the extension's identifier.
  case next(String?)
  case error(ReportedError)

  struct Registration: Sendable, Equatable {
    var name: String?
    /// Nil where the body says none.
    var events: [String]?
    /// Whether the account's number is to be told.
    var wantsAccount = false
  }

  struct ReportedError: Sendable, Equatable {
    var identifier: String?
    var type: String?
    var body: [UInt8] = []
    /// Or else one with which it ends.
    var isInit: Bool
  }

  var route: Route {
    switch self {
    case .register: .extensionRegister
    case .next: .extensionNext
    case .error: .extensionError
    }
  }

  /// Whether a path is of this API.
  static func isPath(_ path: String) -> Bool { path.hasPrefix("/2020-01-01/") }

  /// Reads a call.
  ///
  /// - Throws: ``Refusal/unknownPath`` and ``Refusal/wrongMethod``.
  init(_ call: HTTPCall) throws(Refusal) {
    let identifier = call.header("lambda-extension-identifier")
    let method: String
    switch call.path {
    case "/2020-01-01/extension/register":
      method = "POST"
      let features = (call.header("lambda-extension-accept-feature") ?? "").split(separator: ",")
      self = .register(
        Registration(
          name: call.header("lambda-extension-name"), events: Self.events(call.body),
          wantsAccount: features.contains { $0.filter { $0 != " " } == "accountId" }))
    case "/2020-01-01/extension/event/next": (method, self) = ("GET", .next(identifier))
    case "/2020-01-01/extension/init/error", "/2020-01-01/extension/exit/error":
      method = "POST"
      self = .error(
        ReportedError(
          identifier: identifier, type: call.header("lambda-extension-function-error-type"), body: call.body,
          isInit: call.path == "/2020-01-01/extension/init/error"))
    default: throw .unknownPath
    }
    guard call.method == method else { throw .wrongMethod }
  }

  private static func events(_ body: [UInt8]) -> [String]? {
    guard let root = try? JSONDocument(body).root, root.kind == .object else { return nil }
    guard let events = root["events"], !events.isNull else { return [] }
    return try? events.elements().map { try $0.string() }
  }
}
