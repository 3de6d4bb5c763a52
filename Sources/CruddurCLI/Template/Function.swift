import LambdaRuntime

/// What Lambda starts, and `cruddur` as Lambda does.
@main
enum Function {
  static func main() {
    Lambda.run(usage: "try it with `cruddur invoke events/FUNCTION_EVENT.json`.") { _ in routes() }
  }
}
