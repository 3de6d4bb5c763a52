import JSON
import LocalLambda

/// An event that was read from a file, or from standard input, and is JSON.
struct EventFile: Equatable {
  /// How the user calls it.
  let name: String
  let bytes: [UInt8]

  /// Reads and checks the file at a path, where `-` is standard input, and makes the changes in their order.
  ///
  /// - Throws: ``InputError`` that names the file, and the path of a change that cannot be made.
  init(path: String, changes: [EventChange] = []) throws(InputError) {
    let name = WholeFile.name(of: path)
    let maximum = Function.maximumPayloadBytes
    let excess = InputError("\(name) has more than \(maximum) bytes, which Lambda does not take.")
    var bytes = try WholeFile.read(path, maximum: maximum, excess: excess)
    var document = try Self.document(bytes, name)
    for change in changes {
      do {
        bytes = try change.made(in: document)
      } catch {
        throw InputError("\(name): \(error)")
      }
      document = try Self.document(bytes, name)
    }
    guard bytes.count <= maximum else { throw excess }
    (self.name, self.bytes) = (name, bytes)
  }

  private static func document(_ bytes: [UInt8], _ name: String) throws(InputError) -> JSONDocument {
    do {
      // However deep it is: that is for the function to judge.
      return try JSONDocument(bytes, maximumDepth: .max)
    } catch {
      throw InputError("\(name) is not an event: \(error).")
    }
  }
}
