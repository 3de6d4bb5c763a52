"""`bootstrap` under the two emulators, for emulators.py."""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import signal
import uuid

from emulators_lambda import Function, NotStarted, eventually, has_unread
from emulators_table import LARGEST, UNPLAYED, Row, Table, text_of_length

EVENTS = pathlib.Path(__file__).parent.parent.parent / "events"


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


# What happens


def signing_up(emulator):
    event = sign_up()
    reply = emulator.invoke(event)
    return reply.status, reply.json == event, is_stored(emulator, event)


def four_sign_ups_at_once(emulator):
    events, replies = emulator.invoke_at_once(lambda: [sign_up() for _ in range(4)])
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
    process = emulator.process_after(sign_up())
    os.kill(process, signal.SIGSTOP)  # So that it cannot have ended the invocation before.
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        reply = threads.submit(emulator.invoke, sign_up())
        eventually("the event has been handed out", lambda: has_unread(process))
        os.kill(process, signal.SIGKILL)
    return reply.result().error, emulator.invoke(sign_up()).error, process in emulator.session()


def hanging(emulator):
    """Invokes a function that does nothing any more."""
    process = emulator.process_after(sign_up())
    os.kill(process, signal.SIGSTOP)
    reply = emulator.invoke(sign_up())
    told = re.search(r"Task timed out after [0-9.]+ seconds", reply.body.decode())
    return reply.error, told and told[0], emulator.invoke(sign_up()).error, process in emulator.session()


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
        "events": [Table(bootstrap, [
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
        ])],
        "ends": [Table(dataclasses.replace(bootstrap, timeout=2), [
            Row("A process that is killed fails its invocation, and another one handles the next", killing,
                ("Runtime.ExitError", None, False)),
            Row("A function that hangs is ended at its timeout, and another one handles the next event", hanging,
                ("Sandbox.Timedout", "Task timed out after 2.00 seconds", None, False),
                (None, "Task timed out after 2.00 seconds", None, False),
                "Lambda gives an errorType, which the sentence of AWS's emulator, that is no JSON, has no room for."),
        ])],
        "start": [Table(Function(bootstrap.program), [
            Row("A function that is not configured says which variable it needs", starting,
                ("Function.InvalidConfiguration",
                 "CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.")),
        ], starts=False)],
        "managed": [Table(dataclasses.replace(bootstrap, concurrency=4), [
            Row("Four sign-ups at once, in one process", four_sign_ups_at_once, ([True] * 4, [True] * 4)),
        ])],
    }
