import Foundation
import JSON

/// A call of Lambda's `Invoke`, whose parameters are all good.
struct InvokeCall: Equatable {
  enum InvocationType: String {
    case requestResponse = "RequestResponse"
    case event = "Event"
    case dryRun = "DryRun"
  }

  let type: InvocationType
  /// The alias, or `$LATEST`; nil where the call names none.
  let qualifier: String?
  let payload: [UInt8]
  /// JSON; nil where there is none.
  let clientContext: String?
  /// Nil where there is none.
  let tenantID: String?
  /// Whether the end of the log is wanted with the response.
  let wantsLog: Bool

  /// What the function is asked for.
  var request: InvocationRequest {
    var request = InvocationRequest(payload: payload)
    request.qualifier = qualifier
    // It does not come with an event that nobody waits for.
    if type == .requestResponse { request.clientContext = clientContext }
    request.tenantID = tenantID
    return request
  }

  /// Reads a call; `reference` is what stands for the function in the path, `name` that of the one that is there, with
  /// its aliases.
  init(_ call: HTTPCall, reference: Substring, name: String, aliases: Set<String>) throws(InvokeError) {
    qualifier = try Self.qualifier(
      of: reference.percentDecoded(), query: Self.qualifier(in: call.query), name: name, aliases: aliases)
    let type = call.header("x-amz-invocation-type") ?? InvocationType.requestResponse.rawValue
    guard let known = InvocationType(rawValue: type) else { throw .unknownInvocationType(type) }
    self.type = known
    let logType = call.header("x-amz-log-type") ?? "None"
    guard ["None", "Tail"].contains(logType) else { throw .unknownLogType(logType) }
    wantsLog = logType == "Tail"
    guard call.body.count <= Function.maximumPayloadBytes else { throw .payloadTooLarge }
    guard known != .event || call.body.count <= Function.maximumAsynchronousPayloadBytes else {
      throw .eventTooLarge(bytes: call.body.count)
    }
    payload = call.body.isEmpty ? Array("{}".utf8) : call.body
    do {
      // However deep it is: that is for the function to judge.
      _ = try JSONDocument(payload, maximumDepth: .max)
    } catch {
      throw .payloadNotJSON(error)
    }
    clientContext = try Self.clientContext(call.header("x-amz-client-context"))
    tenantID = call.header("x-amz-tenant-id")
    guard tenantID.map(Self.isTenantID) ?? true else { throw .badTenantID }
  }

  /// The qualifier of a reference or of the query, which must not differ.
  private static func qualifier(
    of text: String, query: String?, name: String, aliases: Set<String>
  ) throws(InvokeError) -> String? {
    guard let reference = FunctionReference(text) else { throw .notFound(arn: text) }
    if let own = reference.qualifier, let query, own != query { throw .qualifiersDiffer }
    let qualifier = reference.qualifier ?? query
    guard reference.name == name, qualifier.map({ $0 == latest || aliases.contains($0) }) ?? true else {
      throw .notFound(arn: FunctionReference.arn(name: reference.name, qualifier: qualifier))
    }
    return qualifier
  }

  /// The one version that there is.
  static let latest = "$LATEST"

  private static func qualifier(in query: String) -> String? {
    let prefix = "Qualifier="
    return query.split(separator: "&").first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
      .percentDecoded(isQuery: true)
  }

  private static func clientContext(_ header: String?) throws(InvokeError) -> String? {
    guard let header, !header.isEmpty else { return nil }
    let count = header.utf8.count
    guard count <= maximumClientContextBytes else { throw .clientContextTooLarge(bytes: count) }
    guard let bytes = Data(base64Encoded: header), (try? JSONDocument(Array(bytes)))?.root.kind == .object else {
      throw .badClientContext
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The most of a client context, as it is sent.
  static let maximumClientContextBytes = 3583

  /// The most characters of a tenant's id.
  static let maximumTenantIDLength = 256

  private static func isTenantID(_ text: String) -> Bool {
    (1...maximumTenantIDLength).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._:/=+-@ ".utf8.contains(byte)
        }
      }
  }
}

/// What names a function: its name alone, its ARN, or the ARN's last parts, each with or without a qualifier.
///
/// See `FunctionName` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>. A laptop has one function of a
/// name: it answers to its ARN in any partition, region and account, so that what calls a function of a stack can call it.
struct FunctionReference: Equatable {
  let name: String
  /// A version or an alias; nil where none is given.
  let qualifier: String?

  /// Reads a reference; nil if it is none.
  init?(_ text: String) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    if parts.count >= 7, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "lambda", !parts[3].isEmpty,
      Self.isAccount(parts[4]), parts[5] == "function"
    {
      parts.removeFirst(6)
    } else if parts.count >= 3, Self.isAccount(parts[0]), parts[1] == "function" {
      parts.removeFirst(2)
    }
    guard (1...2).contains(parts.count), !parts.contains("") else { return nil }
    name = parts[0]
    qualifier = parts.count == 2 ? parts[1] : nil
  }

  private static func isAccount(_ text: String) -> Bool {
    text.utf8.count == 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The ARN of a function here.
  static func arn(name: String, qualifier: String? = nil) -> String {
    "arn:aws:lambda:us-east-1:123456789012:function:\(name)" + (qualifier.map { ":\($0)" } ?? "")
  }
}
