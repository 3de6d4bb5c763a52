/// What came of an invocation.
enum Outcome: Sendable, Equatable {
  case response([UInt8])
  case failure(ErrorReport)
}
