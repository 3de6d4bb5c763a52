/// What the operator sees: the last invocations, and what was switched between them, oldest first.
///
/// Bounded in number and in bytes. What has ended goes first, the oldest of it, and then the oldest invocation: the end of
/// a switch is always told. Whatever came last is always kept.
struct ConsoleLog {
  struct Limits: Sendable {
    var entries = 200
    /// Of events, answers and logs together: some of the longest that Lambda allows.
    var bytes = 32 << 20
  }

  private let limits: Limits
  private(set) var entries: [ConsoleEntry] = []
  private var byteCount = 0
  private var lastNumber = 0
  /// Grows with each change of an entry, so that whoever has seen one knows which changes they lack.
  private(set) var revision = 0

  init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// What was begun or changed after a revision, in the order of the changes.
  func changes(after revision: Int) -> [ConsoleEntry] {
    entries.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }
  }

  /// The entry of a number; nil where there is none, or it is not kept any more.
  subscript(number: Int) -> ConsoleEntry? {
    entries.last { $0.number == number }
  }

  mutating func note(_ progress: InvocationProgress) {
    switch progress {
    case .began(let start): add(.running(start))
    // A caller may choose a request id twice. Of an invocation that is not kept any more, the end is not told, either.
    case .ended(let record): change(.ended(record)) { $0.isRunning(record.start) }
    }
  }

  /// Notes what is being switched; the number is to be told its end by ``end(_:_:)``.
  mutating func begin(_ action: OperatorAction) -> Int {
    add(.action(action))
    return lastNumber
  }

  mutating func end(_ number: Int, _ action: OperatorAction) {
    change(.action(action)) { $0.number == number }
  }

  private mutating func add(_ content: ConsoleEntry.Content) {
    lastNumber += 1
    revision += 1
    let entry = ConsoleEntry(number: lastNumber, revision: revision, content: content)
    entries.append(entry)
    byteCount += entry.byteCount
    forget()
  }

  private mutating func change(_ content: ConsoleEntry.Content, where isMeant: (ConsoleEntry) -> Bool) {
    guard let index = entries.firstIndex(where: isMeant) else { return }
    revision += 1
    let entry = ConsoleEntry(number: entries[index].number, revision: revision, content: content)
    byteCount += entry.byteCount - entries[index].byteCount
    entries[index] = entry
    forget()
  }

  private mutating func forget() {
    while entries.count > 1, entries.count > limits.entries || byteCount > limits.bytes {
      let older = entries.dropLast()
      let oldest = older.firstIndex { !$0.isRunning } ?? older.firstIndex { !$0.isAction } ?? 0
      byteCount -= entries.remove(at: oldest).byteCount
    }
  }
}
