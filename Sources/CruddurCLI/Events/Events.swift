import ArgumentParser
import Foundation

/// `cruddur events`: the kinds of event, and a fresh sample of each.
struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the kinds of event, or prints a fresh sample of one.",
    discussion: """
      Without a kind, it lists all of them: what they are, and when AWS sends them. With one, it prints an event, which \
      has a new id of its user or its request, and now as its time; it is a file of events/ otherwise. Options set what \
      an event of its kind has, and --set whatever else:

        cruddur events confirm-sign-up --name Ada | cruddur invoke -
        cruddur events http-api --path /api/health | cruddur invoke -

      Who has a name, a preferred user name or an e-mail address of their own gets the others to match: of --name Ada \
      they are ada and ada@example.com.
      """)

  @Argument(
    help: ArgumentHelp("The kind of event.", valueName: "kind"), completion: .list(EventSample.all.map(\.name)))
  var kind: String?

  @OptionGroup(title: "Of Cognito's events")
  var person: PersonOptions

  @OptionGroup(title: "Of HTTP requests")
  var request: RequestOptions

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("What to change, as in cruddur invoke; may be given again.", valueName: "path=value"))
  var changes: [String] = []

  /// Each option that not every kind takes, whether it was given, and which kinds take it.
  private var options: [(name: String, isGiven: Bool, kinds: (EventSample) -> Bool)] {
    person.options + request.options
  }

  func validate() throws {
    guard let kind else {
      let given = options.filter(\.isGiven).map(\.name) + (changes.isEmpty ? [] : ["--set"])
      if let option = given.first { throw ValidationError("\(option) needs a kind of event.") }
      return
    }
    guard let sample = EventSample.all.first(where: { $0.name == kind }) else {
      throw ValidationError("There is no kind of event \(kind): cruddur events lists them.")
    }
    for option in options where option.isGiven && !option.kinds(sample) {
      let own = options.filter { $0.kinds(sample) }.map(\.name) + ["--set"]
      let kinds = EventSample.all.filter(option.kinds).map(\.name)
      throw ValidationError(
        "\(kind) does not take \(option.name), but \(own.joined(separator: ", ")). What takes it is "
          + "\(kinds.joined(separator: ", ")).")
    }
    _ = try event(of: sample)
  }

  func run() throws {
    guard let kind, let sample = EventSample.all.first(where: { $0.name == kind }) else {
      return try Console.printLine(Array(Self.table.utf8))
    }
    try Console.printLine(try event(of: sample).bytes)
  }

  private func event(of sample: EventSample) throws -> FreshEvent {
    var event = try FreshEvent(sample, at: Date(), sub: person.sub)
    try person.apply(to: &event)
    try request.apply(to: &event)
    for change in changes { try event.make(EventChange(argument: change)) }
    return event
  }

  /// All kinds, a line each, and what `--source` may be.
  static var table: String {
    let rows =
      [("KIND", "WHAT IT IS", "WHEN AWS SENDS IT")] + EventSample.all.map { ($0.name, $0.summary, $0.occasion) }
    let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
    let lines = rows.map { "\($0.0.padded(to: widths.0))  \($0.1.padded(to: widths.1))  \($0.2)" }
    let sources = EventSample.all.filter(\.hasSources).map { "\($0.name): \($0.sources.joined(separator: ", "))" }
    return (lines + ["", "Where there are several trigger sources (…), --source says which:", ""] + sources)
      .joined(separator: "\n")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

/// What an event of Cognito's says of a person.
struct PersonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The attribute name.", valueName: "text"))
  var name: String?

  @Option(help: ArgumentHelp("The attribute preferred_username.", valueName: "text"))
  var preferredUsername: String?

  @Option(help: ArgumentHelp("The attribute email.", valueName: "address"))
  var email: String?

  @Option(help: ArgumentHelp("The attribute phone_number.", valueName: "number"))
  var phoneNumber: String?

  @Option(help: ArgumentHelp("Any attribute, such as custom:tenant; may be given again.", valueName: "key=value"))
  var attribute: [String] = []

  @Option(help: ArgumentHelp("The user's id. (default: a new one)", valueName: "id"))
  var sub: String?

  @Option(help: ArgumentHelp("The user's name in the pool.", valueName: "text"))
  var username: String?

  @Option(help: ArgumentHelp("What the app passes along; may be given again.", valueName: "key=value"))
  var clientMetadata: [String] = []

  @Option(
    help: ArgumentHelp("What made Cognito send it, where there are several, such as SignUp.", valueName: "name"),
    completion: .list(Set(EventSample.all.flatMap(\.sources)).sorted()))
  var source: String?

  var options: [(name: String, isGiven: Bool, kinds: (EventSample) -> Bool)] {
    [
      ("--name", name != nil, \.hasAttributes), ("--preferred-username", preferredUsername != nil, \.hasAttributes),
      ("--email", email != nil, \.hasAttributes), ("--phone-number", phoneNumber != nil, \.hasAttributes),
      ("--attribute", !attribute.isEmpty, \.hasAttributes), ("--sub", sub != nil, \.hasSub),
      ("--username", username != nil, \.hasUserName), ("--client-metadata", !clientMetadata.isEmpty, \.isTrigger),
      ("--source", source != nil, \.hasSources),
    ]
  }

  func apply(to event: inout FreshEvent) throws {
    if let source { try event.setSource(source) }
    if let username { try event.make(EventChange("userName", text: username)) }
    try event.setPerson(name: name, preferredUsername: preferredUsername, email: email)
    if let phoneNumber { try event.setAttribute("phone_number", phoneNumber) }
    for (key, value) in try pairs(attribute, "--attribute") { try event.setAttribute(key, value) }
    if !clientMetadata.isEmpty { try event.make(EventChange("request", "clientMetadata", json: Array("{}".utf8))) }
    for (key, value) in try pairs(clientMetadata, "--client-metadata") {
      try event.make(EventChange("request", "clientMetadata", key, text: value))
    }
  }
}

