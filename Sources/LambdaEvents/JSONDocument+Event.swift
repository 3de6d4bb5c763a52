package import JSON

extension JSONDocument {
  /// Reads an event.
  ///
  /// - Throws: ``EventError`` where it is not JSON.
  package init(event payload: [UInt8]) throws(EventError) {
    do throws(JSONError) {
      try self.init(payload)
    } catch {
      throw EventError(.notJSON(error))
    }
  }
}
