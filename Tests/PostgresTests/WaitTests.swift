import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct WaitTests {
  private let pipe = Pipe()
  private let flag: EventFD

  init() throws {
    flag = try EventFD()
  }

  private func wait(for interest: Interest, until deadline: ContinuousClock.Instant) throws -> WaitOutcome {
    let end = interest == .read ? pipe.fileHandleForReading : pipe.fileHandleForWriting
    return try Postgres.wait(for: interest, on: end.fileDescriptor, unless: flag, until: deadline)
  }

  @Test func `A descriptor that is ready is told at once`() throws {
    #expect(try wait(for: .write, until: ampleTime) == .ready)
    pipe.fileHandleForWriting.write(Data([1]))
    #expect(try wait(for: .read, until: ampleTime) == .ready)
    #expect(isReadable(pipe.fileHandleForReading.fileDescriptor))
  }

  @Test func `A descriptor that is not ready is waited for until the deadline`() throws {
    let deadline = ContinuousClock.now + .microseconds(20_500)
    #expect(try wait(for: .read, until: deadline) == .timedOut)
    expectTime(of: deadline)
    #expect(!isReadable(pipe.fileHandleForReading.fileDescriptor))
  }

  @Test func `A descriptor whose other end is closed is ready to say so`() throws {
    try pipe.fileHandleForWriting.close()
    #expect(try wait(for: .read, until: ampleTime) == .ready)
  }

  @Test func `A flag that is raised, before or meanwhile, ends the waiting until it is lowered`() throws {
    flag.raise()
    #expect(try wait(for: .read, until: ampleTime) == .interrupted)
    flag.raise()
    flag.lower()
    #expect(try wait(for: .read, until: .now + .milliseconds(5)) == .timedOut)
    Thread.detachNewThread { [flag] in
      usleep(20_000)
      flag.raise()
    }
    #expect(try wait(for: .read, until: ampleTime) == .interrupted)
  }

  @Test func `Neither the flag nor the deadline waits for a descriptor that is always ready`() throws {
    #expect(try wait(for: .write, until: .now) == .timedOut)
    #expect(try wait(for: .write, until: .now - .seconds(1)) == .timedOut)
    flag.raise()
    #expect(try wait(for: .write, until: ampleTime) == .interrupted)
  }
}
