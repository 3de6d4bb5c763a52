import Foundation
import JSON
import Synchronization

/// A confirmed sign-up of somebody whom nobody knows.
struct SignUp: Sendable {
  /// Counted from 1 in a run of `cruddur bench`.
  let number: Int
  /// The sub, which is the request id, too.
  let id: String
  let event: [UInt8]

  /// Whether an answer is the one that Cognito expects: an object about the same user whose `response` is an object, in
  /// whatever form a runtime writes JSON.
  func isAnswered(by answer: [UInt8]) -> Bool {
    if answer == event { return true }
    guard let root = try? JSONDocument(answer).root else { return false }
    return root["response"]?.kind == .object && (try? root["userName"]?.string()) == id
      && (try? root["request"]?["userAttributes"]?["sub"]?.string()) == id
  }
}

/// The sign-ups of a run of `cruddur bench`: each of a user of its own, so that each is an INSERT, and all of them with one
/// prefix, by which their rows are found.
final class SignUps: Sendable {
  /// What all subs begin with.
  let prefix: String
  /// The event, divided where a user's number stands.
  private let parts: [[UInt8]]
  private let count = Mutex(0)

  /// Draws a prefix.
  ///
  /// - Throws: ``InputError`` if the sample is of no use.
  init() throws(InputError) {
    let digits = (1...14).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    let (first, rest) = (digits.prefix(8), digits.dropFirst(8))
    prefix = "\(first)-\(rest.prefix(4))-4\(rest.dropFirst(4).prefix(1))00-8\(rest.dropFirst(5).prefix(1))00-"
    guard let sample = EventSample.all.first(where: { $0.name == "confirm-sign-up" }) else {
      throw InputError("There is no sample of a confirmed sign-up.")
    }
    let number = "{number}"
    var event = try FreshEvent(sample, at: Date(), sub: prefix + number)
    try event.setPerson(
      name: "Somebody \(number)", preferredUsername: "bench-\(first)-\(number)",
      email: "bench-\(first)-\(number)@example.com")
    parts = String(decoding: event.bytes, as: UTF8.self).components(separatedBy: number).map { Array($0.utf8) }
  }

  /// Draws the numbers of the next ones. Each is made when it is needed: there may be a million.
  func draw(_ count: Int) -> Range<Int> {
    self.count.withLock { drawn in
      defer { drawn += count }
      return drawn + 1..<drawn + 1 + count
    }
  }

  /// Makes the one of a number.
  subscript(number: Int) -> SignUp {
    let digits = Self.digits(number)
    var event = parts[0]
    for part in parts.dropFirst() {
      event += digits
      event += part
    }
    return SignUp(number: number, id: id(of: number), event: event)
  }

  /// The sub, and request id, of a number.
  func id(of number: Int) -> String { prefix + String(decoding: Self.digits(number), as: UTF8.self) }

  /// Twelve, so that all events are of one length.
  private static func digits(_ number: Int) -> [UInt8] { Array(String(1_000_000_000_000 + number).utf8.dropFirst()) }
}
