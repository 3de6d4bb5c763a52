internal import CLibPQ

/// A parameter of a connection string:
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>.
struct ConninfoParameter: Hashable {
  let keyword: String
  let value: String

  /// The parameters that a keyword string or URL sets, and no others:
  /// [PQconninfoParse](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNINFOPARSE).
  /// Nil if it cannot be parsed; libpq's message is dropped, for it repeats parts of the string.
  static func parse(_ conninfo: String) -> [ConninfoParameter]? {
    var message: UnsafeMutablePointer<CChar>?
    defer { PQfreemem(message) }
    return PQconninfoParse(trimmedURL(conninfo) ?? conninfo, &message).map(list(takingOwnershipOf:))
  }

  /// A URL without what a shell, an editor or a form has left around it: libpq would take a newline for the end of the
  /// database's name. Around keyword=value pairs it means nothing to libpq. Nil if it is no URL.
  private static func trimmedURL(_ conninfo: String) -> String? {
    let isBlank = { (character: Character) in character.isASCII && character.isWhitespace }
    let text = Substring(conninfo.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    return text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") ? String(text) : nil
  }

  /// Copies the parameters that have a value, and frees libpq's list.
  static func list(takingOwnershipOf options: UnsafeMutablePointer<PQconninfoOption>?) -> [ConninfoParameter] {
    defer { PQconninfoFree(options) }
    var parameters: [ConninfoParameter] = []
    var option = options
    while let current = option?.pointee, let keyword = current.keyword {
      if let value = current.val {
        parameters.append(ConninfoParameter(keyword: String(cString: keyword), value: String(cString: value)))
      }
      option = option?.successor()
    }
    return parameters
  }
}

extension [ConninfoParameter] {
  /// The value of a keyword; nil if it has none or an empty one, which to libpq is the same.
  subscript(keyword: String) -> String? {
    first { $0.keyword == keyword && !$0.value.isEmpty }?.value
  }

  /// The parameters as a keyword string. In one that has a keyword twice, the latter counts.
  var conninfo: String {
    map { parameter in
      let escaped = parameter.value.unicodeScalars.reduce(into: String.UnicodeScalarView()) { text, scalar in
        if scalar == "'" || scalar == "\\" { text.append("\\") }
        text.append(scalar)
      }
      return "\(parameter.keyword)='\(escaped)'"
    }
    .joined(separator: " ")
  }
}
