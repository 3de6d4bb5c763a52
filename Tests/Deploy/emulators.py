"""The same functions under two emulators of Lambda: AWS's own, and `cruddur serve`.

    emulators.py TABLE…

Plays the rows of the tables under both, prints what each emulator shows, and, where AWS's is not what Lambda does, why.
The exit code is 1 if a row did not show what it should, and 3 if AWS's emulator cannot play them here, for which the
last line has the reason. The environment has the programs (AWS_EMULATOR, CRUDDUR,
BOOTSTRAP, FUNCTIONS) and CONNECTION_URL.
"""

import contextlib
import sys
import time
import traceback

import emulators_bootstrap
import emulators_functions
from emulators_lambda import AWSEmulator, CruddurEmulator, cannot_play_managed_instances
from emulators_table import SAME, UNPLAYED


def shows(emulator, row):
    """Plays a row, and prints what it is and what was seen, or what was wanted instead."""
    wanted = row.expected
    if isinstance(emulator, AWSEmulator) and row.aws is not SAME:
        wanted = row.aws
    if wanted is UNPLAYED:
        print(f"  left out: {row.what}\n    {row.why}", flush=True)
        return True
    start = time.monotonic()
    try:
        seen = row.play(emulator)
    except Exception:
        seen = traceback.format_exc()
    seconds = time.monotonic() - start
    if seen != wanted:
        print(f"  FAILED: {row.what}\n    wanted: {wanted}\n    seen:   {seen}", flush=True)
        return False
    differs = wanted is not row.expected
    print(f"  {'differs' if differs else 'passed'}: {row.what} ({seconds:.1f} s)", flush=True)
    if differs:
        print(f"    here:   {seen}\n    Lambda: {row.expected}\n    {row.why}", flush=True)
    return True


def plays(table, kind):
    """Plays a table, and says what was said if a row did not show what it should."""
    function = table.function
    print(", ".join([kind.name, *filter(None, [function.variables.get("_HANDLER")])]), flush=True)
    emulator = kind(function)
    try:
        with emulator if table.starts else contextlib.nullcontext():
            passed = all([shows(emulator, row) for row in table.rows])
    except Exception:
        print(f"  FAILED:\n{traceback.format_exc()}", flush=True)
        passed = False
    if not passed:
        print(f"  What was said:\n{emulator.log[-4000:]}", flush=True)
    return passed


def main(*names):
    every = [emulators_bootstrap.tables(), emulators_functions.tables()]
    chosen = [table for name in names for tables in every for table in tables.get(name, [])]
    passed = all([plays(table, CruddurEmulator) for table in chosen])
    managed = [table.function.program for table in chosen if table.function.concurrency]
    if reason := managed and cannot_play_managed_instances(managed[0]):
        print(reason)
        return 3 if passed else 1
    passed &= all([plays(table, AWSEmulator) for table in chosen])
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
