import JSON
public import LambdaEvents
public import LambdaHTTP
public import LambdaRuntime
import Postgres

/// What clients write.
extension ActivityAPI {
  /// `POST /api/activities`
  public func add(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let (author, draft) = try read(request, requiresTimeToLive: true)
    let activity = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.add(draft, by: author, until: deadline)
    }
    guard let activity else { throw Problem(missing: author) }
    return .json(activity)
  }

  /// `POST /api/activities/{uuid}/reply`
  public func reply(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    let uuid = try parameters.uuid
    let (author, draft) = try read(request, requiresTimeToLive: false)
    let addition = try await withDatabase(context) { deadline throws(PostgresError) in
      try await activities.add(draft, inReplyTo: uuid, by: author, until: deadline)
    }
    switch addition {
    case .added(let reply): return .json(reply)
    case .noAuthor: throw Problem(missing: author)
    case .noActivity: throw Problem.activityNotFound
    }
  }

  /// Who writes what. All that is wrong with it is told at once.
  private func read(
    _ request: HTTPRequest, requiresTimeToLive: Bool
  ) throws -> (Author, ActivityDraft) {
    let isAnonymous = !request.hasAuthorizer
    guard !isAnonymous || allowsAnonymousAuthors else {
      throw Problem(unauthorized: .authorUnknown, detail: "Nobody is signed in.")
    }
    let body = try request.json().root
    guard body.kind == .object else {
      throw Problem(status: 400, codes: [.bodyNotObject], detail: "The body has to be a JSON object.")
    }
    var codes: [ProblemCode] = []
    let draft = ActivityDraft(body, requiresTimeToLive: requiresTimeToLive, codes: &codes)
    let author = isAnonymous ? Author(handle: body["user_handle"], codes: &codes) : try Author(request, body)
    guard let author, let draft else { throw Problem(status: 422, codes: codes) }
    return (author, draft)
  }
}

extension HTTPRequest {
  /// The `sub` of whoever is signed in.
  var signedInUser: String {
    get throws(Problem) {
      guard hasAuthorizer else { throw Problem(unauthorized: .authorUnknown, detail: "Nobody is signed in.") }
      guard case .text(let sub) = TextField(claims?["sub"]) else {
        throw Problem(unauthorized: .subMissing, detail: "The token does not say whose it is.")
      }
      // Cognito says of each token what it is for, and an HTTP API lets access tokens in as well: their `client_id` is the
      // audience that it wants. Other issuers do not know the claim.
      guard [.blank, .text("id")].contains(TextField(claims?["token_use"])) else {
        throw Problem(unauthorized: .tokenUseRefused, detail: "The token has to be an id token (token_use id).")
      }
      return sub
    }
  }
}

extension Author {
  /// Whoever is signed in.
  fileprivate init(_ request: HTTPRequest, _ body: JSONValue) throws(Problem) {
    let sub = try request.signedInUser
    guard TextField(body["user_handle"]) == .blank else {
      throw Problem(unauthorized: .userHandleRefused, detail: "Whoever is signed in is the author.")
    }
    self = .cognitoUser(id: sub)
  }

  /// Whoever the body says.
  fileprivate init?(handle: JSONValue?, codes: inout [ProblemCode]) {
    switch TextField(handle) {
    case .text(let handle): self = .handle(handle)
    case .blank:
      codes.append(.userHandleBlank)
      return nil
    case .unusable:
      codes.append(.userHandleUnknown)
      return nil
    }
  }
}

extension Problem {
  /// Another token, or one at all, would do. RFC 9110 wants it said of which kind:
  /// <https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2>.
  fileprivate init(unauthorized code: ProblemCode, detail: String) {
    self.init(status: 401, codes: [code], detail: detail, headers: [("www-authenticate", "Bearer")])
  }

  /// Whoever is signed in has no row.
  static let userMissing = Problem(
    status: 409, codes: [.userMissing], detail: "Your account is confirmed, but has no profile yet.")

  /// The author has no row.
  fileprivate init(missing author: Author) {
    switch author {
    case .cognitoUser:
      self = .userMissing
    case .handle:
      self.init(status: 422, codes: [.userHandleUnknown])
    }
  }
}
