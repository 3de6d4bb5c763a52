/// Which pages of other origins a browser lets use the API.
///
/// An HTTP API or function URL with a CORS configuration of its own answers preflights itself and writes over what the function says: use one or the other.
/// Source: <https://fetch.spec.whatwg.org/#http-cors-protocol>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.
public struct CORS: Sendable {
  /// The origins, such as `https://example.com`, compared exactly; `*` for all.
  public var origins: Set<String>

  /// How long a browser may remember which methods and headers a path allows. Browsers have limits of their own.
  public var maximumAge: Duration

  /// Makes a policy. Requests may carry the headers `authorization` and `content-type`, and pages may read `link`.
  public init(origins: Set<String>, maximumAge: Duration = .seconds(3_600)) {
    self.origins = origins
    self.maximumAge = maximumAge
  }
}
