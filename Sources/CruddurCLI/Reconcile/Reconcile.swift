import ArgumentParser
import Cruddur
import LambdaRuntime
import Postgres

/// `cruddur reconcile`: who of a user pool has no row, and a row for them.
struct Reconcile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds the users of a Cognito user pool who have no row, and adds them.",
    discussion: """
      Reads users as `aws cognito-idp list-users` prints them, from files or standard input, or has aws list them \
      (--user-pool-id), and compares them with the table users of the database of CONNECTION_URL and PG*, as bootstrap \
      takes them. Nothing is changed without --apply, which adds whoever is missing as their confirmation would have.

      A row is for accounts that are enabled and CONFIRMED, EXTERNAL_PROVIDER, RESET_REQUIRED or FORCE_CHANGE_PASSWORD. \
      Others, such as UNCONFIRMED, are skipped. If all users were read, those in the table who are in the pool no more \
      are listed, too; their rows stay.

      Standard output has a line for each user who is missing, added, failed or gone: what it is, sub, status, and when \
      the account was made. The summary goes to standard error, or with --format json to standard output as well.

      The exit status is 0 if nobody is missing or all were added; 1 if somebody is missing; 2 if an option, a \
      file, aws or the database failed; 128 and the signal's number if a signal ended it. Whatever ends it, it may be \
      run again: who has a row by then is passed over.
      """)

  @Argument(
    help: ArgumentHelp("What aws has printed, any number of pages; - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(help: ArgumentHelp("The pool to have listed by `aws cognito-idp list-users`.", valueName: "id"))
  var userPoolID: String?

  @OptionGroup var aws: AWSOptions

  @Option(help: ArgumentHelp("Where to go on, as an interrupted run said.", valueName: "token"))
  var startingToken: String?

  @Option(help: ArgumentHelp("How many users aws lists each time that it is run.", valueName: "n"))
  var usersPerCall = 3000

  @Flag(help: "Adds who is missing.")
  var apply = false

  @Option(help: "text or json: a line for each user, and in json for the summary.")
  var format = ReconcileFormat.text

  @Flag(help: "Shows handles, names and e-mail addresses as well.")
  var names = false

  @Option(help: ArgumentHelp("How long a database that is away is waited for, at most 3600.", valueName: "seconds"))
  var retryTime = 30.0

  func validate() throws {
    guard files.isEmpty != (userPoolID == nil) else {
      throw ValidationError("What to read has to be files, or - for standard input, or --user-pool-id.")
    }
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("Standard input can be read only once.")
    }
    if userPoolID == nil,
      let (option, _) = (aws.all + [("--starting-token", startingToken)]).first(where: { $0.1 != nil })
    {
      throw ValidationError("\(option) needs --user-pool-id.")
    }
    guard (1...60_000).contains(usersPerCall) else {
      throw ValidationError("--users-per-call is \(usersPerCall), but must be 1 to 60000.")
    }
    guard retryTime >= 0, retryTime <= 3600 else {
      throw ValidationError("--retry-time is \(retryTime), but must be 0 to 3600 seconds.")
    }
  }

  func run() async throws {
    let database = try Configuration(.process).database
    let retryTime = Duration.seconds(retryTime)
    let session = ReconcileSession(
      users: Users(Pool(database, limit: 1, retryTime: retryTime)), retryTime: retryTime, applies: apply,
      output: ReconcileOutput(format: format, showsNames: names))
    throw ExitCode(await session.run(try listing()))
  }

  private func listing() throws(InputError) -> any UserListing {
    guard let userPoolID else { return try FileListing(paths: files) }
    return AWSListing(
      userPoolID: userPoolID, options: aws.arguments, usersPerCall: usersPerCall, startingToken: startingToken)
  }
}
