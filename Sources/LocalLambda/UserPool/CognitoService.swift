import Foundation
import JSON

/// The user pool as Cognito's own API, for `aws cognito-idp --endpoint-url` and SDKs: requests of AWS JSON 1.1 at `/`.
///
/// Signatures are not checked, and of sign-ins there are those by password and by refresh token. A `Username` with an @ is
/// the account's `email`, and any other its `preferred_username`, which are what one signs in by here. See
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>.
struct CognitoService {
  private enum Operation: String {
    case signUp = "SignUp"
    case confirmSignUp = "ConfirmSignUp"
    case resendConfirmationCode = "ResendConfirmationCode"
    case initiateAuth = "InitiateAuth"
    case respondToAuthChallenge = "RespondToAuthChallenge"
    case forgotPassword = "ForgotPassword"
    case confirmForgotPassword = "ConfirmForgotPassword"
    case getUser = "GetUser"
    case deleteUser = "DeleteUser"
    case adminCreateUser = "AdminCreateUser"
    case adminConfirmSignUp = "AdminConfirmSignUp"
    case adminGetUser = "AdminGetUser"
    case adminDeleteUser = "AdminDeleteUser"
    case listUsers = "ListUsers"
  }

  /// The most users of one page.
  private static let pageLimit = 60

  let cognito: Cognito

  /// The operation that a request asks for; nil where it is no request to Cognito.
  static func target(of call: HTTPCall) -> Substring? {
    let prefix = "AWSCognitoIdentityProviderService."
    guard call.method == "POST", call.path == "/", let target = call.header("x-amz-target"), target.hasPrefix(prefix)
    else { return nil }
    return target.dropFirst(prefix.count)
  }

  func respond(to call: HTTPCall, _ target: Substring) async -> HTTPResponse {
    var response: HTTPResponse
    do throws(PoolError) {
      guard let operation = Operation(rawValue: String(target)) else {
        throw .unknownOperation("\(target) is not played here.")
      }
      response = .json(try await respond(to: operation, ServiceRequest(json: call.body)))
    } catch {
      let failure = error
      response = .json(
        JSONWriter.object {
          $0.add("__type", failure.type)
          $0.add("message", failure.message)
        }, status: failure.status == 500 ? 500 : 400)
    }
    response.headers["content-type"] = "application/x-amz-json-1.1"
    return response
  }

  private func respond(
    to operation: Operation, _ request: ServiceRequest
  ) async throws(PoolError) -> [UInt8] {
    let cognito = cognito
    let metadata = try request.body.metadata("ClientMetadata")
    switch operation {
    case .signUp:
      try request.checkClient()
      var account = try request.account(mayVerify: false)
      account.password = try PasswordHash(request.body.requiredText("Password"))
      let step = try await toTheEnd { [account] in await cognito.signUp(account, confirms: false) }
      return JSONWriter.object {
        $0.add("UserConfirmed", step.user?.status == .confirmed)
        add(step.delivery, to: &$0)
        $0.add("UserSub", step.user?.sub)
      }
    case .confirmSignUp:
      let (user, code) = (try request.user(), try request.body.requiredText("ConfirmationCode"))
      _ = try await toTheEnd { await cognito.confirmSignUp(user, code: code, clientMetadata: metadata) }
    case .resendConfirmationCode:
      let user = try request.user()
      let step = try await toTheEnd { await cognito.resendCode(user, clientMetadata: metadata) }
      return JSONWriter.object { add(step.delivery, to: &$0) }
    case .forgotPassword:
      let user = try request.user()
      let step = try await toTheEnd { await cognito.forgotPassword(user, clientMetadata: metadata) }
      return JSONWriter.object { add(step.delivery, to: &$0) }
    case .confirmForgotPassword:
      let (user, code) = (try request.user(), try request.body.requiredText("ConfirmationCode"))
      let password = try PasswordHash(request.body.requiredText("Password"))
      _ = try await toTheEnd {
        await cognito.confirmForgotPassword(user, code: code, password: password, clientMetadata: metadata)
      }
    case .initiateAuth: return try await initiateAuth(request, metadata)
    case .respondToAuthChallenge: return try await respondToAuthChallenge(request, metadata)
    case .getUser:
      let user = try await owner(of: request)
      return JSONWriter.object {
        $0.add("Username", user.username)
        $0.array("UserAttributes") { user.writeAttributes(to: &$0) }
      }
    case .deleteUser: try await cognito.delete(try await owner(of: request).sub)
    case .adminCreateUser:
      try request.checkPool()
      let account = try request.account(mayVerify: true)
      // A password that is made up would be in a mail, and here nobody would ever see it.
      let password = try request.body.requiredText("TemporaryPassword")
      let isVerified = try request.attributes("UserAttributes")["email_verified"]?.lowercased() == "true"
      let sendsMessage = try request.sendsMessage()
      let step = try await toTheEnd {
        await cognito.adminCreateUser(
          account, temporaryPassword: password, isEmailVerified: isVerified, sendsMessage: sendsMessage)
      }
      return JSONWriter.object { object in
        if let user = step.user { object.object("User") { user.writeServiceUser(to: &$0, attributes: "Attributes") } }
      }
    case .adminConfirmSignUp:
      let user = try request.administeredUser()
      _ = try await toTheEnd { await cognito.confirmSignUp(user, code: nil, clientMetadata: metadata) }
    case .adminGetUser:
      let user = try await cognito.pool.user(request.administeredUser())
      return JSONWriter.object { user.writeServiceUser(to: &$0, attributes: "UserAttributes") }
    case .adminDeleteUser: try await cognito.delete(request.administeredUser())
    case .listUsers: return try list(await cognito.users, request)
    }
    return Array("{}".utf8)
  }

