import LambdaHTTP

/// The codes of the application's own problems, which are a part of its API: `deploy/openapi.yaml` says what they mean,
/// and with which status they come. Those of any API are `Problem.Code`.
enum ProblemCode: String, CaseIterable, Sendable {
  case activityNotFound = "activity_not_found"
  case authorUnknown = "author_unknown"
  case bodyNotObject = "body_not_object"
  case cursorInvalid = "cursor_invalid"
  case databaseUnavailable = "database_unavailable"
  case limitInvalid = "limit_invalid"
  case messageBlank = "message_blank"
  case messageExceedsMaximum = "message_exceed_max_chars"
  case messageInvalid = "message_invalid"
  case subMissing = "sub_missing"
  case timeToLiveBlank = "ttl_blank"
  case timeToLiveUnknown = "ttl_unknown"
  case tokenUseRefused = "token_use_refused"
  case userHandleBlank = "user_handle_blank"
  case userHandleRefused = "user_handle_refused"
  case userHandleUnknown = "user_handle_unknown"
  case userMissing = "user_missing"
  case userNotFound = "user_not_found"
  case uuidInvalid = "uuid_invalid"
}

extension Problem {
  /// Makes a problem of the application's own.
  init(
    status: Int, codes: [ProblemCode], detail: String? = nil, headers: [(name: String, value: String)] = [],
    cause: (any Error)? = nil
  ) {
    self.init(status: status, codes: codes.map(\.rawValue), detail: detail, headers: headers, cause: cause)
  }
}
