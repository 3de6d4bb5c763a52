import JSON

/// An event of payload format 2.0.
public func httpEvent(
  _ method: String = "GET", _ path: String = "/", query: String = "", headers: [String: String] = [:],
  body: String? = nil, isBase64: Bool = false, stage: String = "$default", domain: String = "api.example.com",
  authorizer: String = "null"
) -> String {
  let event = JSONWriter.object {
    $0.add("version", "2.0")
    $0.add("rawPath", path)
    $0.add("rawQueryString", query)
    $0.object("headers") { for (name, value) in headers { $0.add(name, value) } }
    $0.object("requestContext") {
      $0.addRaw("authorizer", authorizer.utf8)
      $0.add("domainName", domain)
      $0.object("http") { $0.add("method", method) }
      $0.add("stage", stage)
    }
    if let body { $0.add("body", body) }
    $0.add("isBase64Encoded", isBase64)
  }
  return String(decoding: event, as: UTF8.self)
}

/// The domain of a function URL.
public let functionURLDomain = "abc.lambda-url.us-east-1.on.aws"

/// Events with every member that AWS's documentation names.
public enum HTTPSample {
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
  public static let apiGateway = #"""
    {
      "version": "2.0",
      "routeKey": "POST /api/activities/{handle}",
      "rawPath": "/api/activities/@ana",
      "rawQueryString": "limit=20&limit=30&cursor=a%2Bb+c",
      "cookies": ["theme=dark", "lang=de; x"],
      "headers": {"content-type": "application/json; charset=utf-8", "x-list": "a,b", "host": "api.example.com"},
      "queryStringParameters": {"limit": "20,30", "cursor": "a+b c"},
      "requestContext": {
        "accountId": "111122223333",
        "apiId": "abc123",
        "authentication": {"clientCert": {"clientCertPem": "PEM", "subjectDN": "CN=example.com", "issuerDN": "CN=x",
          "serialNumber": "a1", "validity": {"notBefore": "May 28 12:30:02 2026 GMT", "notAfter": "Aug  5 09:36:04 2027 GMT"}}},
        "authorizer": {"jwt": {"claims": {"sub": "0f1d", "exp": "1795241160"}, "scopes": ["read", "write"]}},
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": {"method": "POST", "path": "/api/activities/@ana", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
          "userAgent": "curl/8.0"},
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "POST /api/activities/{handle}",
        "stage": "$default",
        "time": "21/Nov/2026:06:46:00 +0000",
        "timeEpoch": 1795243560123
      },
      "body": "eyJtZXNzYWdlIjoiSMOpXG4ifQ==",
      "pathParameters": {"handle": "@ana"},
      "isBase64Encoded": true,
      "stageVariables": {"k": "v"}
    }
    """#

  /// <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>
  public static let functionURL = #"""
    {
      "version": "2.0",
      "routeKey": "$default",
      "rawPath": "/",
      "rawQueryString": "",
      "headers": {"accept": "*/*", "host": "abc.lambda-url.us-east-1.on.aws", "x-forwarded-proto": "https"},
      "requestContext": {
        "accountId": "anonymous",
        "apiId": "abc",
        "authentication": null,
        "authorizer": {"iam": {"accessKey": "AKIA", "accountId": "111122223333", "callerId": "A", "cognitoIdentity": null,
          "principalOrgId": null, "userArn": "arn:aws:iam::111122223333:user/x", "userId": "A"}},
        "domainName": "abc.lambda-url.us-east-1.on.aws",
        "domainPrefix": "abc",
        "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl/8.0"},
        "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
        "routeKey": "$default",
        "stage": "$default",
        "time": "21/Nov/2026:06:46:00 +0000",
        "timeEpoch": 1795243560123
      },
      "pathParameters": null,
      "isBase64Encoded": false,
      "stageVariables": null
    }
    """#

  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
  public static let payload1 = #"""
    {
      "version": "1.0",
      "resource": "/api/activities",
      "path": "/api/activities",
      "httpMethod": "GET",
      "headers": {"Accept": "*/*"},
      "multiValueHeaders": {"Accept": ["*/*"]},
      "queryStringParameters": null,
      "requestContext": {"resourcePath": "/api/activities", "httpMethod": "GET", "path": "/api/activities", "stage": "$default"},
      "body": null,
      "isBase64Encoded": false
    }
    """#

  /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
  public static let loadBalancer = #"""
    {
      "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/a/6d0e"}},
      "httpMethod": "GET",
      "path": "/api/activities",
      "queryStringParameters": {},
      "headers": {"accept": "*/*", "host": "lambda-alb.us-east-1.elb.amazonaws.com"},
      "body": "",
      "isBase64Encoded": false
    }
    """#

  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-about.html>
  public static let webSocket = #"""
    {
      "requestContext": {"routeKey": "$default", "messageId": "GXLKJfX4FiACG1w=", "eventType": "MESSAGE", "messageDirection": "IN",
        "connectionId": "GXLKAfX1FiACG1w=", "connectedAt": 1795243560123, "domainName": "abc.execute-api.us-east-1.amazonaws.com",
        "stage": "prod", "requestId": "GXLKJHfFiACFFfQ=", "apiId": "abc"},
      "body": "Hi",
      "isBase64Encoded": false
    }
    """#

  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
  public static let restAPI = #"""
    {
      "resource": "/api/{proxy+}",
      "path": "/api/activities",
      "httpMethod": "GET",
      "headers": {"Accept": "*/*"},
      "multiValueHeaders": {"Accept": ["*/*"]},
      "queryStringParameters": null,
      "requestContext": {"resourcePath": "/api/{proxy+}", "httpMethod": "GET", "path": "/prod/api/activities", "stage": "prod"},
      "body": null,
      "isBase64Encoded": false
    }
    """#
}
