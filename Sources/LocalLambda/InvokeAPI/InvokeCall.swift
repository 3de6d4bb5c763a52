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
  let payload: [UInt8]
  /// JSON; nil where there is none.
  let clientContext: String?

  /// Reads a call; `reference` is what stands for the function in the path, `name` that of the one that is there.
  init(_ call: HTTPCall, reference: Substring, name: String) throws(InvokeError) {
    try Self.check(reference.percentDecoded(), qualifier: Self.qualifier(in: call.query), name: name)
    let type = call.header("x-amz-invocation-type") ?? InvocationType.requestResponse.rawValue
    guard let known = InvocationType(rawValue: type) else { throw .unknownInvocationType(type) }
    self.type = known
    guard call.body.count <= Function.maximumPayloadBytes else { throw .payloadTooLarge }
    payload = call.body.isEmpty ? Array("{}".utf8) : call.body
    do {
      // However deep it is: that is for the function to judge.
      _ = try JSONDocument(payload, maximumDepth: .max)
    } catch {
      throw .payloadNotJSON(error)
    }
    clientContext = try Self.clientContext(call.header("x-amz-client-context"))
  }

  private static func check(_ text: String, qualifier: String?, name: String) throws(InvokeError) {
    guard let reference = FunctionReference(text) else { throw .notFound(arn: text) }
    let qualifier = reference.qualifier ?? qualifier
    guard reference.name == name, (qualifier ?? latest) == latest else {
      let suffix = qualifier.map { ":\($0)" } ?? ""
      throw .notFound(arn: FunctionReference.arn(name: reference.name) + suffix)
    }
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
    guard let bytes = Data(base64Encoded: header), (try? JSONDocument(Array(bytes)))?.root.kind == .object else {
      throw .badClientContext
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
