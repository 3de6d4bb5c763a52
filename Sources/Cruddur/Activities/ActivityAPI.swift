public import LambdaEvents
public import LambdaHTTP
public import LambdaRuntime
import Postgres

/// Activities over HTTP: what clients read.
public struct ActivityAPI: Sendable {
  /// How many activities a page has where the client does not say, and at the most.
  static let (defaultLimit, maximumLimit) = (20, 100)

  let activities: Activities
  /// Whether a client without a token may say whose activity it is.
  let allowsAnonymousAuthors: Bool

  /// Makes the handlers. Anonymous authors are for laptops: anybody could write in anybody's name.
  public init(_ activities: Activities, allowsAnonymousAuthors: Bool) {
    self.activities = activities
    self.allowsAnonymousAuthors = allowsAnonymousAuthors
  }

  /// `GET /api/activities/home?limit=20&cursor=…`
  public func home(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let (position, limit) = try request.feedPosition
    let page = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.feed(from: position, limit: limit, until: deadline)
    }
    return HTTPResponse(page, limit: limit)
  }

  /// `GET /api/activities/@{handle}?limit=20&cursor=…`
  public func userFeed(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let (page, limit) = try await feed(ofUser: TextField(parameters["handle"] ?? ""), request, context)
    return HTTPResponse(page, limit: limit)
  }

  /// `GET /api/activities?user_handle=…&limit=20&cursor=…`: the same for any handle, because API Gateway hands a path out
  /// decoded, where a slash, a question mark or a per cent sign of the handle's cannot be told from the URL's.
  public func feedOfHandle(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let handle = request.query("user_handle") ?? ""
    guard TextField(handle) != .blank else {
      throw Problem(status: 400, codes: [.userHandleBlank], detail: "user_handle has to say whose activities.")
    }
    let (page, limit) = try await feed(ofUser: TextField(handle), request, context)
    return HTTPResponse(page, of: [("user_handle", handle)], limit: limit)
  }

  private func feed(
    ofUser handle: TextField, _ request: HTTPRequest, _ context: InvocationContext
  ) async throws -> (FeedPage, limit: Int) {
    let (position, limit) = try request.feedPosition
    guard case .text(let handle) = handle else { throw Problem.userNotFound }
    let page = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.feed(ofUser: handle, from: position, limit: limit, until: deadline)
    }
    guard let page else { throw Problem.userNotFound }
    return (page, limit)
  }

  /// `GET /api/activities/{uuid}`
  public func find(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let uuid = try parameters.uuid
    let activity = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.find(uuid, until: deadline)
    }
    guard let activity else { throw Problem.activityNotFound }
    return .json(activity)
  }

  /// `GET /api/activities/{uuid}/replies?limit=20&cursor=…`
  public func replies(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let uuid = try parameters.uuid
    let (position, limit) = try request.feedPosition
    let page = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.replies(to: uuid, from: position, limit: limit, until: deadline)
    }
    guard let page else { throw Problem.activityNotFound }
    return HTTPResponse(page, limit: limit)
  }
}

extension HTTPRequest {
  /// Where the page begins that is asked for, and how many activities it has at the most.
  fileprivate var feedPosition: (FeedPosition, limit: Int) {
    get throws(Problem) {
      let limit = query("limit").map { Int($0) ?? 0 } ?? ActivityAPI.defaultLimit
      guard (1...ActivityAPI.maximumLimit).contains(limit) else {
        let detail = "limit has to be a number from 1 to \(ActivityAPI.maximumLimit)."
        throw Problem(status: 400, codes: [.limitInvalid], detail: detail)
      }
      guard let position = query("cursor").map(FeedPosition.init) ?? .newest else {
        let detail = "cursor has to be that of the link to the next page, as it is."
        throw Problem(status: 400, codes: [.cursorInvalid], detail: detail)
      }
      return (position, limit)
    }
  }
}

extension HTTPResponse {
  /// With a link to the next page; `query` is what says which feed it is, unless the path does.
  fileprivate init(_ page: FeedPage, of query: [(name: String, value: String)] = [], limit: Int) {
    self = .json(page.activities)
    guard let next = page.next else { return }
    addLink(to: query + [("limit", "\(limit)"), ("cursor", "\(next)")], relation: "next")
  }
}

extension PathParameters {
  /// The activity that the path names.
  var uuid: UUID {
    get throws(Problem) {
      guard let uuid = self["uuid"].flatMap(UUID.init) else {
        throw Problem(status: 400, codes: [.uuidInvalid], detail: "An activity's id has to be a UUID.")
      }
      return uuid
    }
  }
}
