public import Foundation

/// The repository that the tests are of.
public enum Repository {
  /// A file of it, by its path from the top.
  public static func file(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(path)
  }

  /// A program of this package, as it was built beside the tests.
  public static func product(_ name: String) -> URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name)
  }

  /// A sample event's bytes.
  public static func event(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: file("events/\(name).json")))
  }
}
