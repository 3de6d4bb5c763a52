import Glibc

extension Duration {
  /// Whole milliseconds, bounded so that a date plus a duration never overflows.
  var milliseconds: Int64 {
    Int64(min(max(self / .milliseconds(1), -1e15), 1e15))
  }
}

/// The realtime clock, in milliseconds since the Unix epoch.
func millisecondsSinceEpoch() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
