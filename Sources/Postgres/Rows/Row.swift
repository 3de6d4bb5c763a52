/// A row of a statement's result.
///
/// ```swift
/// let handle = try row["handle", as: String.self]
/// let email = try row["email", as: String?.self]
/// let (name, tags) = try row.decode((String, [String]).self)
/// ```
///
/// What cannot be read throws ``PostgresError`` with ``PostgresError/Reason/decoding``, which names the column, its type and
/// the type asked for.
public struct Row: Sendable {
  let result: ResultHandle
  let index: CInt

  /// The value of the first column of that name (in exactly these characters): an optional where it may be NULL.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/decoding``, naming the column, if there is no such column, if
  /// it is NULL and not asked for as an optional, or if its type or value cannot be read as the type asked for; and if the
  /// result has no such row.
  public subscript<Value: FieldDecodable>(name: String, as type: Value.Type = Value.self) -> Value {
    get throws(PostgresError) {
      guard let column = result.column(named: name) else { throw PostgresError(missingColumn: name) }
      return try field(ofColumn: column)
    }
  }

  /// The value of the column with that number, counted from 0: an optional where it may be NULL.
  ///
  /// Throws as by name, and if there is no such column.
  public subscript<Value: FieldDecodable>(position: Int, as type: Value.Type = Value.self) -> Value {
    get throws(PostgresError) { try field(ofColumn: CInt(clamping: position)) }
  }

  /// Appends the bytes of a column that could be read as `[UInt8]`, `json` for example, to others, without an array of their
  /// own. False if the column is NULL, and then nothing is appended.
  ///
  /// Throws as reading does.
  public func append(_ name: String, to bytes: inout [UInt8]) throws(PostgresError) -> Bool {
    guard let column = result.column(named: name) else { throw PostgresError(missingColumn: name) }
    try check(column)
    let type = result.type(ofColumn: column)
    do throws(ColumnDecodingError) {
      return try result.withField(row: index, column: column) { field throws(ColumnDecodingError) in
        guard let field else { return false }
        try UInt8.append(array: field, of: type, to: &bytes)
        return true
      }
    } catch {
      throw PostgresError(column: result.name(ofColumn: column), of: type, as: [UInt8].self, error)
    }
  }

  /// The columns' names and types, in their order.
  public var columns: [Column] { result.columns }

  /// All the values as a tuple, in the columns' order, optionals where they may be NULL: of type
  /// `(UUID, String, Int?).self`, say. The result has to have as many columns.
  public func decode<each Value: FieldDecodable>(
    _ types: (repeat each Value).Type
  ) throws(PostgresError) -> (repeat each Value) {
    var count = 0
    for _ in repeat (each Value).self { count += 1 }
    guard count == result.columnCount else { throw PostgresError(columns: Int(result.columnCount), asMany: count) }
    var next: CInt = 0
    func value<Each: FieldDecodable>(as type: Each.Type) throws(PostgresError) -> Each {
      defer { next += 1 }
      return try field(ofColumn: next)
    }
    return try (repeat value(as: (each Value).self))
  }

  /// The row as a value of a type that reads it by itself. Throws what that throws.
  public func decode<Value: RowDecodable>(_ type: Value.Type) throws -> Value {
    try Value(row: self)
  }

  /// The value of the column with that number, counted from 0; nil if it is NULL.
  func value<Value: ColumnDecodable>(ofColumn column: CInt) throws(PostgresError) -> Value? {
    try field(ofColumn: column)
  }

  /// Throws if there is no such row or column, which libpq calls NULL as well.
  private func check(_ column: CInt) throws(PostgresError) {
    guard (0..<result.rowCount).contains(Int(index)) else {
      throw PostgresError(missingRow: Int(index), of: result.rowCount)
    }
    guard (0..<result.columnCount).contains(column) else {
      throw PostgresError(missingColumn: Int(column), of: Int(result.columnCount))
    }
  }

  /// The value of the column with that number, counted from 0.
  func field<Value: FieldDecodable>(ofColumn column: CInt) throws(PostgresError) -> Value {
    try check(column)
    let type = result.type(ofColumn: column)
    do throws(ColumnDecodingError) {
      return try result.withField(row: index, column: column) { field throws(ColumnDecodingError) in
        try Value.decode(field: field, of: type)
      }
    } catch {
      throw PostgresError(column: result.name(ofColumn: column), of: type, as: Value.self, error)
    }
  }
}

/// A type that reads itself from a row, by its columns' names or places.
///
/// ```swift
/// struct User: RowDecodable {
///   let uuid: UUID
///   let handle: String
///
///   init(row: Row) throws {
///     uuid = try row["uuid"]
///     handle = try row["handle"]
///   }
/// }
/// ```
public protocol RowDecodable {
  /// Reads a row.
  init(row: Row) throws
}

/// A column of a result.
public struct Column: Hashable, Sendable {
  /// The name, or alias, which another column may have as well.
  public let name: String
  /// The type. A domain is told by the type that it is of.
  public let type: DataType
}

extension ResultHandle {
  var columns: [Column] {
    (0..<columnCount).map { Column(name: name(ofColumn: $0), type: type(ofColumn: $0)) }
  }
}
