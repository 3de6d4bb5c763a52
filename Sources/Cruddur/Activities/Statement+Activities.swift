import Postgres

extension Statement {
  /// `SQL/add-activity.sql`
  static func addActivity(_ draft: ActivityDraft, by author: Author) -> Statement {
    SQL.addActivity([
      "cognito_user_id": author.cognitoUserID, "handle": author.handle, "message": draft.message,
      "seconds_to_live": draft.timeToLive?.seconds,
    ])
  }

  /// `SQL/add-reply.sql`
  static func addReply(_ draft: ActivityDraft, to activity: UUID, by author: Author) -> Statement {
    SQL.addReply([
      "cognito_user_id": author.cognitoUserID, "handle": author.handle, "reply_to": activity,
      "message": draft.message, "seconds_to_live": draft.timeToLive?.seconds,
    ])
  }

  /// `SQL/find-activity.sql`
  static func findActivity(_ uuid: UUID) -> Statement {
    SQL.findActivity(["uuid": uuid]).idempotent()
  }

  /// `SQL/feed.sql`
  static func feed(from position: FeedPosition, limit: Int) -> Statement {
    SQL.feed(["created_at": position.createdAt, "uuid": position.uuid, "limit": limit]).idempotent()
  }

  /// `SQL/feed-of-user.sql`
  static func feed(ofUser handle: String, from position: FeedPosition, limit: Int) -> Statement {
    SQL.feedOfUser(["handle": handle, "created_at": position.createdAt, "uuid": position.uuid, "limit": limit])
      .idempotent()
  }

  /// `SQL/replies.sql`
  static func replies(to activity: UUID, from position: FeedPosition, limit: Int) -> Statement {
    SQL.replies(["reply_to": activity, "created_at": position.createdAt, "uuid": position.uuid, "limit": limit])
      .idempotent()
  }
}

extension Author {
  fileprivate var cognitoUserID: String? { if case .cognitoUser(let id) = self { id } else { nil } }
  fileprivate var handle: String? { if case .handle(let handle) = self { handle } else { nil } }
}
