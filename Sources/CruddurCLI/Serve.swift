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

      /api/… is API Gateway: a request becomes an event of the payload format 2.0, its path decoded as there. It has \
      30 s (503); its event has at most 6,291,556 bytes, which is a body of 6 MB, or of 4.5 MB that is not text (413); \
      a function that fails is a 500. A token in its Authorization header has to be one of this server's own (401); the \
      function gets its claims as a JWT authorizer's. A stream that is an HTTP response, with its prelude, is sent as it \
      comes, as a function URL does it; any other is buffered.

      /cognito/… is Cognito, of which each step is a POST with a JSON body, or none; {user} is a sub, a user name or an \
      alias:

        users                 {"name", "preferred_username", "email"}
        users/{user}/confirm  {"code"}; without one, as an administrator
        users/{user}/resend-code
        users/{user}/forgot-password
        users/{user}/confirm-forgot-password
                              {"code", "password"}; without a code, in one step
        users/{user}/sign-in  {"password"}, if the account has one, and
                              "new_password" after an administrator's
        users/{user}/token    tokens for an hour, without a sign-in
        admin-create-user     as users, with "temporary_password"
        federated-sign-in     {"provider": "Google", "user_id", "name", "email",
                              "email_verified": true}

      A POST of users signs up and confirms; with "confirm": false it waits for a code, which is in the answer, because \
      there is no mail. It takes "password" and "attributes", too. A GET lists the accounts, and a DELETE of \
      users/{user} deletes one, with a token as the user. The \
      function gets the event of each trigger that the pool has: --trigger. aws cognito-idp sign-up --endpoint-url \
      http://127.0.0.1:3000 --client-id local, and the like with --user-pool-id us-east-1_local, reach the same accounts.

      /2015-03-31/functions/cruddur/invocations is Lambda's Invoke, for aws lambda invoke \
      --endpoint-url http://127.0.0.1:3000 --function-name cruddur out.json, and SDKs, which want credentials and a \
      region, but any will do: RequestResponse, Event (1 MB at most) and DryRun, by name or ARN, of any account and \
      region, with live or $LATEST as the qualifier, a client context (3,583 bytes), a tenant, and the last 4 KB of the \
      log. An event that nobody waits for and that the function fails comes again twice, a second and then two later, \
      where Lambda waits one minute and two. /2021-11-15/functions/cruddur/response-streaming-invocations is \
      InvokeWithResponseStream: an event for each chunk as it comes, and then how it ended.

      With --max-concurrency it plays Lambda Managed Instances: one bootstrap with that many invocations at once, JSON \
      logs, and 429 for whoever comes when all are busy; one that takes longer than the timeout is answered as timed \
      out, and the bootstrap goes on.

      With --watch a new bootstrap takes over as soon as it is there and has come up; what the one before it is at comes \
      to its end. --build makes it: from the path, such as .build/debug/bootstrap, it knows the package, runs swift build, \
      and does so again when a file in Sources or Package.swift has changed.

      With --attach no bootstrap is started. What it prints first has the variables with which you start one, in a shell \
      and a debugger of your choice, or in Visual Studio Code. Cognito and API Gateway then wait as long as the timeout. \
      When you end the program, start it again: events that have come meanwhile wait for it.

      /console/… is what the page's right half shows: the last invocations, whoever asked for them, and switches.

      A bootstrap is ended as Lambda does it: with SIGKILL, and only one that has registered an extension gets SIGTERM \
      500 ms before, or 600 ms with --max-concurrency. --env AWS_LAMBDA_INITIALIZATION_TYPE=snap-start is SnapStart: a \
      bootstrap that asks for it waits in /restore/next until its first event.

      Where the function fails a trigger, whoever called Cognito is told what Cognito would tell them, and whoever \
      confirmed stays confirmed.

      Requests with a foreign Host or Origin are refused, so that no other web site gets at the function. Where the port \
      is forwarded (Codespaces, Gitpod), --allow-host says under which host; whoever may open that may use the function.

      The first line on standard output is the URL, once it listens; then there is a line for each request: method, \
      path, status, milliseconds. Function errors and the function's logs go to standard error.

      \(EnvironmentOptions.discussion(
        " ALLOW_ANONYMOUS_AUTHOR=1, AWS_LAMBDA_LOG_LEVEL=DEBUG, by which its log has how long the database took,"))

      The exit status is 0 after Ctrl-C, SIGTERM or SIGHUP, which end the bootstraps as well; 1 if the bootstrap does \
      not come up, as without a CONNECTION_URL; 2 if an option, the bootstrap, the port or the state file is not \
      usable, in which case nothing was started.
      """)

  @Option(help: ArgumentHelp("The port of 127.0.0.1; 0 is any that is free.", valueName: "number"))
  var port: UInt16 = 3000

  @Option(
    help: ArgumentHelp(
      "The function's executable. (default: that of the package in this folder, or bootstrap beside cruddur)",
      valueName: "path"),
    completion: .file())
  var bootstrap: String?

  @Option(
    help: ArgumentHelp(
      "How long an invocation may take, at most 900. (default: 10; with --attach 900)", valueName: "seconds"))
  var timeout: Double?

  @Flag(help: "Takes a new bootstrap as soon as it is built. Accounts and tokens stay, and so do events that it is at.")
  var watch = false

  @Flag(help: "Builds the bootstrap, at the start and whenever its package's sources change; with --watch.")
  var build = false

  @Flag(help: "Starts no bootstrap, but waits for one that you start, as in a debugger, and says how.")
  var attach = false

  @Option(
    help: ArgumentHelp(
      "The port on which a bootstrap of --attach finds events; 0 is any that is free.", valueName: "number"))
  var attachPort: UInt16 = 9001

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
    help: ArgumentHelp(
      "A trigger of the pool, of \(PoolTrigger.names); may be given again. (default: PostConfirmation and PostAuthentication)",
      valueName: "name"), transform: PoolTrigger.init(argument:))
  var trigger: [PoolTrigger] = []

  @Option(
    help: ArgumentHelp("Keeps accounts, codes and the tokens' key in a file, for the next server.", valueName: "file"))
  var state: String?

  @Option(
    help: ArgumentHelp("A host under which the port is forwarded; may be given again.", valueName: "host[:port]"))
  var allowHost: [ForwardedHost] = []

  @Option(
    help: ArgumentHelp(
      "A program that switches the database, for the page's console: it is run with stop, start, freeze SECONDS or "
        + "status, and prints running, stopped or frozen. deploy/run gives its own.",
      valueName: "path"))
  var databaseControl: String?

  @OptionGroup var environment: EnvironmentOptions

  func validate() throws {
    if let timeout { try Timeout.validate(timeout) }
    guard !build || watch else { throw ValidationError("--build needs --watch.") }
    guard !attach || !watch else { throw ValidationError("--attach and --watch exclude each other.") }
    guard (1...10).contains(attempts) else {
      throw ValidationError("--attempts is \(attempts), but must be at least 1 and at most 10.")
    }
    try PoolTrigger.validate(trigger)
    if let maxConcurrency, !(1...64).contains(maxConcurrency) {
      throw ValidationError("--max-concurrency is \(maxConcurrency), but must be at least 1 and at most 64.")
    }
  }

  func run() async throws {
    var options = LocalServer.Options()
    options.port = Int(port)
    options.allowedHosts = Set(allowHost.map(\.authority))
    options.triggerAttempts = attempts
    if !trigger.isEmpty { options.triggers = Set(trigger) }
    options.stateFile = try state.map { path throws(StateFileError) in try StateFile(path: path) }
    let timeout = Duration.seconds(timeout ?? (attach ? 900 : 10))
    // Whoever is at a breakpoint would lose the event after five seconds.
    if attach { options.patience = timeout }
    var variables = ["ALLOW_ANONYMOUS_AUTHOR": "1", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"]
    if attach { variables["LAMBDA_DEBUGGER"] = "1" }
    variables.merge(try environment.variables()) { $1 }
    let builder = build ? try Builder(bootstrap: bootstrap ?? Executable.defaultPath()) : nil
    if let builder {
      Console.log("building \(builder.product) in \(builder.package)")
      switch await builder.buildUntilSignal() {
      case .built: break
      case .failed(let words): throw InputError("The bootstrap cannot be built.\n\(words)")
      case .cancelled: return
      }
    }
    let session = ServeSession(
      options: options,
      database: try databaseControl.map { try Executable(path: $0, role: "database control") },
      executable: try bootstrap.map { try Executable(path: $0) } ?? Executable.byDefault(),
      mode: attach ? .attached(port: Int(attachPort)) : watch ? .watched(builder) : .plain, timeout: timeout,
      maximumConcurrency: maxConcurrency, variables: variables)
    throw ExitCode(try await session.run())
  }
}
