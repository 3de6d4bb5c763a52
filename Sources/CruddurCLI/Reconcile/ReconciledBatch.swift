import Cruddur
import JSON
import Postgres

/// Users as they were listed, to be compared with the table.
struct UserBatch: Sendable {
  let documents: [JSONDocument]
  /// How many were listed before.
  let position: Int
  /// What goes on behind them.
  let nextToken: String?
}

/// What has come of a batch.
struct ReconciledBatch: Sendable {
  /// An account, and its number in the listing.
  typealias Numbered = (number: Int, user: ListedUser)

  private(set) var tally = ReconcileTally()
  private(set) var entries: [ReconcileEntry] = []
  /// When the newest account was made.
  private(set) var newest: Timestamp?
  let nextToken: String?

  /// Who can be told apart.
  private(set) var users: [Numbered] = []
  /// Who of them is to get a row.
  private var missing: [Numbered] = []

  /// Reads the accounts; of whom one cannot be told, that is reported.
  init(_ batch: UserBatch) {
    nextToken = batch.nextToken
    tally.read = batch.documents.count
    for (index, document) in batch.documents.enumerated() {
      let number = batch.position + index + 1
      do throws(ListedUserError) {
        let user = try ListedUser(document.root)
        users.append((number, user))
        if let created = user.created.flatMap(Timestamp.init(listed:)) { newest = max(newest ?? created, created) }
      } catch {
        fail(number, nil, "\(error)")
      }
    }
  }

  /// The ids of all that can be told apart.
  var ids: [String] { users.map(\.user.cognitoUserID) }

  /// Sorts out who has a row, who is missing, and who is to get none; those at these positions have none.
  mutating func sort(missing positions: [Int]) {
    tally.present = users.count - positions.count
    for position in positions {
      let numbered = users[position]
      if let exclusion = numbered.user.exclusion {
        tally.skipped[exclusion, default: 0] += 1
      } else {
        missing.append(numbered)
      }
    }
    tally.missing = missing.count
  }

  /// Reports who is missing and stays so, and if it is wanted, as whom a row would have them.
  mutating func reportMissing(withNames: Bool) {
    entries += missing.map { ReconcileEntry(.missing, $0.user, as: withNames ? try? User($0.user) : nil) }
  }

  /// Who is missing, as a row would have them.
  mutating func usersToAdd() -> [(numbered: Numbered, user: User)] {
    var additions: [(numbered: Numbered, user: User)] = []
    for numbered in missing {
      do throws(ListedUserError) {
        additions.append((numbered, try User(numbered.user)))
      } catch {
        fail(numbered.number, numbered.user, "\(error)")
      }
    }
    return additions
  }

  /// Reports what came of adding a user.
  mutating func report(_ addition: (numbered: Numbered, user: User), _ result: Result<Users.Addition, PostgresError>) {
    switch result {
    case .success(.added(let handle)):
      var user = addition.user
      user.handle = handle
      tally.added += 1
      entries.append(ReconcileEntry(.added, addition.numbered.user, as: user))
    case .success(.alreadyThere):
      // Their sign-up, or another run, was quicker.
      tally.present += 1
      tally.missing -= 1
    case .failure(let error):
      fail(addition.numbered.number, addition.numbered.user, "\(error)")
    }
  }

  private mutating func fail(_ number: Int, _ user: ListedUser?, _ reason: String) {
    tally.failed += 1
    var entry = user.map { ReconcileEntry(.failed, $0, as: nil) } ?? ReconcileEntry(.failed, sub: nil, created: nil)
    entry.number = number
    entry.reason = reason
    entries.append(entry)
  }
}

/// How many there are of which kind.
struct ReconcileTally: Sendable, Equatable {
  var read = 0
  /// Who has a row.
  var present = 0
  /// Who was found without one, and is to have one.
  var missing = 0
  var added = 0
  /// Who has none and is to have none, by the reason.
  var skipped: [String: Int] = [:]
  /// Of whom the listing or the database cannot make a row.
  var failed = 0
  /// Who has a row and is in the pool no more; nil where that cannot be told.
  var gone: Int? = nil

  mutating func add(_ other: ReconcileTally) {
    read += other.read
    present += other.present
    missing += other.missing
    added += other.added
    skipped.merge(other.skipped, uniquingKeysWith: +)
    failed += other.failed
  }

  /// Whether nobody is missing any more.
  func isSettled(applies: Bool) -> Bool { failed == 0 && (applies || missing == 0) }
}

/// The ids that were listed, 16 bytes each, because there may be millions: Cognito's are UUIDs.
struct ListedIDs: Sendable {
  private var uuids: [UUID] = []
  private var others: Set<[UInt8]> = []

  mutating func insert(_ id: String) {
    if let uuid = Self.uuid(id) { uuids.append(uuid) } else { others.insert(Array(id.utf8)) }
  }

  /// Has to be called between the last insertion and the first look.
  mutating func sort() {
    uuids.sort { ($0.high, $0.low) < ($1.high, $1.low) }
  }

  func contains(_ id: String) -> Bool {
    guard let uuid = Self.uuid(id) else { return others.contains(Array(id.utf8)) }
    var (low, high) = (0, uuids.count)
    while low < high {
      let middle = (low + high) / 2
      if (uuids[middle].high, uuids[middle].low) < (uuid.high, uuid.low) { low = middle + 1 } else { high = middle }
    }
    return low < uuids.count && uuids[low] == uuid
  }

  /// As a UUID, if that is written as Cognito does: to the table, one with capitals is another.
  private static func uuid(_ id: String) -> UUID? {
    id.utf8.contains { UInt8(ascii: "A")...UInt8(ascii: "F") ~= $0 } ? nil : UUID(id)
  }
}
