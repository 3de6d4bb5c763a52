/// An HTTP request that was read to its end.
struct HTTPCall: Sendable, Equatable {
  var method: String
  /// As it was sent, percent-encoded.
  var path: String
  /// What follows the question mark, as it was sent; empty where there is none.
  var query = ""
  /// In the order in which they were sent, with lower-case names.
  var headers: [Header] = []
  var body: [UInt8] = []

  struct Header: Sendable, Equatable {
    var name: String
    var value: String
  }

  /// The values of a header, whose name is given in lower case, joined with commas; nil if there is none.
  func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }

  /// The path's parts between slashes, percent-encoded as they were sent; nil for a target that is no path.
  var segments: [Substring]? {
    path.hasPrefix("/") ? path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) : nil
  }
}
