public import JSON

extension HTTPRequest {
  /// The body as JSON. It is read at each call.
  ///
  /// - Throws: A ``Problem``: 415 `content_type_unsupported` where the content type is neither `application/json` nor a `+json`, whatever its
  ///   parameters, or is missing; 400 `body_not_json` or `body_not_base64` where the body is not what the request calls it.
  public func json() throws(Problem) -> JSONDocument {
    guard isJSON else {
      let detail = "The content type has to be application/json."
      throw Problem(status: 415, codes: ["content_type_unsupported"], detail: detail)
    }
    let bytes = try content.get()
    do throws(JSONError) {
      return try JSONDocument(bytes)
    } catch {
      throw Problem(status: 400, codes: ["body_not_json"], detail: "The body is \(error).")
    }
  }

  /// Source: <https://mimesniff.spec.whatwg.org/#json-mime-type>.
  private var isJSON: Bool {
    let essence = header("content-type")?.prefix { $0 != ";" }.split { $0 == " " || $0 == "\t" } ?? []
    guard essence.count == 1, let type = essence.first?.lowercased() else { return false }
    return type == "application/json" || type.contains("/") && type.hasSuffix("+json")
  }
}
