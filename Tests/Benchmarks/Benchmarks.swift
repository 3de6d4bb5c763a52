import JSON

/// `swift run -c release Benchmarks`: how long one event takes to parse and to read, in nanoseconds, the median and the best of
/// many rounds. Figures to compare with one another on one machine, so not a test.
@main
enum Benchmarks {
  static func main() throws {
    let attributes = ["sub", "name", "preferred_username", "email"]
    var length = 0
    try report("event of \(event.count) bytes: parse") {
      length &+= try JSONDocument(event).bytes.count
    }
    let document = try JSONDocument(event)
    try report("event of \(event.count) bytes: four attributes") {
      let user = try document.root.member("request").member("userAttributes")
      for attribute in attributes { length &+= try user.member(attribute).string().utf8.count }
    }
    try report("event of \(event.count) bytes: parse, then four attributes") {
      let user = try JSONDocument(event).root.member("request").member("userAttributes")
      for attribute in attributes { length &+= try user.member(attribute).string().utf8.count }
    }
    var line: [UInt8] = []
    report("log line: write") {
      line.removeAll(keepingCapacity: true)
      JSONWriter.object(appendingTo: &line) {
        $0.add("timestamp", "2025-01-31T12:34:56.789Z")
        $0.add("level", "INFO")
        $0.add("message", "signed up 5f1d7a3c-8c1e-4b7a-9a43-2f7f0f6f3d11")
        $0.add("requestId", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
      }
      length &+= line.count
    }
    // Using the sum keeps the optimizer from dropping the work.
    print("(\(length) bytes in all)")
  }

  private static func report(_ name: String, _ body: () throws -> Void) rethrows {
    let iterations = 20_000
    let clock = ContinuousClock()
    var rounds: [Duration] = []
    for _ in 0..<20 {
      rounds.append(try clock.measure { for _ in 0..<iterations { try body() } } / iterations)
    }
    rounds.sort()
    print("\(name): \(rounds[rounds.count / 2].nanoseconds) ns, at best \(rounds[0].nanoseconds) ns")
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 { components.attoseconds / 1_000_000_000 }
}
