// swift-tools-version: 6.2
import PackageDescription

/// What the function and its tests import.
let libraries = ["JSON", "LambdaEvents", "LambdaHTTP", "LambdaRuntime"].map { name in
  Target.Dependency.product(name: name, package: "PACKAGE_IDENTITY")
}

let package = Package(
  name: "FUNCTION_NAME",
  // Not `bootstrap`, as Lambda has it: that is a product of the package below, too. `deploy` renames it.
  products: [.executable(name: "function", targets: ["FunctionModule"])],
  dependencies: [
    packageDependency
  ],
  targets: [
    .executableTarget(
      name: "FunctionModule", dependencies: libraries,
      // A handler's async functions stay on its worker's thread.
      swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    .testTarget(name: "FunctionModuleTests", dependencies: ["FunctionModule"] + libraries),
  ]
)
