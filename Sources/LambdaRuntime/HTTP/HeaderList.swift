import CCurl

/// A list of HTTP header lines in libcurl's form. Owns the C list and frees it.
///
/// See <https://curl.se/libcurl/c/curl_slist_append.html>.
final class HeaderList {
  let lines: [String]
  let pointer: UnsafeMutablePointer<curl_slist>?

  init(_ lines: [String]) {
    self.lines = lines
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      // Without memory the list stays as it was, still whole.
      list = curl_slist_append(list, line) ?? list
    }
    pointer = list
  }

  deinit {
    curl_slist_free_all(pointer)
  }
}
