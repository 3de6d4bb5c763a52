/// An HTTP API of API Gateway, whose one integration is a function.
///
/// It buffers what the function streams, as HTTP APIs do, but for a stream that is an HTTP response, with its prelude:
/// that is what a function URL makes of one, its status and headers, and then the body as it comes. An HTTP API could make
/// nothing of it, and this is where a browser can see it.
struct HTTPAPI {
  /// How long API Gateway waits for a function:
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>. Of a stream it is the time to its
  /// head.
  var limit = Duration.seconds(30)

  let function: Function
  let authorizer: JWTAuthorizer

  func respond(to call: HTTPCall) async -> HTTPReply {
    let requestID = String.randomUUID()
    return await respond(to: call, requestID: requestID).with("apigw-requestid", requestID)
  }

  private func respond(to call: HTTPCall, requestID: String) async -> HTTPReply {
    let time = millisecondsSinceEpoch()
    let event: [UInt8]
    do {
      let claims = try authorizer.claims(of: call, at: time / 1000)
      event = HTTPEvent(call: call, requestID: requestID, time: time, claims: claims).json()
    } catch {
      return .response(error.response)
    }
    guard event.count <= Function.maximumPayloadBytes else {
      return .response(.message("Request Too Long", status: 413))
    }
    let stream = function.invokeWithResponseStream(event, requestID: requestID)
    return switch await within(limit, { await FunctionOutput(of: stream) }) {
    case .whole(let output): .response(HTTPResponse(functionOutput: output) ?? Self.failure)
    case .begun(let head, let rest): .stream(head, Self.body(rest, stream))
    case .failed(.cancelled), .failed(.throttled), nil: .response(.message("Service Unavailable", status: 503))
    case .failed, .unusable: .response(Self.failure)
    }
  }

  private static let failure = HTTPResponse.message("Internal Server Error", status: 500)

  /// What of a stream is still to come, which is broken off where the function breaks off.
  private static func body(_ begun: [UInt8], _ stream: InvocationStream) -> HTTPBodyStream {
    let body = HTTPBodyStream()
    body.whenCancelled { stream.cancel() }
    Task {
      if !begun.isEmpty { _ = await body.write(begun) }
      for await chunk in stream { _ = await body.write(chunk.bytes) }
      body.finish(await stream.failure == nil ? .complete() : .truncated)
    }
    return body
  }
}

/// What a function says, as far as it has to be known to begin a response.
private enum FunctionOutput: Sendable {
  case whole([UInt8])
  /// A stream that is an HTTP response: its head, and what of its body came with that.
  case begun(HTTPResponse, [UInt8])
  /// It says that it is one, but is not, or is larger than API Gateway takes.
  case unusable
  case failed(InvocationResult)

  init(of stream: InvocationStream) async {
    var bytes: [UInt8] = []
    for await chunk in stream {
      bytes += chunk.bytes
      if stream.contentType == Self.integrationType, let end = HTTPResponse.endOfPrelude(bytes) {
        let head = HTTPResponse(prelude: Array(bytes[..<end.lowerBound]))
        self = head.map { .begun($0, Array(bytes[end.upperBound...])) } ?? .unusable
        return
      }
      guard bytes.count <= Function.maximumPayloadBytes else {
        self = .unusable
        return
      }
    }
    if let failure = await stream.failure {
      self = .failed(failure)
    } else {
      self = stream.contentType == Self.integrationType ? .unusable : .whole(bytes)
    }
  }

  private static let integrationType = "application/vnd.awslambda.http-integration-response"
}

/// Who an HTTP API lets in: whoever has no token, as nobody, and whoever has a good one, with its claims.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>, which knows no
/// nobody: a route has an authorizer or not. Here each route plays both.
struct JWTAuthorizer {
  let tokens: TokenIssuer

  /// What the event has in the authorizer's place; nil where there is none.
  ///
  /// - Throws: ``Unauthorized`` for a token that is not good.
  func claims(of call: HTTPCall, at now: Int64) throws(Unauthorized) -> [HTTPEvent.Claim]? {
    guard let authorization = call.header("authorization") else { return nil }
    let scheme = "bearer "
    let token =
      authorization.lowercased().hasPrefix(scheme) ? authorization.dropFirst(scheme.count) : authorization[...]
    guard let claims = tokens.claims(of: String(token), at: now) else { throw Unauthorized() }
    return claims
  }

  struct Unauthorized: Error {
    var response: HTTPResponse {
      var response = HTTPResponse.message("Unauthorized", status: 401)
      response.headers["www-authenticate"] = "Bearer"
      return response
    }
  }
}
