import Foundation
import JSON
import LambdaEvents
import TestSupport
import Testing

@testable import CruddurCLI

/// `cruddur events`: its kinds are what LambdaEvents reads, and their samples the files of `events/`.
@Suite(.timeLimit(.minutes(1)))
struct EventKindTests {
  private func event(_ arguments: [String]) async throws -> JSONDocument {
    let outcome = try await CommandLineTool.run(["events"] + arguments)
    #expect(outcome.log == "")
    try #require(outcome.status == 0)
    return try JSONDocument(Array(outcome.output.utf8))
  }

  /// Reads an event as the kind that a function would take it for.
  private func read(_ document: JSONDocument) throws {
    if SQSEvent.matches(document.root) {
      #expect(try !SQSEvent(document).messages.isEmpty)
    } else if ScheduledEvent.matches(document.root) {
      _ = try ScheduledEvent(document)
    } else if HTTPRequest.matches(document.root) {
      _ = try HTTPRequest(document)
    } else if document.root["triggerSource"] != nil {
      try readTrigger(CognitoEvent(document))
    } else {
      #expect(document.root.bytes == Array("{}".utf8)[...], "a migration's event")
    }
  }

  private static let triggers: [any CognitoTrigger.Type] = [
    PreSignUp.self, PostConfirmation.self, PreAuthentication.self, PostAuthentication.self, DefineAuthChallenge.self,
    CreateAuthChallenge.self, VerifyAuthChallenge.self, TokenGeneration.self, UserMigration.self, CustomMessage.self,
    CustomEmailSender.self, CustomSMSSender.self, InboundFederation.self,
  ]

  private func readTrigger(_ event: CognitoEvent) throws {
    let trigger = try #require(Self.triggers.first { $0.covers(event.triggerSource) }, "\(event.triggerSource)")
    _ = try trigger.init(event)
  }

  @Test(arguments: EventSample.all.map(\.name)) func `A kind's sample is read by its type`(kind: String) async throws {
    try read(try await event([kind]))
  }

  /// The sources that Cognito's documentation has, each in the form of its trigger.
  @Test func `Every source of every trigger has a kind`() async throws {
    var sources: Set<String> = []
    for sample in EventSample.all {
      let own = sample.triggerSource ?? ""
      let trigger = own.prefix { $0 != "_" }
      #expect(sample.sources.isEmpty || sample.sources.contains(String(own.dropFirst(trigger.count + 1))))
      sources.formUnion(sample.sources.isEmpty ? [own] : sample.sources.map { "\(trigger)_\($0)" })
      for source in sample.sources {
        let event = try await event([sample.name, "--source", source])
        try read(event)
        #expect(try event.root["triggerSource"]?.string() == "\(trigger)_\(source)")
      }
    }
    let named: [TriggerSource] = [
      .preSignUp, .preSignUpAdminCreateUser, .preSignUpExternalProvider, .confirmSignUp, .confirmForgotPassword,
      .preAuthentication,
      .postAuthentication, .defineAuthChallenge, .createAuthChallenge, .verifyAuthChallenge, .tokenGenerationHostedAuth,
      .tokenGenerationAuthentication, .tokenGenerationNewPasswordChallenge, .tokenGenerationAuthenticateDevice,
      .tokenGenerationRefreshTokens, .tokenGenerationClientCredentials, .userMigrationAuthentication,
      .userMigrationForgotPassword, .customMessageSignUp, .customMessageAdminCreateUser, .customMessageResendCode,
      .customMessageForgotPassword, .customMessageUpdateUserAttribute, .customMessageVerifyUserAttribute,
      .customMessageAuthentication, .inboundFederation,
    ]
    #expect(sources.isSuperset(of: named.map(\.rawValue)))
    let senders = [
      "SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute",
      "AdminCreateUser", "Authentication",
    ].flatMap { ["CustomEmailSender_\($0)", "CustomSMSSender_\($0)"] }
    #expect(sources == Set(named.map(\.rawValue) + senders + [""]))
  }

