// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "FUNCTION_NAME",
  // Not `bootstrap`, as Lambda has it: that is a product of the package below, too. `deploy` renames it.
  products: [.executable(name: "function", targets: ["FunctionModule"])],
  dependencies: [
    packageDependency
  ],
  targets: [
    .executableTarget(
      name: "FunctionModule",
      dependencies: [
        .product(name: "JSON", package: "PACKAGE_IDENTITY"),
        .product(name: "LambdaEvents", package: "PACKAGE_IDENTITY"),
        .product(name: "LambdaHTTP", package: "PACKAGE_IDENTITY"),
        .product(name: "LambdaRuntime", package: "PACKAGE_IDENTITY"),
      ],
      // A handler's async functions stay on its worker's thread.
      swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    .testTarget(name: "FunctionModuleTests", dependencies: ["FunctionModule"]),
  ]
)
