import LambdaRuntime
import JSON

extension HTTPResponse {
  /// What Lambda is to answer, so that API Gateway or the function URL sends this response.
  ///
  /// A body that is UTF-8 goes into the JSON as a string, any other as base64.
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
  var payload: [UInt8] {
    JSONWriter.object { response in
      response.add("statusCode", status)
      response.object("headers") { for (name, value) in joinedHeaders { $0.add(name, value) } }
      response.array("cookies") { for cookie in cookies { $0.add(cookie) } }
      do {
        response.add("body", try UTF8Span(validating: body.span))
        response.add("isBase64Encoded", false)
      } catch {
        let text = body.base64
        response.add("body", UTF8Span(unchecked: text.span))
        response.add("isBase64Encoded", true)
      }
    }
  }

  /// Commas cannot join cookies: they may stand inside one. Source: <https://www.rfc-editor.org/rfc/rfc6265#section-3>.
  private static let cookieHeader = "set-cookie"

  private var cookies: [String] {
    headers.filter { $0.name.asciiLowercased == HTTPResponse.cookieHeader }.map(\.value)
  }

  /// In the order of each name's first header, its name in small letters.
  private var joinedHeaders: [(name: String, value: String)] {
    var joined: [(name: String, value: String)] = []
    for (name, value) in headers.map({ ($0.name.asciiLowercased, $0.value) }) where name != HTTPResponse.cookieHeader {
      if let index = joined.firstIndex(where: { $0.name == name }) {
        joined[index].value += ", \(value)"
      } else {
        joined.append((name, value))
      }
    }
    return joined
  }
}