/// What an HTTP request has.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("GET, POST … (default: GET, and POST with a body)", valueName: "name"))
  var method: String?

  @Option(help: ArgumentHelp("The path as in a URL; it may have a query.", valueName: "path"))
  var path: String?

  @Option(help: ArgumentHelp("A parameter of the query; may be given again.", valueName: "key=value"))
  var query: [String] = []

  @Option(help: ArgumentHelp("A header, such as 'Accept: text/html'; may be given again.", valueName: "name: value"))
  var header: [String] = []

  @Option(
    help: ArgumentHelp("The body, or that of a message of SQS; its content type is JSON's if it is.", valueName: "text")
  )
  var body: String?

  @Option(
    help: ArgumentHelp("A claim of the token that the API has checked; may be given again.", valueName: "key=value"))
  var claim: [String] = []

  var options: [(name: String, isGiven: Bool, kinds: (EventSample) -> Bool)] {
    [
      ("--method", method != nil, \.isRequest), ("--path", path != nil, \.isRequest),
      ("--query", !query.isEmpty, \.isRequest), ("--header", !header.isEmpty, \.isRequest),
      ("--body", body != nil, \.hasBody), ("--claim", !claim.isEmpty, \.hasAuthorizer),
    ]
  }

  func apply(to event: inout FreshEvent) throws {
    if path != nil || !query.isEmpty { try event.setPath(path, query: try pairs(query, "--query")) }
    if let body { try event.setBody(body) }
    if let method { try event.make(EventChange("requestContext", "http", "method", text: method)) }
    for header in header { try event.setHeader(header) }
    try event.setClaims(try pairs(claim, "--claim"))
  }
}

/// Reads `KEY=VALUE` of an option.
private func pairs(_ arguments: [String], _ option: String) throws(ValidationError) -> [(String, String)] {
  var pairs: [(String, String)] = []
  for argument in arguments {
    guard let equals = argument.utf8.firstIndex(of: UInt8(ascii: "=")), equals > argument.startIndex else {
      throw ValidationError("\(option) \(argument) is not KEY=VALUE.")
    }
    pairs.append((String(argument[..<equals]), String(argument[argument.utf8.index(after: equals)...])))
  }
  return pairs
}
