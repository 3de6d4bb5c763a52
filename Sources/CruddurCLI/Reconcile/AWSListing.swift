import JSON

/// Users whom `aws cognito-idp list-users` lists, some thousands each time that it is run, so that a run which was
/// interrupted need not begin anew. The person's own aws, with their configuration and credentials.
struct AWSListing: UserListing {
  /// As much as 60,000 users of 4 kB each.
  private static let maximumBytes = 1 << 28

  let userPoolID: String
  /// Options that are handed on.
  let options: [String]
  let usersPerCall: Int

  /// Until all that aws has listed at once is handed out, it begins with that again. Tokens that come from Cognito are good
  /// for an hour.
  private(set) var token: String?
  /// Whom aws has listed, and nobody was told of.
  private var rest: ArraySlice<JSONDocument> = []
  /// What aws goes on with.
  private var nextToken: String?
  private var isAtEnd = false
  private let beganAtBeginning: Bool

  let isLive = true

  init(userPoolID: String, options: [String], usersPerCall: Int, startingToken: String?) {
    self.userPoolID = userPoolID
    self.options = options
    self.usersPerCall = usersPerCall
    token = startingToken
    nextToken = startingToken
    beganAtBeginning = startingToken == nil
  }

  var isWhole: Bool { isAtEnd && beganAtBeginning }

  mutating func next() async throws -> [JSONDocument]? {
    if rest.isEmpty {
      guard !isAtEnd else { return nil }
      let page = try await nextPage()
      rest = page.users[...]
      nextToken = page.nextToken
      isAtEnd = page.nextToken == nil
    }
    let users = rest.prefix(Self.batchSize)
    rest = rest.dropFirst(Self.batchSize)
    if rest.isEmpty { token = nextToken }
    return Array(users)
  }

  private func nextPage() async throws -> ListedPage {
    let output = try await list()
    let page: ListedPage
    do throws(JSONError) {
      page = try ListedPage(output)
    } catch {
      throw InputError("aws cognito-idp list-users has printed no list of users: \(error).")
    }
    guard page.hasList else { throw InputError("aws cognito-idp list-users has printed no array Users.") }
    guard page.nextToken == nil || page.nextToken != nextToken else {
      throw InputError("aws cognito-idp list-users does not get on: it gives the token that it was given.")
    }
    return page
  }

  /// What aws prints.
  private func list() async throws -> [UInt8] {
    var arguments = ["cognito-idp", "list-users", "--user-pool-id", userPoolID] + options
    // Cognito lists 60 at most at a time.
    arguments += ["--page-size", "\(min(60, usersPerCall))", "--max-items", "\(usersPerCall)", "--output", "json"]
    if let nextToken { arguments += ["--starting-token", nextToken] }
    return try await AWSCommandLine.run(arguments, maximumBytes: Self.maximumBytes)
  }
}

/// What aws prints each time that it is run.
private struct ListedPage {
  private(set) var users: [JSONDocument] = []
  private(set) var nextToken: String?
  private(set) var hasList = false

  init(_ bytes: [UInt8]) throws(JSONError) {
    var splitter = JSONSplitter(member: "Users")
    splitter.append(bytes)
    while let piece = try splitter.next() {
      switch piece {
      case .element(let user): users.append(user)
      case .member(let key, let value): if value.isNextPageToken(key) { nextToken = try value.root.string() }
      case .end(let hadArray): hasList = hadArray
      }
    }
    try splitter.finish()
  }
}
