import ArgumentParser
import LocalLambda

/// `cruddur serve`: a real `bootstrap` behind API Gateway, Cognito and Lambda's Invoke API of a laptop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves the function over HTTP, with a page to try it on.",
    discussion: """
      Listens on 127.0.0.1, and starts the function's bootstrap, which has to ask for an event; another one while it is \
      busy, up to four. One that ended, or was ended at the timeout, is replaced. At / there is a page to try the \
      function on.

      /api/… is API Gateway: a request becomes an event of the payload format 2.0. A token in its Authorization header \
      has to be one of this server's own; the function gets its claims.

      /cognito/users is Cognito: a POST of {"name", "preferred_username", "email"} signs somebody up, and the function \
      gets the post-confirmation event; a GET lists who has signed up; a POST to /cognito/users/{sub}/token gives a \
      token for an hour, one to /cognito/users/{sub}/sign-in does so, too, and one to \
      /cognito/users/{sub}/confirm-forgot-password gives a new password, and of these two the function gets an event; \
      a DELETE of /cognito/users/{sub} deletes the account, as an administrator may. Users and tokens \
      end with the server.

      /2015-03-31/… is Lambda: aws lambda invoke --endpoint-url http://127.0.0.1:3000 --function-name cruddur out.json; \
      its ARN, with any region and account, and the alias live do as well. An event that nobody waits for and that the \
      function fails comes again twice, a second and then two later, where Lambda waits one minute and two.

      With --max-concurrency it plays Lambda Managed Instances: one bootstrap with that many invocations at once, JSON \
      logs, and 429 for whoever comes when all are busy; one that takes longer than the timeout is answered as timed \
      out, and the bootstrap goes on.

      Requests with a foreign Host or Origin are refused, so that no other web site gets at the function. Where the port \
      is forwarded (Codespaces, Gitpod), --allow-host says under which host; whoever may open that may use the function.

      The first line on standard output is the URL, once it listens; then there is a line for each request: method, \
      path, status, milliseconds. Function errors and the function's logs go to standard error.

      \(EnvironmentOptions.discussion(
        " ALLOW_ANONYMOUS_AUTHOR=1, AWS_LAMBDA_LOG_LEVEL=DEBUG, by which its log has how long the database took,"))

      The exit status is 0 after Ctrl-C, SIGTERM or SIGHUP, which end the bootstraps as well; 1 if the bootstrap does \
      not come up, as without a CONNECTION_URL; 2 if an option, the bootstrap or the port is not usable, in which case \
      nothing was started.
      """)

  @Option(help: ArgumentHelp("The port of 127.0.0.1; 0 is any that is free.", valueName: "number"))
  var port: UInt16 = 3000

  @Option(
    help: ArgumentHelp(
      "The function's executable. (default: that of the package in this folder, or bootstrap beside cruddur)",
      valueName: "path"),
    completion: .file())
  var bootstrap: String?

  @Option(help: ArgumentHelp("How long an invocation may take, at most 900.", valueName: "seconds"))
  var timeout = 10.0

  @Option(
    help: ArgumentHelp(
      "Plays Managed Instances: one bootstrap, which is given so many invocations at once, at most 64.",
      valueName: "n"))
  var maxConcurrency: Int?

  @Option(
    help: ArgumentHelp(
      "How often Cognito invokes the function that does not answer within 5 s, at most 10.", valueName: "n"))
  var attempts = 3

  @Option(
    help: ArgumentHelp("A host under which the port is forwarded; may be given again.", valueName: "host[:port]"))
  var allowHost: [ForwardedHost] = []

  @OptionGroup var environment: EnvironmentOptions

  func validate() throws {
    try Timeout.validate(timeout)
    guard (1...10).contains(attempts) else {
      throw ValidationError("--attempts is \(attempts), but must be at least 1 and at most 10.")
    }
    if let maxConcurrency, !(1...64).contains(maxConcurrency) {
      throw ValidationError("--max-concurrency is \(maxConcurrency), but must be at least 1 and at most 64.")
    }
  }

  func run() async throws {
    var options = LocalServer.Options()
    options.port = Int(port)
    options.allowedHosts = Set(allowHost.map(\.authority))
    options.triggerAttempts = attempts
    let session = ServeSession(
      options: options, executable: try bootstrap.map(Executable.init) ?? Executable.byDefault(),
      timeout: .seconds(timeout), maximumConcurrency: maxConcurrency,
      variables: ["ALLOW_ANONYMOUS_AUTHOR": "1", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"]
        .merging(try environment.variables()) { $1 })
    throw ExitCode(try await session.run())
  }
}
