"""Runs a command, and says on standard error, in one line, how it ended, in what time, and with how much memory.

  measure.py COMMAND …
"""

import resource
import subprocess
import sys
import time

began = time.monotonic()
status = subprocess.run(sys.argv[1:], check=False).returncode
seconds = time.monotonic() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(
    f"exit code {status}, {seconds:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of CPU, at most"
    f" {usage.ru_maxrss / 1024:.1f} MB", file=sys.stderr)
sys.exit(status)
