import LambdaRuntime

/// A database whose migrations are not this program's. Nothing is done to it.
enum MigrationConflict: LambdaError, Equatable, CustomStringConvertible {
  /// The database has a migration that the program lacks.
  case unknown(String)
  /// The file is not what was applied.
  case changed(String)
  /// The database lacks one before one that it has.
  case skipped(String, before: String)

  /// `Function.MigrationConflict`.
  var errorType: ErrorType { .function("MigrationConflict") }

  /// Which migration it is, and what to do.
  var errorMessage: String { description }

  /// Which migration it is, and what to do.
  var description: String {
    switch self {
    case .unknown(let name):
      "The database has the migration \(name), which this program does not know: a newer one was here. Deploy that."
    case .changed(let name):
      "The migration \(name) was applied with another text than it has now: restore its file, and make the change in a new one."
    case .skipped(let name, let later):
      "The migration \(name) is not applied, but \(later) is, which comes after it: give it a number after all that are applied."
    }
  }
}
