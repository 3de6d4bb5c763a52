import LambdaHTTP

extension Problem {
  static let activityNotFound = Problem(status: 404, codes: ["activity_not_found"])
  static let userNotFound = Problem(status: 404, codes: ["user_not_found"])
}
