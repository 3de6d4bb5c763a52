import JSON
import LocalLambda

/// Events that have the marker wherever somebody could be named, and how each of them ends.
struct PrivacyEvent: Sendable {
  let payload: [UInt8]
  /// The error's type; nil for one that is answered.
  var errorType: String?
  /// Whether it is a sign-up that fails, and leaves its user's `sub`.
  var lostSub: String?

  private init(_ payload: [UInt8], errorType: String? = nil, lostSub: String? = nil) {
    self.payload = payload
    self.errorType = errorType
    self.lostSub = lostSub
  }

  /// One of Cognito's: every member but `sub` and the trigger has the marker.
  private static func trigger(_ source: String, sub: String) -> [UInt8] {
    JSONWriter.object { event in
      event.add("version", "1")
      event.add("region", Marker.text)
      event.add("userPoolId", Marker.text)
      event.add("userName", Marker.text)
      event.object("callerContext") {
        $0.add("awsSdkVersion", Marker.text)
        $0.add("clientId", Marker.text)
      }
      event.add("triggerSource", source)
      event.object("request") { request in
        request.object("userAttributes") { user in
          user.add("sub", sub)
          for name in [
            "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
            "website", "gender", "birthdate", "zoneinfo", "locale", "address", "custom:\(Marker.text)", "identities",
            "cognito:user_status", Marker.text,
          ] { user.add(name, Marker.text) }
          user.add("email", "\(Marker.text)@\(Marker.text).example")
          user.add("phone_number", Marker.number)
        }
        for name in ["clientMetadata", "validationData", "privateChallengeParameters"] {
          request.object(name) { $0.add(Marker.text, Marker.text) }
        }
        for name in ["password", "challengeAnswer", "codeParameter", "usernameParameter", "code", "type"] {
          request.add(name, Marker.text)
        }
      }
      event.object("response") { $0.add(Marker.text, Marker.text) }
    }
  }

