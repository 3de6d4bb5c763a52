// swift-tools-version: 6.2
import PackageDescription

// Functions of somebody who depends on this repository for its libraries alone. They would write
//   .package(url: "https://…/cruddur", from: "…", traits: [])
// and all else as it is here.
let package = Package(
  name: "functions",
  dependencies: [.package(name: "cruddur", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "functions",
      dependencies: [
        .product(name: "JSON", package: "cruddur"),
        .product(name: "JSONCodable", package: "cruddur"),
        .product(name: "LambdaEvents", package: "cruddur"),
        .product(name: "LambdaRuntime", package: "cruddur"),
      ],
      // A handler's async functions stay on its worker's thread.
      swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    .testTarget(name: "FunctionsTests", dependencies: ["functions", .product(name: "Postgres", package: "cruddur")]),
  ]
)
