/// SQL text whose parameters have names, to be bound to values: a statement that stands in a file of its own.
///
/// ```sql
/// SELECT handle FROM users WHERE uuid = :uuid::uuid
/// ```
/// ```swift
/// let statement = findHandle { $0.bind("uuid", uuid) }
/// ```
///
/// A parameter is a colon and a name, as in psql: a letter or underscore, then letters, digits and underscores. What
/// stands in quotes, dollar quotes and comments is left as it is, and so is the cast `::`. A name may stand in several
/// places and is one parameter. Numbered parameters are what comes out, and have no place in the text.
public struct StatementTemplate: Sendable {
  /// The SQL text, with `$1`, `$2`, … for the parameters.
  public let text: String
  /// The parameters' names, that of `$1` first.
  public let parameterNames: [String]

  /// Reads UTF-8 text, such as that of a file embedded in the program.
  public init(_ sql: some Collection<UInt8>) {
    var (text, names) = ("", [Substring]())
    for token in SQLTokens(String(decoding: sql, as: UTF8.self)[...]) {
      guard token.kind == .namedParameter else {
        text.append(contentsOf: token.text)
        continue
      }
      let name = token.text.dropFirst()
      let index = names.firstIndex(of: name) ?? names.endIndex
      if index == names.endIndex { names.append(name) }
      text += "$\(index + 1)"
    }
    self.text = text
    parameterNames = names.map(String.init)
  }

  /// Makes a statement of which the body binds each parameter to a value, in any order.
  ///
  /// A statement of which a parameter has no value, or two, or of which a value has no parameter, is never sent: executing it
  /// throws ``PostgresError/Reason/invalidParameter``, which names the odd one.
  public func callAsFunction(_ bind: (inout Bindings) -> Void = { _ in }) -> Statement {
    var bindings = Bindings(of: parameterNames)
    bind(&bindings)
    bindings.refuseUnbound()
    return Statement(text: text, parameters: bindings.parameters)
  }

  /// The values of a statement's parameters, as they are bound.
  public struct Bindings {
    private let names: [String]
    fileprivate private(set) var parameters: Parameters
    /// Which parameter is probably bound next: whoever writes SQL and the call beside it has them in one order.
    private var next = 0

    fileprivate init(of names: [String]) {
      self.names = names
      parameters = Parameters(unbound: names.count)
    }

    /// Binds a parameter to a value, nil being NULL.
    @inlinable  // Each sign-up and each request comes this way; generic code that is not specialized costs it tenfold.
    public mutating func bind<Value: ParameterEncodable>(_ name: String, _ value: Value?) {
      guard let value else { return bind(null: name, Value.dataType, Value.format) }
      bind(name, Value.dataType, Value.format) { buffer throws(ParameterError) in try value.encode(into: &buffer) }
    }

    @usableFromInline
    mutating func bind(
      _ name: String, _ type: DataType, _ format: DataFormat,
      _ encode: (inout ParameterBuffer) throws(ParameterError) -> Void
    ) {
      guard let index = index(of: name) else { return }
      parameters.bind(index, type, format, encode)
    }

    @usableFromInline
    mutating func bind(null name: String, _ type: DataType, _ format: DataFormat) {
      guard let index = index(of: name) else { return }
      parameters.bind(nullAt: index, type, format)
    }

    /// The parameter of that name; nil, and the statement is refused, if there is none, or it has a value.
    private mutating func index(of name: String) -> Int? {
      let isNext = next < names.count && names[next] == name
      guard let index = isNext ? next : names.firstIndex(of: name), !parameters.fields[index].isBound else {
        parameters.refuse("There is no parameter :\(name), or it has two values.")
        return nil
      }
      next = index + 1
      return index
    }

    /// Refuses the statement unless each parameter has its value.
    fileprivate mutating func refuseUnbound() {
      guard let index = parameters.fields.firstIndex(where: { !$0.isBound }) else { return }
      parameters.refuse("Parameter :\(names[index]) has no value.")
    }
  }
}
