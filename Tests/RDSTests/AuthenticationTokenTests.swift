import Foundation
import Postgres
import TestSupport
import Testing

@testable import RDS

@Suite(.ownThread) struct AuthenticationTokenTests {
  static let samples = [
    Sample(),
    Sample(region: "us-east-1", sessionToken: "IQoJb3JpZ2luX2VjE+/a=b&c?d%20e f~ü=="),
    Sample(user: "a+b/c=d@ü e%41&~*'\"", region: "cn-north-1", secretAccessKey: "ü/+=%& '\"\\$~"),
    Sample(host: "DB.Example", port: 443, sessionToken: "t"),
    Sample(
      host: "127.0.0.1", port: 80, accessKeyID: "ASIA/+=", secretAccessKey: String(repeating: "k", count: 200),
      sessionToken: String(repeating: "Zm9v/+", count: 400)),
  ]

  @Test func `There is an aws to compare with`() {
    #expect(!AWS.all.isEmpty, "The package awscli is not installed.")
  }

  @Test(arguments: AWS.all, samples)
  func `A token has the bytes of the aws command's own`(aws: AWS, sample: Sample) throws {
    let token = try aws.token(for: sample)
    #expect(try sample.sign(at: signingTime(of: token)) == token)
  }

  @Test func `A token that the aws command once made is made again`() throws {
    let sample = Sample(sessionToken: "FwoGZXIvYXdzEXAMPLE/+==")
    #expect(
      try sample.sign(at: 1_795_255_421) == """
        cruddur.c9x8y7.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=cruddur_app\
        &X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-central-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20261121T100341Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
        &X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2B%3D%3D\
        &X-Amz-Signature=b56779b378d0b195beff5e8e115749b4a7c1d6e030ed2944509aefaf353b8d72
        """)
  }

  /// When a token was signed.
  private func signingTime(of token: String) throws -> Int {
    let date = try #require(token.firstRange(of: "X-Amz-Date=")).upperBound
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
    return Int(try #require(formatter.date(from: String(token[date...].prefix(16)))).timeIntervalSince1970)
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
    (4_107_542_400, "21000301T000000Z"), (1_767_225_599, "20251231T235959Z"), (1_767_225_600, "20260101T000000Z"),
  ])
  func `Times are UTC`(seconds: Int, text: String) {
    #expect(SigningTime(seconds: seconds).text == text)
    #expect(SigningTime(seconds: seconds).day == text.prefix(8))
  }

  @Test func `Credentials are not shown`() {
    let credentials = Credentials(accessKeyID: "s3cret", secretAccessKey: "s3cret", sessionToken: "s3cret")
    var dumped = ""
    dump(credentials, to: &dumped)
    #expect(!"\(credentials) \(String(reflecting: credentials)) \(dumped)".contains("s3cret"))
  }
}
