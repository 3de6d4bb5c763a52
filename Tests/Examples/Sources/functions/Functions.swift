import LambdaRuntime

/// Eight functions in one program: `_HANDLER`, the handler in a function's configuration, says which of them it is.
@main
struct Functions {
  static let handlers: [String: any Handler] = [
    "echo": Echo(), "codable": bill, "stream": Streaming(), "background": Background(), "sleep": Sleep(),
    "crash": Crash(), "trigger": claims, "batch": batch,
  ]

  static func main() {
    Lambda.run(usage: "cruddur serve --bootstrap functions --env _HANDLER=echo") { setup in
      let name = setup.environment["_HANDLER"] ?? "none"
      guard let handler = handlers[name] else {
        throw ConfigurationError("_HANDLER has to be one of \(handlers.keys.sorted().joined(separator: ", ")).")
      }
      return handler
    }
  }
}
