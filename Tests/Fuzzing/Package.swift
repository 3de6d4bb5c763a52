// swift-tools-version: 6.2
import PackageDescription

// Programs of libFuzzer's over what comes from outside. Apart from the repository's package, because every module that is
// fuzzed has to be built for it: see `run`, which builds it all into a folder of its own.
let package = Package(
  name: "fuzzing",
  dependencies: [
    .package(name: "cruddur", path: "../..", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .target(name: "CLibFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CLibFuzzer",
        .product(name: "JSON", package: "cruddur"),
        .product(name: "LambdaRuntime", package: "cruddur"),
        .product(name: "LambdaEvents", package: "cruddur"),
        .product(name: "LambdaHTTP", package: "cruddur"),
        .product(name: "Postgres", package: "cruddur"),
        .product(name: "Cruddur", package: "cruddur"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
  ],
  swiftLanguageModes: [.v6]
)
