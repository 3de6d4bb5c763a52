public import JSON

/// A schedule's turn, from a rule of EventBridge or from EventBridge Scheduler: a view of the event's JSON.
///
/// A schedule that has an input of its own sends that alone: it is an event of a kind of yours.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>,
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html>.
public struct ScheduledEvent: EventKind {
  /// The whole event.
  public let document: JSONDocument

  /// The event's id: it is the same when Lambda tries again.
  public let id: String

  /// When it was due, RFC 3339 in UTC: `2026-11-26T12:00:00Z`.
  public let time: String

  /// The ARNs of the rules or of the schedule.
  public let resources: [String]

  /// "schedules (detail-type Scheduled Event)".
  public static var summary: String { "schedules (detail-type Scheduled Event)" }

  /// Matches the detail type `Scheduled Event` of the sources `aws.events`, which are rules, and `aws.scheduler`.
  public static func matches(_ event: JSONValue) -> Bool {
    guard let source = try? event["source"]?.string(), source == "aws.events" || source == "aws.scheduler" else {
      return false
    }
    return (try? event["detail-type"]?.string()) == "Scheduled Event"
  }

  /// Reads the event.
  public init(_ document: JSONDocument) throws(JSONError) {
    self.document = document
    id = try document.root.member("id").string()
    time = try document.root.member("time").string()
    var resources: [String] = []
    for resource in try document.root.member("resources").elements() { resources.append(try resource.string()) }
    self.resources = resources
  }
}
