"""What a run has counted, and what went wrong in it."""

import time


class Figures:
    def __init__(self):
        self.start = time.monotonic()
        self.failures = []  # What must not happen, and the log's last lines where they tell more.
        self.kinds = {}  # For each kind of fault how often it was, and the slowest answer.
        self.users = self.tries = self.refused = self.done = 0
        self.latencies = []
        self.states = {}

    def fail(self, what, log=()):
        """Notes something that must not happen, and says so at once: a run may take hours."""
        print(f"failure {len(self.failures) + 1}: {what}"[:300], flush=True)
        self.failures.append((what, list(log)))

    def note(self, kind, users, latencies):
        """Notes a fault, and those who signed up meanwhile."""
        if kind != "none":
            times, slowest = self.kinds.get(kind, (0, 0))
            self.kinds[kind] = (times + 1, max([slowest, *latencies]))
        self.users += len(users)
        self.tries += sum(user.tries for user in users)
        self.done += sum(user.is_done for user in users)
        self.refused += sum(user.error is not None for user in users)
        self.latencies += latencies

    @property
    def faults(self):
        return sum(times for times, _ in self.kinds.values())

    def print(self, seed):
        print("\nfaults by kind: how often, and the slowest answer")
        for name, (times, slowest) in sorted(self.kinds.items()):
            print(f"{times:6}  {slowest * 1000:7.0f} ms  {name}")
        print("SQLSTATEs by how often PostgreSQL said them:", ", ".join(
            f"{state} {times}" for state, times in sorted(self.states.items())))
        latencies = sorted(self.latencies) or [0]
        shares = {share: latencies[len(latencies) * share // 100] * 1000 for share in (50, 90, 99)}
        print("latency:", *(f"p{share} {milliseconds:.1f} ms," for share, milliseconds in shares.items()),
              f"at most {latencies[-1] * 1000:.0f} ms")
        print(f"{self.users} events in {self.tries} tries, {self.faults} faults: {self.done} done, {self.refused} refused,"
              f" in {time.monotonic() - self.start:.0f} s, --seed {seed}")

    def print_failures(self, seed):
        for what, log in self.failures[-20:]:
            print(f"\nFAILED: {what}")
            for line in log[-12:]:
                print(f"    {line[:300]}")
        print(f"\n{len(self.failures)} failures with --seed {seed}")
