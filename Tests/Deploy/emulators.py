"""The same functions under two emulators of Lambda: AWS's own, and `cruddur serve`.

    emulators.py TABLE…

Plays the rows of each table under both, prints what each emulator shows, and, where that differs, which of the two is
as Lambda is; the exit code is 1 if a row did not show what it should. The environment has the programs (AWS_EMULATOR,
CRUDDUR, BOOTSTRAP) and CONNECTION_URL.
"""

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import sys
import time
import traceback
import typing
import uuid

from lambda_emulators import AWSEmulator, CruddurEmulator, Function, NotStarted, eventually, has_unread

EVENTS = pathlib.Path(__file__).parent.parent.parent / "events"
LARGEST = 6_291_556  # Bytes of an event or of a response.
SAME = object()
UNPLAYED = object()


@dataclasses.dataclass
class Row:
    """What is tried, and what whoever invokes the function sees then."""

    what: str
    play: typing.Callable  # Gets an emulator and returns what is seen.
    expected: object
    aws: object = SAME  # What is seen with AWS's emulator instead.
    why: str = ""  # Why that differs from Lambda, or why Lambda is like that and `cruddur serve` is not.


@dataclasses.dataclass
class Table:
    function: Function
    rows: list
    starts: bool = True  # Whether the function comes up; if not, the rows start the emulator.


# What is sent


def sample(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def sign_up():
    """The event of somebody new."""
    event = sample("confirm-sign-up")
    event["request"]["userAttributes"] |= {"sub": str(uuid.uuid4()), "preferred_username": f"user-{uuid.uuid4()}"}
    return event


def is_stored(emulator, event):
    """Whether the function shows the user whom the event is about."""
    request = sample("home")
    handle = event["request"]["userAttributes"]["preferred_username"]
    path = f"/api/activities/@{handle}"
    request["rawPath"] = request["requestContext"]["http"]["path"] = path
    return emulator.invoke(request).json["statusCode"] == 200


def text_of_length(length):
    """JSON of as many bytes."""
    return b'"' + b"x" * (length - 2) + b'"'


def at_once(emulator, events):
    """The replies to events that are sent at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(events)) as threads:
        return list(threads.map(emulator.invoke, events))


# What happens


def signing_up(emulator):
    event = sign_up()
    reply = emulator.invoke(event)
    return reply.status, reply.json == event, is_stored(emulator, event)


def four_sign_ups_at_once(emulator):
    events = [sign_up() for _ in range(4)]
    replies = at_once(emulator, events)
    stored = [is_stored(emulator, event) for event in events]
    return [reply.json == event for reply, event in zip(replies, events)], stored


def unknown_event(emulator):
    reply = emulator.invoke({"nothing": "known"})
    return reply.status, reply.error


def mark_of_an_error(emulator):
    return emulator.invoke({"nothing": "known"}).headers.get("x-amz-function-error")


def unknown_trigger(emulator):
    event = sample("unknown-trigger")
    return emulator.invoke(event).json == event


def no_json(emulator):
    reply = emulator.invoke(b"no JSON")
    return reply.status, reply.error or reply.headers.get("x-amzn-errortype")


def event_too_large(emulator):
    reply = emulator.invoke(text_of_length(LARGEST + 1))
    return reply.status, reply.error or reply.headers.get("x-amzn-errortype")


def killing(emulator):
    """Ends the function's process in the middle of an invocation."""
    [process] = eventually_running(emulator)
    os.kill(process, signal.SIGSTOP)  # So that it cannot have ended the invocation before.
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        reply = threads.submit(emulator.invoke, sign_up())
        eventually("the event has been handed out", lambda: has_unread(process))
        os.kill(process, signal.SIGKILL)
    return reply.result().error, emulator.invoke(sign_up()).error, [process] != list(emulator.session())


def hanging(emulator):
    """Invokes a function that does nothing any more."""
    [process] = eventually_running(emulator)
    os.kill(process, signal.SIGSTOP)
    reply = emulator.invoke(sign_up())
    told = re.search(r"Task timed out after [0-9.]+ seconds", reply.body.decode())
    return reply.error, told and told[0], emulator.invoke(sign_up()).error, [process] != list(emulator.session())


def eventually_running(emulator):
    """The processes of a function that has handled an event."""
    emulator.invoke(sign_up())
    return list(emulator.session())


def starting(emulator):
    """What is said where the function does not come up."""
    try:
        with emulator:
            reply = emulator.invoke(sign_up())
            return reply.error, reply.json["errorMessage"]
    except NotStarted as end:
        return tuple(re.search("FATAL (.*) errorType=(.*)", str(end)).group(2, 1))


# The tables


def tables():
    bootstrap = Function(os.environ["BOOTSTRAP"], {"CONNECTION_URL": os.environ["CONNECTION_URL"]})
    return {
        "events": Table(bootstrap, [
            Row("A sign-up is answered with its own event, and the user is there", signing_up, (200, True, True)),
            Row("A trigger that nobody handles is answered with its own event", unknown_trigger, True),
            Row("An event that nobody handles is an error of the function", unknown_event,
                (200, "Function.UnknownEvent")),
            Row("A header says that it is an error", mark_of_an_error, "Unhandled", None,
                "Lambda says so in X-Amz-Function-Error: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."),
            Row("What is not JSON never reaches the function", no_json, (400, "InvalidRequestContentException"),
                (200, "Function.InvalidJSON"),
                "Lambda looks at it first: InvalidRequestContentException at the same address."),
            Row("An event that is too large never reaches the function", event_too_large,
                (413, "RequestTooLargeException"), (200, "Function.InvalidJSON"),
                "Lambda looks at it first, as above; AWS's emulator cuts the event off where it has to end."),
            Row("Four sign-ups at once", four_sign_ups_at_once, ([True] * 4, [True] * 4), UNPLAYED,
                "Lambda starts as many processes. AWS's emulator has one, and ends, with a nil pointer, when a second "
                "event comes before the first is answered."),
        ]),
        "ends": Table(dataclasses.replace(bootstrap, timeout=2), [
            Row("A process that is killed fails its invocation, and another one handles the next", killing,
                ("Runtime.ExitError", None, True)),
            Row("A function that hangs is ended at its timeout, and another one handles the next event", hanging,
                ("Sandbox.Timedout", "Task timed out after 2.00 seconds", None, True),
                (None, "Task timed out after 2.00 seconds", None, True),
                "Lambda gives an errorType, which the sentence of AWS's emulator, that is no JSON, has no room for."),
        ]),
        "start": Table(Function(bootstrap.program), [
            Row("A function that is not configured says which variable it needs", starting,
                ("Function.InvalidConfiguration", "CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.")),
        ], starts=False),
    }


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
    print(kind.name, flush=True)
    try:
        emulator = kind(table.function)
        with emulator if table.starts else contextlib.nullcontext():
            results = [shows(emulator, row) for row in table.rows]
            log = emulator.log
    except Exception:
        print(f"  FAILED:\n{traceback.format_exc()}", flush=True)
        return False
    if not all(results):
        print(f"  What was said:\n{log[-4000:]}", flush=True)
    return all(results)


def main(*names):
    chosen = [tables()[name] for name in names]
    return all([plays(table, kind) for table in chosen for kind in (AWSEmulator, CruddurEmulator)])


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