  @Test func `The list has a line for each kind`() async throws {
    let outcome = try await CommandLineTool.run(["events"])
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first?.split(separator: "  ", omittingEmptySubsequences: true).count == 3)
    for (line, sample) in zip(lines.dropFirst(), EventSample.all) {
      #expect(line.hasPrefix("\(sample.name) ") && line.contains("  \(sample.summary)  "), "\(line)")
      #expect(line.hasSuffix("  \(sample.occasion)"))
    }
    #expect(Set(EventSample.all.map(\.name)).count == EventSample.all.count)
    #expect(outcome.status == 0 && outcome.log == "")
  }

  /// All but what is new each time is what stands in the file.
  @Test(arguments: EventSample.all.map(\.name)) func `A sample is the file of events, but for ids and times`(
    kind: String
  )
    async throws
  {
    let (first, second) = (try await event([kind]), try await event([kind]))
    let sample = try #require(EventSample.all.first { $0.name == kind })
    let isInEvents = try FileManager.default.contentsOfDirectory(atPath: Repository.file("events").path)
      .contains { try [UInt8](Data(contentsOf: Repository.file("events/\($0)"))) == sample.json }
    #expect(isInEvents != ["migration", "sqs", "schedule"].contains(kind))
    let now = Date().timeIntervalSince1970
    var paths: Set<String> = []
    try compare(first.root, second.root, JSONDocument(sample.json).root) { path, value, other, old in
      paths.insert(path)
      #expect(value != old)
      if path.hasSuffix("timeEpoch") || path.hasSuffix("Timestamp") {
        let time = try #require(Double(value.filter(\.isNumber)))
        #expect(abs(time / 1000 - now) < 60)
      } else if !path.lowercased().hasSuffix("time") {
        #expect(value != other, "\(path)")
      }
    }
    let expected: Set<String> =
      if sample.isRequest {
        ["$.requestContext.requestId", "$.requestContext.time", "$.requestContext.timeEpoch"]
      } else if kind == "sqs" {
        [
          "$.Records[0].messageId", "$.Records[0].receiptHandle", "$.Records[0].attributes.SentTimestamp",
          "$.Records[0].attributes.ApproximateFirstReceiveTimestamp",
        ]
      } else if kind == "schedule" {
        ["$.id", "$.time"]
      } else if kind == "federated" {
        ["$.userName", "$.request.userAttributes.sub", "$.request.userAttributes.identities"]
      } else if kind == "inbound-federation" {
        ["$.userName", "$.request.attributes.idToken.sub", "$.request.attributes.userInfo.sub"]
      } else if kind == "migration" || kind == "client-credentials" || kind.hasPrefix("user-migration") {
        []
      } else {
        Set(["$.userName"] + (sample.hasSub ? ["$.request.userAttributes.sub"] : []))
      }
    #expect(paths == expected)
    if let sub = try first.root["request"]?["userAttributes"]?["sub"]?.string() {
      #expect(UUID(uuidString: sub) != nil && sub == sub.lowercased())
      #expect(try first.root["userName"]?.string() == sub || kind == "federated")
    }
  }

  /// Walks three values of one form, and calls `body` where the first is not as the last.
  private func compare(
    _ value: JSONValue, _ other: JSONValue, _ old: JSONValue,
    _ body: (_ path: String, _ value: String, _ other: String, _ old: String) throws -> Void
  ) throws {
    switch old.kind {
    case .object:
      let keys = try old.members().map(\.key)
      #expect(try value.members().map(\.key) == keys)
      for key in keys { try compare(value.member(key), other.member(key), old.member(key), body) }
    case .array:
      for ((value, other), old) in zip(zip(try value.elements(), try other.elements()), try old.elements()) {
        try compare(value, other, old, body)
      }
    default:
      let texts = [value, other, old].map { String(decoding: $0.bytes, as: UTF8.self) }
      if texts[0] != texts[2] { try body(old.path, texts[0], texts[1], texts[2]) }
    }
  }
}
