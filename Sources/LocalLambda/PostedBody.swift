import Hummingbird

/// What came of a request's body.
struct PostedBody: Sendable, Equatable {
  let content: Result<[UInt8], BadPost>
  /// How many bytes arrived, kept or not.
  let byteCount: Int

  /// Reads a body to its end, of which at most `limit` bytes are kept.
  ///
  /// A body over the limit is read all the same: a client that is still sending would take an early answer for a broken
  /// connection.
  static func read(_ body: RequestBody, limit: Int) async -> PostedBody {
    var bytes: [UInt8] = []
    var byteCount = 0
    do {
      for try await chunk in body {
        byteCount += chunk.readableBytes
        if byteCount <= limit { bytes.append(contentsOf: chunk.readableBytesView) }
      }
    } catch {
      return PostedBody(content: .failure(.truncated), byteCount: byteCount)
    }
    if byteCount > limit { return PostedBody(content: .failure(.tooLarge(limit: limit)), byteCount: byteCount) }
    return PostedBody(content: .success(bytes), byteCount: byteCount)
  }
}
