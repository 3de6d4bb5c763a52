package import JSON

extension JSONDocument {
  /// Reads an event.
  ///
  /// - Throws: ``EventError`` where it is not JSON.
  package init(event payload: [UInt8]) throws(EventError) {
    self = try EventError.reading { () throws(JSONError) in try JSONDocument(payload) }
  }
}
