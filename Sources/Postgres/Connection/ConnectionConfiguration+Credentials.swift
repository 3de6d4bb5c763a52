extension ConnectionConfiguration {
  /// The same with another user and password, in place of whatever the connection string or libpq's defaults say, and of
  /// one that would be made.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if one of them is empty or holds U+0000, which
  /// no connection can be made with; the error does not repeat it.
  public func withCredentials(user: String, password: String) throws(PostgresError) -> ConnectionConfiguration {
    var copy = self
    for (keyword, value) in [("user", user), ("password", password)] {
      // An empty one would be replaced by libpq's default; one with U+0000 would be cut off.
      guard !value.isEmpty, !value.utf8.contains(0) else { throw PostgresError(invalidConnectionParameter: keyword) }
      copy.parameters.removeAll { $0.keyword == keyword }
      copy.parameters.append(ConninfoParameter(keyword: keyword, value: value))
    }
    copy.hasPassword = true
    copy.passwords = nil
    return copy
  }
}