  // MARK: Signing in

  private func initiateAuth(_ request: ServiceRequest, _ metadata: JSONValue?) async throws(PoolError) -> [UInt8] {
    try request.checkClient()
    let cognito = cognito
    let parameters = try request.nested("AuthParameters")
    switch try request.body.requiredText("AuthFlow") {
    case "USER_PASSWORD_AUTH":
      let (user, password) = (try parameters.requiredText("USERNAME"), try parameters.requiredText("PASSWORD"))
      let step = try await toTheEnd {
        await cognito.signIn(user, password: password, clientMetadata: metadata)
      }
      return authentication(step, withRefreshToken: true)
    case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
      let token = try parameters.requiredText("REFRESH_TOKEN")
      guard let sub = cognito.tokens.sub(of: token, .refresh, at: Cognito.now) else {
        throw .notAuthorized("Invalid Refresh Token.")
      }
      return authentication(try await toTheEnd { await cognito.refresh(sub) }, withRefreshToken: false)
    case let flow: throw .invalidParameter("The AuthFlow \(flow) is not played here: USER_PASSWORD_AUTH is.")
    }
  }

  private func respondToAuthChallenge(
    _ request: ServiceRequest, _ metadata: JSONValue?
  ) async throws(PoolError) -> [UInt8] {
    try request.checkClient()
    let cognito = cognito
    guard try request.body.requiredText("ChallengeName") == "NEW_PASSWORD_REQUIRED" else {
      throw .invalidParameter("NEW_PASSWORD_REQUIRED is the one challenge here.")
    }
    let session = try request.body.requiredText("Session")
    guard let sub = cognito.tokens.sub(of: session, .session, at: Cognito.now) else {
      throw .notAuthorized("Invalid session for the user.")
    }
    let password = try PasswordHash(request.nested("ChallengeResponses").requiredText("NEW_PASSWORD"))
    let step = try await toTheEnd {
      await cognito.respondWithNewPassword(sub: sub, password, clientMetadata: metadata)
    }
    return authentication(step, withRefreshToken: true)
  }

  private func authentication(_ step: Cognito.Step, withRefreshToken: Bool) -> [UInt8] {
    JSONWriter.object {
      if step.isNewPasswordRequired, let user = step.user {
        $0.add("ChallengeName", "NEW_PASSWORD_REQUIRED")
        $0.add("Session", cognito.tokens.issue(.session, for: user, at: Cognito.now))
        $0.object("ChallengeParameters") {
          $0.add("USER_ID_FOR_SRP", user.username)
          $0.add("requiredAttributes", "[]")
        }
      }
      if let tokens = step.tokens {
        $0.object("AuthenticationResult") {
          $0.add("AccessToken", tokens.access)
          $0.add("ExpiresIn", Int(TokenIssuer.lifetime))
          $0.add("TokenType", "Bearer")
          if withRefreshToken { $0.add("RefreshToken", tokens.refresh) }
          $0.add("IdToken", tokens.id)
        }
      }
    }
  }

  /// Whose access token a request has.
  private func owner(of request: ServiceRequest) async throws(PoolError) -> PoolUser {
    let token = try request.body.requiredText("AccessToken")
    guard let sub = cognito.tokens.sub(of: token, .access, at: Cognito.now) else {
      throw .notAuthorized("Invalid Access Token")
    }
    return try await cognito.pool.user(sub)
  }

  // MARK: What they share

  /// A page of users. The token of the next one is the last user's id.
  private func list(_ users: [PoolUser], _ request: ServiceRequest) throws(PoolError) -> [UInt8] {
    try request.checkPool()
    guard request.body.value("Filter") == nil else { throw .invalidParameter("Filters are not played here.") }
    var rest = users[...]
    if let token = try request.body.text("PaginationToken") {
      guard let last = users.firstIndex(where: { $0.sub == token }) else {
        throw .invalidParameter("Invalid pagination token.")
      }
      rest = users[(last + 1)...]
    }
    let limit = (try? request.body.value("Limit")?.integer()) ?? Self.pageLimit
    let page = rest.prefix(min(max(limit, 1), Self.pageLimit))
    return JSONWriter.object {
      $0.array("Users") {
        for user in page { $0.object { user.writeServiceUser(to: &$0, attributes: "Attributes") } }
      }
      if page.count < rest.count, let last = page.last { $0.add("PaginationToken", last.sub) }
    }
  }

