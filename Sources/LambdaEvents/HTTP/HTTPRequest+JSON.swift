public import JSON

extension HTTPRequest {
  /// The body as JSON. It is read at each call.
  ///
  /// - Throws: A ``Problem``: 415 `content_type_unsupported` where the content type is neither `application/json` nor a `+json`, whatever its
  ///   parameters, or is missing; 415 `content_encoding_unsupported` where the body is compressed; 400 `body_not_json` or `body_not_base64` where the body
  ///   is not what the request calls it.
  public func json() throws(Problem) -> JSONDocument {
    guard isJSON else {
      let detail = "content-type has to be application/json."
      throw Problem(status: 415, codes: ["content_type_unsupported"], detail: detail)
    }
    guard isUnencoded else {
      // Source: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>.
      throw Problem(
        status: 415, codes: ["content_encoding_unsupported"],
        detail: "The body has to be sent as it is, without a content-encoding such as gzip.",
        headers: [("accept-encoding", "identity")])
    }
    let bytes = try content.get()
    do throws(JSONError) {
      // Whoever sent the body can be told, and it is theirs to send again.
      return try JSONDocument(bytes, loneSurrogates: .refused)
    } catch {
      throw Problem(status: 400, codes: ["body_not_json"], detail: "The body is \(error).")
    }
  }

  /// A proxy may have doubled the header, and API Gateway made one of both: every type has to be JSON's.
  ///
  /// Source: <https://mimesniff.spec.whatwg.org/#json-mime-type>.
  private var isJSON: Bool {
    let types = elements(of: "content-type")
    return !types.isEmpty
      && types.allSatisfy {
        let essence = $0.prefix { $0 != ";" }.split { $0 == " " || $0 == "\t" }
        guard essence.count == 1, let type = essence.first.map({ String($0).asciiLowercased }) else { return false }
        return type == "application/json" || type.contains("/") && type.hasSuffix("+json")
      }
  }

  private var isUnencoded: Bool {
    elements(of: "content-encoding").allSatisfy { $0.filter { $0 != " " && $0 != "\t" }.asciiLowercased == "identity" }
  }

  /// What stands between the commas of a header, but for those in quotes; nothing where the header is empty or missing.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1>.
  private func elements(of name: String) -> [String] {
    var elements = [""]
    var (isQuoted, isEscaped) = (false, false)
    for character in header(name)?.unicodeScalars ?? "".unicodeScalars {
      if character == ",", !isQuoted {
        elements.append("")
        continue
      }
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = isQuoted && character == "\\" && !isEscaped
      elements[elements.count - 1].unicodeScalars.append(character)
    }
    return elements.filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
  }
}
