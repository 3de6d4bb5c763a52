import Testing

@testable import LocalLambda

/// What the server makes of the bytes of a connection.
struct RequestParserTests {
  private typealias Fault = RequestParser.Fault

  /// The parts of an input that comes in pieces of one size, and the fault that ends it.
  private static func parse(
    _ input: String, by size: Int = .max, maximumHeadBytes: Int = 200
  ) -> (parts: [RequestParser.Part], fault: RequestParser.Fault?) {
    var parser = RequestParser(maximumHeadBytes: maximumHeadBytes)
    var rest = Array(input.utf8)[...]
    var parts: [RequestParser.Part] = []
    while !rest.isEmpty {
      parser.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      do {
        while let part = try parser.next() { parts.append(part) }
      } catch {
        return (parts, error)
      }
    }
    return (parts, nil)
  }

  /// The same, with the pieces of each body put together.
  private static func requests(_ input: String, by size: Int = .max) -> [String] {
    var bodies: [String] = []
    for part in parse(input, by: size).parts {
      switch part {
      case .head(let head): bodies.append("\(head.method) \(head.target) \(head.headers.map(\.value)) ")
      case .body(let piece): bodies[bodies.count - 1] += String(decoding: piece, as: UTF8.self)
      case .end(let trailers): bodies[bodies.count - 1] += "|" + trailers.map { "\($0.name)=\($0.value)" }.joined()
      }
    }
    return bodies
  }

  private static let several =
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Empty:\r\nX-Blank: \t a b \r\n\r\n"
    + "POST /b HTTP/1.1\nhost:x\nContent-Length: 5\n\nhello"
    + "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
    + "5;name=value\r\nhe\r\nl\r\n0A \r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
    + "PUT * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"

  @Test(arguments: [.max, 1, 2, 3, 7, 50])
  func `Requests on one connection are told apart however they come in`(size: Int) {
    #expect(
      Self.requests(Self.several, by: size) == [
        #"GET /a?b=c ["x", "", "a b"] |"#, #"POST /b ["x", "5"] hello|"#,
        #"POST /c ["x", "Chunked"] he\#r\#nl0123456789|x-sum=1"#, #"PUT * ["x", "0"] |"#,
      ])
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false),
    ("GET / HTTP/1.1\r\nHost: x\r\nConnection: te, Close\r\n\r\n", false),
    ("GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n", true),
  ])
  func `A client says whether its connection goes on`(input: String, goesOn: Bool) throws {
    guard case .head(let head) = try #require(Self.parse(input).parts.first) else { return #expect(Bool(false)) }
    #expect(head.keepsAlive == goesOn)
  }

  @Test(arguments: [
    "GET /\r\n", "GET  / HTTP/1.1\r\n", " / HTTP/1.1\r\n", "G@T / HTTP/1.1\r\n", "GET /\u{1} HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\nno colon\r\n", "GET / HTTP/1.1\r\nHost : x\r\n", "GET / HTTP/1.1\r\n: x\r\n",
    "GET / HTTP/1.1\r\nA: b\r\n folded\r\n", "GET / HTTP/1.1\r\nA: b\0c\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n",
    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])
  func `What is no request, or could be two, is refused`(input: String) {
    #expect(Self.parse(input).fault?.status == 400)
  }

  @Test(arguments: [
    "x\r\n", "-1\r\n", "\r\n", "1 0\r\n", "1 a\r\n", "1\r\nab\r\n", "FFFFFFFFFFFFFFFFF\r\n", "0\r\nno colon\r\n",
  ])
  func `What is no chunk is refused`(chunks: String) {
    let input = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    #expect(Self.parse(input).fault?.status == 400)
  }

  @Test func `What this server does not speak is refused with its status`() {
    #expect(Self.parse("GET / HTTP/2.0\r\n").fault == .versionNotSupported)
    #expect(Self.parse("PRI * HTTP/9\r\n").fault?.status == 505)
    let coded = Self.parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
    #expect(coded.fault == .transferCodingNotSupported)
    #expect(coded.fault?.status == 501)
    #expect(Self.parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").fault?.status == 501)
  }

  @Test(arguments: [.max, 1])
  func `A head has a limit, and so have trailers and a chunk's extensions`(size: Int) {
    let head = "GET / HTTP/1.1\r\nHost: x\r\nA: "
    let rest = 200 - head.utf8.count - 4
    let inside = head + String(repeating: "a", count: rest) + "\r\n\r\n"
    #expect(Self.parse(inside + inside, by: size).parts.count == 4)
    #expect(Self.parse(head + String(repeating: "a", count: rest + 1) + "\r\n\r\n", by: size).fault?.status == 431)
    #expect(Self.parse(String(repeating: "a", count: 201), by: size).fault == .headTooLarge(limit: 200))
    let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    let long = String(repeating: "a", count: 201)
    #expect(Self.parse(chunked + "1;" + long, by: size).fault?.status == 431)
    #expect(Self.parse(chunked + "0\r\nA: " + long, by: size).fault?.status == 431)
    // Chunks may be as many as they like.
    let many = String(repeating: "1\r\na\r\n", count: 100) + "0\r\n\r\n"
    #expect(Self.parse(chunked + many, by: size).fault == nil)
  }

  @Test func `It is known where a connection may end without a loss`() throws {
    var parser = RequestParser(maximumHeadBytes: 100)
    #expect(parser.isBetweenRequests)
    parser.append(Array("POST / HTTP/1.1\r\n".utf8))
    #expect(try parser.next() == nil)
    #expect(!parser.isBetweenRequests && !parser.isInBody)
    parser.append(Array("Host: x\r\nContent-Length: 2\r\n\r\na".utf8))
    while try parser.next() != nil {}
    #expect(!parser.isBetweenRequests && parser.isInBody)
    parser.append(Array("b".utf8))
    while try parser.next() != nil {}
    #expect(parser.isBetweenRequests && !parser.isInBody)
  }

  @Test func `A body may be as long as a number can say`() {
    let largest = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(Int.max)\r\n\r\na"
    #expect(Self.requests(largest) == [#"POST / ["x", "\#(Int.max)"] a"#])
    let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\na"
    #expect(Self.requests(chunked) == [#"POST / ["x", "chunked"] a"#])
  }

  @Test func `Whatever comes in is read alike in one piece and byte by byte`() {
    var random = SystemRandomNumberGenerator()
    let large = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7999999999999999999\r\n\r\na"
    let original = Array((Self.several + large).utf8)
    for _ in 1...500 {
      var bytes = original
      for _ in 1...Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...127, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = original }
      }
      let input = String(decoding: bytes, as: UTF8.self)
      #expect(Self.requests(input) == Self.requests(input, by: 1), "\(input.debugDescription)")
      #expect(Self.parse(input).fault == Self.parse(input, by: 1).fault, "\(input.debugDescription)")
    }
  }
}
