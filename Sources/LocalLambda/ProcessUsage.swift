import Foundation
import Glibc

/// What a function's processes have used so far.
public struct ProcessUsage: Sendable, Equatable {
  /// The processors' time, the program's own and the kernel's for it, of all threads.
  public private(set) var cpuTime: Duration
  /// The bytes that are in memory now.
  public private(set) var residentBytes: Int
  /// The most bytes that have been in memory at a time.
  public private(set) var peakResidentBytes: Int

  /// What one process has used; nil if there is none.
  init?(process id: pid_t) {
    var clock = clockid_t()
    var time = timespec()
    // Unlike /proc/ID/stat, which counts in hundredths of a second, this clock has nanoseconds, and the time of threads
    // that have ended: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0,
      let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
      let resident = status.bytes(of: "VmRSS:"), let peak = status.bytes(of: "VmHWM:")
    else { return nil }
    cpuTime = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    (residentBytes, peakResidentBytes) = (resident, peak)
  }

  /// What all processes of a group have used together: a bootstrap may be a script that has started another program.
  /// Nil if there is none.
  init?(group id: pid_t) {
    let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    let usages = processes.filter { getpgid($0) == id }.compactMap { ProcessUsage(process: $0) }
    guard var sum = usages.first else { return nil }
    for usage in usages.dropFirst() {
      sum.cpuTime += usage.cpuTime
      sum.residentBytes += usage.residentBytes
      sum.peakResidentBytes += usage.peakResidentBytes
    }
    self = sum
  }
}

extension String {
  /// A line of `/proc/ID/status` in bytes: <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>.
  fileprivate func bytes(of name: String) -> Int? {
    split(separator: "\n").first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 << 10 }
  }
}