  /// Sign-ups, sign-ins and other triggers that a database takes, and does not.
  static let triggers: [PrivacyEvent] = {
    var events = [
      PrivacyEvent(trigger("PostConfirmation_ConfirmSignUp", sub: "ok_1")),
      // The handle is taken.
      PrivacyEvent(trigger("PostConfirmation_ConfirmSignUp", sub: "ok_2")),
      PrivacyEvent(trigger("PostConfirmation_ConfirmForgotPassword", sub: "ok_1")),
      PrivacyEvent(trigger("PostAuthentication_Authentication", sub: "ok_3")),
      PrivacyEvent(trigger("PostAuthentication_Authentication", sub: "ok_3")),
      PrivacyEvent(trigger("PostConfirmation_ConfirmSignUp", sub: "x_notice")),
      PrivacyEvent(trigger("PostAuthentication_Authentication", sub: "y_notice")),
    ]
    for source in [
      "PreSignUp_SignUp", "PreAuthentication_Authentication", "UserMigration_Authentication",
      "DefineAuthChallenge_Authentication", "CreateAuthChallenge_Authentication", "CustomMessage_SignUp",
      "VerifyAuthChallengeResponse_Authentication", "TokenGeneration_Authentication", "CustomEmailSender_SignUp",
      "InboundFederation_ExternalProvider", "No trigger of \(Marker.text)'s",
    ] { events.append(PrivacyEvent(trigger(source, sub: "ok_4"))) }
    for failure in failures {
      let sub = "x_\(failure)"
      let type = failure == "raise_57014" ? "Function.DatabaseTimeout" : "Function.DatabaseError"
      events.append(
        PrivacyEvent(trigger("PostConfirmation_ConfirmSignUp", sub: sub), errorType: type, lostSub: sub))
      events.append(PrivacyEvent(trigger("PostAuthentication_Authentication", sub: sub)))
    }
    let nobody = trigger("PostConfirmation_ConfirmSignUp", sub: "x_\u{0}")
    return events + [PrivacyEvent(nobody, errorType: "Function.InvalidEvent", lostSub: #"x_\u0000"#)]
  }()

  /// What the database is made to say, see ``database``: all of it has the row in it.
  private static let failures =
    ["check", "null", "cast", "domain"]
    + [
      "P0001", "0A000", "22021", "22P02", "23502", "23503", "23505", "23514", "25006", "28000", "3D000", "3F000",
      "40001",
      "42501", "42601", "42703", "42704", "42883", "42P01", "42P10", "53300", "55P03", "57014", "58030", "XX000",
    ].map { "raise_\($0)" }

  /// Makes the tables say whom they refuse, in the server's words and in those of their owner.
  static let database = """
    CREATE DOMAIN brief AS text CHECK (length(VALUE) < 3);
    ALTER TABLE users ADD CONSTRAINT refused CHECK (cognito_user_id <> 'x_check');
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.cognito_user_id LIKE '%_notice' THEN
        RAISE WARNING '%', NEW.email USING DETAIL = NEW.email;
        RAISE NOTICE '%', NEW.email;
        RAISE INFO '%', NEW.email;
      ELSIF NEW.cognito_user_id = 'x_null' THEN NEW.display_name := NULL;
      ELSIF NEW.cognito_user_id = 'x_cast' THEN PERFORM NEW.email::int;
      ELSIF NEW.cognito_user_id = 'x_domain' THEN PERFORM NEW.email::brief;
      ELSIF NEW.cognito_user_id LIKE 'x_raise_%' THEN
        RAISE EXCEPTION 'relation "%" does not exist', NEW.email USING
          ERRCODE = split_part(NEW.cognito_user_id, '_', 3), DETAIL = NEW.email, HINT = NEW.email,
          CONSTRAINT = NEW.email, COLUMN = NEW.email, TABLE = NEW.email, SCHEMA = NEW.email, DATATYPE = NEW.email;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE FUNCTION refuse_message() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', NEW.message USING DETAIL = NEW.message; END $$;
    CREATE TRIGGER refuse_message BEFORE INSERT ON activities FOR EACH ROW EXECUTE FUNCTION refuse_message()
    """

  /// What is no event, or none of a kind that is handled.
  static let malformed: [PrivacyEvent] =
    [
      #"{"triggerSource": \#(Marker.text)}"#, #"{"\#(Marker.text)": "\#(Marker.text)"#, #""\#(Marker.text)\q""#,
      Marker.text, #"{"\#(Marker.text)":"\u00"}"#, #"["\#(Marker.text)",]"#, #"{"a":1\#(Marker.text)}"#,
      String(repeating: #"{"\#(Marker.text)":"#, count: 600),
    ].map { PrivacyEvent(Array($0.utf8), errorType: "Function.InvalidJSON") }
    + [
      PrivacyEvent(
        Array(#"{"\#(Marker.text)":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), errorType: "Function.InvalidJSON")
    ]
    + [
      #"{"\#(Marker.text)":"\#(Marker.text)"}"#, #"{"Records":[{"body":"\#(Marker.text)"}]}"#, #""\#(Marker.text)""#,
      #"{"requestContext":{"elb":{}},"path":"/\#(Marker.text)","headers":{"cookie":"\#(Marker.text)"}}"#,
      #"{"requestContext":{"stage":"\#(Marker.text)"},"httpMethod":"GET","path":"/\#(Marker.text)"}"#,
    ].map { PrivacyEvent(Array($0.utf8), errorType: "Function.UnknownEvent") }
    + [
      #"{"triggerSource":["\#(Marker.text)"]}"#,
      #"{"version":"2.0","rawPath":["\#(Marker.text)"],"requestContext":{"http":{"method":"GET"}}}"#,
    ].map { PrivacyEvent(Array($0.utf8), errorType: "Function.InvalidEvent") }
    + [#"{"sub":["\#(Marker.text)"]}"#, #"["\#(Marker.text)"]"#, #"{"email":"\#(Marker.text)"}"#].map {
      PrivacyEvent(
        Array(
          #"{"triggerSource":"PostConfirmation_ConfirmSignUp","userName":"\#(Marker.text)","request":{"userAttributes":\#($0)}}"#
            .utf8), errorType: "Function.InvalidEvent", lostSub: "")
    }

  /// HTTP requests, right and wrong: each is answered.
  static let requests: [PrivacyEvent] =
    [
      request("GET", "/\(Marker.text)"), request("GET", "/api/activities/@\(Marker.text)"),
      request("GET", "/api/activities/\(Marker.text)"), request(Marker.text.uppercased(), "/api/activities"),
      request("DELETE", "/api/activities/home"), request("OPTIONS", "/api/activities"),
      request("GET", "/api/health"), request("GET", "/api/users/me"),
    ]
    + ["user_handle", "limit", "cursor", Marker.text].map {
      request("GET", "/api/activities", query: "\($0)=\(Marker.text)")
    }
    + [
      #"{"message":"\#(Marker.text)","ttl":"1-day","user_handle":"\#(Marker.text)"}"#,
      #"{"message":"\#(Marker.text)","ttl":"\#(Marker.text)"}"#, #"{"message":\#(Marker.text)}"#, Marker.text,
      #"{"message":["\#(Marker.text)"],"ttl":7}"#,
    ].flatMap { body in
      [
        request("POST", "/api/activities", body: body), request("POST", "/api/activities", body: body, sub: "ok_1"),
        request("POST", "/api/activities", body: body, sub: "nobody"),
        request("POST", "/api/activities", body: body, isBase64: true),
        request("POST", "/api/activities", body: body, contentType: "text/\(Marker.text)"),
        request("POST", "/api/activities/\(Marker.text)/reply", body: body, sub: "ok_1"),
      ]
    }

  private static func request(
    _ method: String, _ path: String, query: String = "", body: String? = nil, sub: String? = nil,
    isBase64: Bool = false, contentType: String = "application/json"
  ) -> PrivacyEvent {
    PrivacyEvent(
      JSONWriter.object { event in
        event.add("version", "2.0")
        event.add("routeKey", Marker.text)
        event.add("rawPath", path)
        event.add("rawQueryString", query)
        event.array("cookies") { $0.add("session=\(Marker.text)") }
        event.object("headers") {
          $0.add("content-type", contentType)
          for name in [
            "authorization", "cookie", "user-agent", "referer", "x-forwarded-for", "x-\(Marker.text)", "origin",
          ] {
            $0.add(name, Marker.text)
          }
        }
        event.object("queryStringParameters") { $0.add(Marker.text, Marker.text) }
        event.object("pathParameters") { $0.add(Marker.text, Marker.text) }
        event.object("requestContext") { context in
          context.add("accountId", Marker.text)
          context.add("domainName", Marker.text)
          context.add("stage", "$default")
          context.object("http") {
            $0.add("method", method)
            $0.add("path", path)
            $0.add("sourceIp", Marker.text)
            $0.add("userAgent", Marker.text)
          }
          if let sub {
            context.object("authorizer") { authorizer in
              authorizer.object("jwt") { jwt in
                jwt.object("claims") {
                  $0.add("sub", sub)
                  $0.add("token_use", "id")
                  for name in ["name", "email", "cognito:username", "custom:\(Marker.text)"] {
                    $0.add(name, Marker.text)
                  }
                }
              }
            }
          }
        }
        if let body { event.add("body", body) }
        event.add("isBase64Encoded", isBase64)
      })
  }
}
