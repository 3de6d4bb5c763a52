import LambdaHTTP

extension Problem {
  static let activityNotFound = Problem(status: 404, codes: [.activityNotFound])
  static let userNotFound = Problem(status: 404, codes: [.userNotFound])
}
