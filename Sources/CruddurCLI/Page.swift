import LocalLambda

/// The page of `cruddur serve`, and the API's description: the files of the folder `Page`, which are part of the program.
enum Page {
  static let files = [
    "/": StaticFile(contentType: "text/html; charset=utf-8", content: PackageResources.index_html),
    "/page.css": StaticFile(contentType: "text/css; charset=utf-8", content: PackageResources.page_css),
    // Source: https://www.rfc-editor.org/rfc/rfc9512.
    "/openapi.yaml": StaticFile(contentType: "application/yaml", content: PackageResources.openapi_yaml),
  ].merging(modules.map { ("/\($0).js", StaticFile(contentType: "text/javascript; charset=utf-8", content: $1)) }) {
    $1
  }

  /// The modules of JavaScript; `page` loads the others.
  private static let modules = [
    ("activity", PackageResources.activity_js), ("elements", PackageResources.elements_js),
    ("feed", PackageResources.feed_js), ("forms", PackageResources.forms_js), ("log", PackageResources.log_js),
    ("page", PackageResources.page_js), ("people", PackageResources.people_js),
    ("problems", PackageResources.problems_js), ("server", PackageResources.server_js),
    ("views", PackageResources.views_js),
  ]
}
