import Postgres

extension Statement {
  /// `SQL/add-activity.sql`
  static func addActivity(_ draft: ActivityDraft, by author: Author) -> Statement {
    SQL.addActivity {
      $0.bind("cognito_user_id", author.cognitoUserID)
      $0.bind("handle", author.handle)
      $0.bind("message", draft.message)
      $0.bind("seconds_to_live", draft.timeToLive?.seconds)
    }
  }

  /// `SQL/add-reply.sql`
  static func addReply(_ draft: ActivityDraft, to activity: UUID, by author: Author) -> Statement {
    SQL.addReply {
      $0.bind("cognito_user_id", author.cognitoUserID)
      $0.bind("handle", author.handle)
      $0.bind("reply_to", activity)
      $0.bind("message", draft.message)
      $0.bind("seconds_to_live", draft.timeToLive?.seconds)
    }
  }

  /// `SQL/find-activity.sql`
  static func findActivity(_ uuid: UUID) -> Statement {
    SQL.findActivity { $0.bind("uuid", uuid) }.idempotent()
  }

  /// `SQL/feed.sql`
  static func feed(from position: FeedPosition, limit: Int) -> Statement {
    SQL.feed {
      $0.bind("created_at", position.createdAt)
      $0.bind("uuid", position.uuid)
      $0.bind("limit", limit)
    }.idempotent()
  }

  /// `SQL/feed-of-user.sql`
  static func feed(ofUser handle: String, from position: FeedPosition, limit: Int) -> Statement {
    SQL.feedOfUser {
      $0.bind("handle", handle)
      $0.bind("created_at", position.createdAt)
      $0.bind("uuid", position.uuid)
      $0.bind("limit", limit)
    }.idempotent()
  }

  /// `SQL/replies.sql`
  static func replies(to activity: UUID, from position: FeedPosition, limit: Int) -> Statement {
    SQL.replies {
      $0.bind("reply_to", activity)
      $0.bind("created_at", position.createdAt)
      $0.bind("uuid", position.uuid)
      $0.bind("limit", limit)
    }.idempotent()
  }
}

extension Author {
  fileprivate var cognitoUserID: String? { if case .cognitoUser(let id) = self { id } else { nil } }
  fileprivate var handle: String? { if case .handle(let handle) = self { handle } else { nil } }
}
