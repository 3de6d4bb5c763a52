import LocalLambda

/// The page of `cruddur serve`, and the API's description: the files of the folder `Page`, which are part of the program.
enum Page {
  static let files = Dictionary(
    [
      ("/", file("text/html", PackageResources.index_html)),
      // Source: https://www.rfc-editor.org/rfc/rfc9512.
      ("/openapi.yaml", StaticFile(contentType: "application/yaml", content: PackageResources.openapi_yaml)),
    ]
      + styles.map { ("/\($0).css", file("text/css", $1)) } + modules.map { ("/\($0).js", file("text/javascript", $1)) }
  ) { $1 }

  private static func file(_ type: String, _ content: [UInt8]) -> StaticFile {
    StaticFile(contentType: "\(type); charset=utf-8", content: content)
  }

  private static let styles = [
    ("console", PackageResources.console_css), ("invocations", PackageResources.invocations_css),
    ("page", PackageResources.page_css),
  ]

  /// The modules of JavaScript; `page` loads the others.
  private static let modules = [
    ("account", PackageResources.account_js), ("activity", PackageResources.activity_js),
    ("console", PackageResources.console_js), ("details", PackageResources.details_js),
    ("elements", PackageResources.elements_js), ("feed", PackageResources.feed_js),
    ("forms", PackageResources.forms_js), ("invocations", PackageResources.invocations_js),
    ("json", PackageResources.json_js), ("latencies", PackageResources.latencies_js),
    ("page", PackageResources.page_js), ("people", PackageResources.people_js),
    ("problems", PackageResources.problems_js), ("server", PackageResources.server_js),
    ("signup", PackageResources.signup_js), ("steps", PackageResources.steps_js),
    ("switches", PackageResources.switches_js), ("timeline", PackageResources.timeline_js),
    ("views", PackageResources.views_js),
  ]
}