  private func add(_ delivery: Cognito.Delivery?, to object: inout JSONObjectWriter) {
    guard let delivery else { return }
    object.object("CodeDeliveryDetails") {
      $0.add("Destination", delivery.destination)
      $0.add("DeliveryMedium", "EMAIL")
      $0.add("AttributeName", "email")
    }
  }

  /// In a task of its own: a call of a trigger that has begun goes on when the client hangs up.
  private func toTheEnd(
    _ work: @escaping @Sendable () async -> Cognito.Step
  ) async throws(PoolError) -> Cognito.Step {
    let step = await Task { await work() }.value
    if let failure = step.failure { throw failure }
    return step
  }
}

/// The body of a request to Cognito's API.
private struct ServiceRequest {
  let body: PoolRequest

  init(json: [UInt8]) throws(PoolError) {
    body = try PoolRequest(json: json)
  }

  func checkClient() throws(PoolError) {
    let client = try body.requiredText("ClientId")
    guard client == UserPool.clientID else { throw .resourceNotFound("User pool client \(client) does not exist.") }
  }

  func checkPool() throws(PoolError) {
    let pool = try body.requiredText("UserPoolId")
    guard pool == UserPool.id else { throw .resourceNotFound("User pool \(pool) does not exist.") }
  }

  /// Whom a request to a client is about.
  func user() throws(PoolError) -> String {
    try checkClient()
    return try body.requiredText("Username")
  }

  /// Whom an administrator's request is about.
  func administeredUser() throws(PoolError) -> String {
    try checkPool()
    return try body.requiredText("Username")
  }

  /// Whether an administrator wants a new user to be told.
  func sendsMessage() throws(PoolError) -> Bool {
    switch try body.text("MessageAction") {
    case nil: return true
    case "SUPPRESS": return false
    case let action?: throw .invalidParameter("The MessageAction \(action) is not played here: SUPPRESS is.")
    }
  }

  func nested(_ name: String) throws(PoolError) -> PoolRequest {
    guard let value = body.value(name), value.kind == .object else {
      throw .invalidParameter("The member \(name) is not an object.")
    }
    return PoolRequest(root: value)
  }

  /// An account with the attributes that are asked for, and the one that it is signed in to by.
  func account(mayVerify: Bool) throws(PoolError) -> NewAccount {
    let username = try body.requiredText("Username")
    var attributes = try attributes("UserAttributes")
    for name in ["email_verified", "phone_number_verified"] {
      guard attributes.removeValue(forKey: name) == nil || mayVerify else {
        throw .notAuthorized("A client attempted to write unauthorized attribute")
      }
    }
    let alias = username.contains("@") ? "email" : "preferred_username"
    guard attributes[alias] == nil || attributes[alias] == username else {
      throw .invalidParameter("The Username is not the attribute \(alias).")
    }
    attributes[alias] = username
    try PoolRequest.check(attributes)
    var account = NewAccount(attributes: attributes)
    account.clientMetadata = try body.metadata("ClientMetadata")
    let validation = try self.attributes("ValidationData")
    if !validation.isEmpty {
      let object = JSONWriter.object {
        for (name, value) in validation.sorted(by: { $0.key < $1.key }) { $0.add(name, value) }
      }
      account.validationData = try? JSONDocument(object).root
    }
    if mayVerify { account.password = try PasswordHash(body.requiredText("TemporaryPassword")) }
    return account
  }

  /// A list of `{"Name": …, "Value": …}`; none where it is absent.
  func attributes(_ list: String) throws(PoolError) -> [String: String] {
    guard let value = body.value(list) else { return [:] }
    guard let elements = try? value.elements() else { throw .invalidParameter("The member \(list) is not a list.") }
    var attributes: [String: String] = [:]
    for element in elements {
      guard let name = try? element.member("Name").string() else {
        throw .invalidParameter("The member \(list) has an element without a Name.")
      }
      attributes[name] = try PoolRequest(root: element).text("Value")
    }
    return attributes
  }
}

extension PoolUser {
  /// A user as administrators see them.
  fileprivate func writeServiceUser(to object: inout JSONObjectWriter, attributes: String) {
    object.add("Username", username)
    object.array(attributes) { writeAttributes(to: &$0) }
    object.add("UserCreateDate", Int(created))
    object.add("UserLastModifiedDate", Int(modified))
    object.add("Enabled", true)
    object.add("UserStatus", status.rawValue)
  }

  fileprivate func writeAttributes(to list: inout JSONArrayWriter) {
    var all = [("sub", sub)] + orderedAttributes.map { ($0.name, $0.value) }
    if email != nil { all.append(("email_verified", String(isEmailVerified))) }
    if let identity { all.append(("identities", String(decoding: identity.json, as: UTF8.self))) }
    for (name, value) in all {
      list.object {
        $0.add("Name", name)
        $0.add("Value", value)
      }
    }
  }
}
