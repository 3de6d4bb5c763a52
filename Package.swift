// swift-tools-version: 6.2
import PackageDescription

/// Shared by every target. With the last one an async function stays on its caller's executor: no handler leaves its
/// worker's thread.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Lambda on a laptop, and the tests: whoever depends on this package for `LambdaRuntime` or `Postgres` leaves it out, with
/// `.package(url: …, traits: [])`, and resolves nothing of what only this needs.
let laptop = TargetDependencyCondition.when(traits: ["Laptop"])

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess", condition: laptop)
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system", condition: laptop)
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: laptop)

/// Bridges for those whose program speaks of metrics or traces in Swift's common terms; `bootstrap` does not.
let metrics = TargetDependencyCondition.when(traits: ["Metrics"])
let tracing = TargetDependencyCondition.when(traits: ["Tracing"])

let package = Package(
  name: "cruddur",
  products: [
    .executable(name: "bootstrap", targets: ["Bootstrap"]),
    .executable(name: "cruddur", targets: ["CruddurCLI"]),
    .library(name: "JSON", targets: ["JSON"]),
    .library(name: "JSONCodable", targets: ["JSONCodable"]),
    .library(name: "LambdaRuntime", targets: ["LambdaRuntime"]),
    .library(name: "LambdaEvents", targets: ["LambdaEvents"]),
    .library(name: "LambdaHTTP", targets: ["LambdaHTTP"]),
    .library(name: "LambdaMetrics", targets: ["LambdaMetrics"]),
    .library(name: "LambdaTracing", targets: ["LambdaTracing"]),
    .library(name: "Postgres", targets: ["Postgres"]),
    .library(name: "RDS", targets: ["RDS"]),
    .library(name: "Cruddur", targets: ["Cruddur"]),
    .library(name: "LocalLambda", targets: ["LocalLambda"]),
  ],
  traits: [
    .trait(name: "Laptop", description: "Lambda on a laptop: LocalLambda, the command cruddur, and what tests them."),
    .trait(name: "Metrics", description: "LambdaMetrics: invocations and the database in swift-metrics."),
    .trait(name: "Tracing", description: "LambdaTracing: invocations and the database in swift-distributed-tracing."),
    .default(enabledTraits: ["Laptop", "Metrics", "Tracing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
  ],
  targets: [
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
    .target(name: "JSON", swiftSettings: settings),
    .target(
      name: "JSONCodable", dependencies: ["JSON", "LambdaEvents", "LambdaRuntime", "Postgres"], swiftSettings: settings),
    .target(name: "LambdaRuntime", dependencies: ["CCurl", "JSON", logging], swiftSettings: settings),
    .target(name: "LambdaEvents", dependencies: ["JSON", "LambdaRuntime", logging], swiftSettings: settings),
    .target(
      name: "LambdaHTTP", dependencies: ["JSON", "LambdaRuntime", "LambdaEvents", logging], swiftSettings: settings),
    .target(name: "Postgres", dependencies: ["CLibPQ"], exclude: ["README.md"], swiftSettings: settings),
    .target(name: "RDS", dependencies: ["COpenSSL", "Postgres"], swiftSettings: settings),
    .target(
      name: "LambdaMetrics",
      dependencies: [
        "LambdaRuntime", "Postgres", .product(name: "Metrics", package: "swift-metrics", condition: metrics),
      ],
      swiftSettings: settings),
    .target(
      name: "LambdaTracing",
      dependencies: [
        "LambdaRuntime", "Postgres",
        .product(name: "Tracing", package: "swift-distributed-tracing", condition: tracing),
      ],
      swiftSettings: settings),
    .target(
      name: "Cruddur",
      dependencies: [
        "COpenSSL", "JSON", "LambdaRuntime", "LambdaEvents", "LambdaHTTP", "Postgres", "RDS", logging,
      ],
      resources: [.embedInCode("SQL"), .embedInCode("Migrations/SQL")], swiftSettings: settings),
    .executableTarget(
      name: "Bootstrap",
      dependencies: ["Cruddur", "JSON", "LambdaRuntime", "LambdaEvents", "LambdaHTTP", "Postgres", logging],
      swiftSettings: settings),
    .target(
      name: "LocalLambda",
      dependencies: ["COpenSSL", "JSON", subprocess, systemPackage],
      swiftSettings: settings),
    .executableTarget(
      name: "CruddurCLI",
      dependencies: [
        "COpenSSL", "Cruddur", "JSON", "LambdaRuntime", "LocalLambda", "Postgres", argumentParser, subprocess,
        systemPackage,
      ],
      resources: [
        .embedInCode("Page"), .embedInCode("Postgres"), .embedInCode("Template"), .embedInCode("Samples/events"),
        .embedInCode("Samples/others"),
      ],
      swiftSettings: settings),
    .target(name: "CThreadSanitizer", path: "Tests/CThreadSanitizer"),
    .target(
      name: "TestSupport", dependencies: ["CThreadSanitizer", "JSON", logging], path: "Tests/TestSupport",
      exclude: ["throwaway-pgbouncer", "throwaway-postgres"],
      swiftSettings: settings),
    .executableTarget(
      name: "TestFunction", dependencies: ["CThreadSanitizer", "LambdaRuntime", logging], path: "Tests/TestFunction",
      swiftSettings: settings),
    .testTarget(
      name: "JSONTests", dependencies: ["JSON"], exclude: ["JSONTestSuite"], swiftSettings: settings),
    .testTarget(
      name: "JSONCodableTests",
      dependencies: ["JSONCodable", "JSON", "LambdaRuntime", "Postgres", "TestSupport", logging],
      swiftSettings: settings),
    .testTarget(
      name: "LambdaRuntimeTests",
      dependencies: ["LambdaRuntime", "LocalLambda", "JSON", "TestFunction", "TestSupport", logging],
      swiftSettings: settings),
    .testTarget(
      name: "LambdaEventsTests", dependencies: ["LambdaEvents", "LambdaRuntime", "JSON", "TestSupport", logging],
      swiftSettings: settings),
    .testTarget(
      name: "LambdaHTTPTests",
      dependencies: ["LambdaHTTP", "LambdaEvents", "LambdaRuntime", "JSON", "TestSupport", logging],
      swiftSettings: settings),
    .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "LambdaMetricsTests",
      dependencies: [
        "LambdaMetrics", "LambdaRuntime", "Postgres", "TestSupport", logging,
        .product(name: "MetricsTestKit", package: "swift-metrics", condition: metrics),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "LambdaTracingTests",
      dependencies: [
        "LambdaTracing", "LambdaRuntime", "Postgres", "TestSupport", logging,
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing", condition: tracing),
      ],
      swiftSettings: settings),
    .testTarget(name: "RDSTests", dependencies: ["RDS", "Postgres", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "CruddurTests",
      dependencies: [
        "Cruddur", "LambdaEvents", "LambdaHTTP", "LambdaRuntime", "Postgres", "JSON", "TestSupport", logging,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BootstrapTests",
      dependencies: [
        "Bootstrap", "COpenSSL", "Cruddur", "CruddurCLI", "JSON", "LambdaEvents", "LambdaHTTP", "LambdaRuntime",
        "LocalLambda", "Postgres", "TestSupport", logging,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "LocalLambdaTests",
      dependencies: ["LocalLambda", "LambdaEvents", "JSON", "TestSupport", subprocess, systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "CruddurCLITests",
      dependencies: [
        "Bootstrap", "CruddurCLI", "LambdaEvents", "LocalLambda", "JSON", "Postgres", "TestSupport", subprocess,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
