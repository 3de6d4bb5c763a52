/// What a function is called: its folder, its package and, on AWS, the function itself.
struct FunctionName: Equatable, CustomStringConvertible {
  let description: String

  /// What its module is called: `SendWelcome` for `send-welcome`.
  let module: String

  /// Checks a name.
  ///
  /// - Throws: ``InputError`` that says what is wrong with it.
  init(_ name: String) throws(InputError) {
    guard name.first?.isASCIILetter == true, name.utf8.allSatisfy(\.mayStandInAName) else {
      throw InputError(
        "The name '\(name)' has to begin with a letter, and may have only ASCII's letters, digits, - and _.")
    }
    // Lambda takes 64, but lines of the package have it in them twice.
    guard name.utf8.count <= 40 else {
      throw InputError("The name '\(name)' has \(name.utf8.count) characters, more than 40.")
    }
    description = name
    module = name.split { $0 == "-" || $0 == "_" }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    guard !Self.taken.contains(module) else {
      throw InputError("The name '\(name)' makes a module \(module), and there is one of that name already.")
    }
  }

  /// Modules of this package, of swift-log, which a function gets with it, and of Swift, and names that mean something
  /// else in Swift.
  private static let taken: Set<String> = [
    "Any", "Bootstrap", "CCurl", "CLibPQ", "COpenSSL", "CThreadSanitizer", "Cruddur", "CruddurCLI", "Cxx",
    "CxxStdlib", "Dispatch", "Distributed", "Foundation", "FoundationEssentials", "FoundationInternationalization",
    "FoundationNetworking", "FoundationXML", "Glibc", "InMemoryLogging", "JSON", "JSONCodable", "LambdaEvents",
    "LambdaHTTP", "LambdaMetrics", "LambdaRuntime", "LambdaTracing", "LocalLambda", "Logging", "Observation",
    "Postgres", "Protocol", "RDS", "RegexBuilder", "Runtime", "Self", "Swift", "SwiftOnoneSupport", "Synchronization",
    "TestFunction", "TestSupport", "Testing", "Type", "XCTest",
  ]
}

extension Character {
  fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}

extension UInt8 {
  fileprivate var mayStandInAName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
