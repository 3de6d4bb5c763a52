import Foundation
import Subprocess

/// Builds a bootstrap of a Swift package with `swift build`.
struct Builder: Equatable, Sendable {
  /// Where Package.swift is.
  let package: String
  let buildFolder: String
  let configuration: String
  let product: String

  /// Finds out from the path of a bootstrap, which need not be there yet, how it is built.
  ///
  /// - Throws: ``InputError`` where it is in no package's build folder.
  init(bootstrap path: String) throws(InputError) {
    let url = URL(filePath: path).standardizedFileURL
    product = url.lastPathComponent
    let folder = url.deletingLastPathComponent()
    configuration = folder.lastPathComponent
    var build = folder.deletingLastPathComponent()
    // The folder of a platform, such as x86_64-unknown-linux-gnu, to which SwiftPM links.
    if build.lastPathComponent.contains("-linux-") { build.deleteLastPathComponent() }
    buildFolder = build.path()
    var package = build.deletingLastPathComponent()
    while package.path() != "/", !Self.isFile(package.appending(path: "Package.swift")) {
      package.deleteLastPathComponent()
    }
    guard ["debug", "release"].contains(configuration), package.path() != "/" else {
      throw InputError(
        "\(path) is in no build folder of a Swift package, such as .build/debug, so that it cannot be built.")
    }
    self.package = package.path()
  }

  private static func isFile(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path())
  }

  enum Outcome {
    case built(in: Duration)
    /// With what the build said.
    case failed(String)
    case cancelled
  }

  /// Builds it like ``build()``; a signal that asks the program to end cancels that.
  func buildUntilSignal() async -> Outcome {
    let signals = EndSignals()
    return await withTaskGroup(of: Outcome.self) { group in
      group.addTask { await build() }
      group.addTask {
        for await _ in signals { break }
        return .cancelled
      }
      defer { group.cancelAll() }
      return await group.next() ?? .cancelled
    }
  }

  /// Builds it, and waits for that. A terminal's Ctrl-C does not reach the build, which ends with the task.
  func build() async -> Outcome {
    let start = ContinuousClock.now
    var platform = PlatformOptions()
    platform.processGroupID = 0
    // SwiftPM ends its compilers, which are in groups of their own, when it is interrupted.
    platform.teardownSequence = [
      .send(signal: .interrupt, toProcessGroup: true, allowedDurationToNextStep: .seconds(2)),
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero),
    ]
    do {
      let result = try await Subprocess.run(
        .name("swift"),
        arguments: [
          "build", "--package-path", package, "--scratch-path", buildFolder, "--configuration", configuration,
          "--product", product,
        ],
        platformOptions: platform, input: .none, output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
      if Task.isCancelled { return .cancelled }
      guard case .exited(0) = result.terminationStatus else {
        // All but the steps that it counts.
        let lines = (result.standardOutput + result.standardError).split(separator: "\n").filter { !$0.hasPrefix("[") }
        return .failed(lines.joined(separator: "\n"))
      }
      return .built(in: .now - start)
    } catch {
      return Task.isCancelled ? .cancelled : .failed("swift cannot be run: \(error)")
    }
  }

  /// The package's sources as they are now: all files in Sources and the manifest, but for those that editors hide.
  var sources: [String: FileStamp] {
    var stamps = ["Package.swift": FileStamp("\(package)/Package.swift")]
    let files = FileManager.default.enumerator(
      at: URL(filePath: package).appending(path: "Sources"), includingPropertiesForKeys: nil,
      options: [.skipsHiddenFiles])
    while let file = files?.nextObject() as? URL {
      if !file.lastPathComponent.hasSuffix("~") { stamps[file.path()] = FileStamp(file.path()) }
    }
    return stamps
  }
}
