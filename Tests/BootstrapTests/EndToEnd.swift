import TestSupport
import Testing

/// The real program against the strict Runtime API and a real PostgreSQL. One test at a time: they measure how long an answer takes.
@Suite(.serialized, .ownThread) enum EndToEnd {}
