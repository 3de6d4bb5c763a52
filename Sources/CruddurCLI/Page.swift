import LocalLambda

/// The page of `cruddur serve`: the files of the folder `Page`, which are part of the program.
enum Page {
  static let files = [
    "/": StaticFile(contentType: "text/html; charset=utf-8", content: PackageResources.index_html),
    "/page.css": StaticFile(contentType: "text/css; charset=utf-8", content: PackageResources.page_css),
    "/page.js": StaticFile(contentType: "text/javascript; charset=utf-8", content: PackageResources.page_js),
  ]
}
