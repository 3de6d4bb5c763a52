/// The kinds of value that JSON has ([RFC 8259 §3](https://www.rfc-editor.org/rfc/rfc8259#section-3)), `true` and `false` being one.
public enum JSONKind: String, Sendable, BitwiseCopyable {
  case null, bool, number, string, array, object
}
