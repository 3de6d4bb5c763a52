"""The functions of Tests/Examples under the two emulators, for emulators.py."""

import concurrent.futures
import contextlib
import json
import os
import random
import signal
import time
import uuid

from emulators_lambda import Function, eventually
from emulators_table import LARGEST, UNPLAYED, Row, Table, text_of_length

EVENTS = 10_000  # How many are sent to a function that handles eight at once.
AT_ONCE = 8
TOKENS = {"version": "1", "triggerSource": "TokenGeneration_Authentication", "response": {},
          "request": {"groupConfiguration": {"groupsToOverride": ["customers"]}}}


# What happens, on demand


def echoing(emulator):
    return emulator.invoke({"a": "é"}).json


def echoing_the_largest(emulator):
    event = text_of_length(LARGEST)
    return emulator.invoke(event).body == event


def billing(emulator):
    return emulator.invoke({"pieces": 2, "price": 5}).json


def billing_without_price(emulator):
    reply = emulator.invoke({"pieces": 2})
    return reply.error, reply.json["errorMessage"]


def streaming(emulator):
    chunks, error = emulator.stream({})
    return b"".join(chunk for _, chunk in chunks).decode(), error


def times_of_chunks(emulator):
    """How many chunks came well after the one before."""
    times = [seconds for seconds, _ in emulator.stream({})[0]]
    return sum(later - earlier > 0.05 for earlier, later in zip(times, times[1:]))


def breaking(emulator):
    chunks, error = emulator.stream({"break": True})
    return b"".join(chunk for _, chunk in chunks).decode(), error


def streaming_often(emulator):
    """Streams of which half break, one after the other, and so of one process."""
    process = emulator.process_after({})
    replies = [emulator.stream({"break": number % 2 == 0})[0] for number in range(6)]
    return [len(b"".join(chunk for _, chunk in chunks)) for chunks in replies], process in emulator.session()


def hanging_up(emulator):
    """Reads the first chunk of a stream and goes away."""
    connection = emulator.connect()
    emulator.send(connection, emulator.stream_path, {})
    response = connection.getresponse()
    response.read1(1)
    response.close()
    connection.close()
    eventually("the function is told", lambda: "errorType=Function.StreamClosed" in emulator.log)
    return emulator.stream({})[1]


def working_afterwards(emulator):
    """Whether the response comes before the work, which is done nevertheless."""
    emulator.invoke({})
    eventually("the work is done", lambda: emulator.log.count("worked after the response") == 1)
    reply = emulator.invoke({})
    eventually("all work is done", lambda: emulator.log.count("worked after the response") == 2)
    return reply.seconds < 0.25


def sleeping(emulator):
    return emulator.invoke({"seconds": 0.1}).json


def missing_the_deadline(emulator):
    process = emulator.process_after({"seconds": 0})
    reply = emulator.invoke({"seconds": 10})
    return reply.error, reply.seconds < emulator.function.timeout, process in emulator.session()


def being_stubborn(emulator):
    process = emulator.process_after({"seconds": 0})
    reply = emulator.invoke({"seconds": 10, "stubborn": True})
    next_reply = emulator.invoke({"seconds": 0})
    return reply.error, reply.seconds < emulator.function.timeout, next_reply.json, process in emulator.session()


def terminating(emulator):
    """Tells a process to end in the middle of an invocation."""
    process = emulator.process_after({"seconds": 0})
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        reply = threads.submit(emulator.invoke, {"seconds": 0.7})
        time.sleep(0.3)
        os.kill(process, signal.SIGTERM)
    return reply.result().json, emulator.invoke({"seconds": 0}).json, process in emulator.session()


def crashing(emulator):
    return emulator.invoke({}).error, "The process crashed" in emulator.log


def claiming(emulator):
    return emulator.invoke(TOKENS).json["response"]


def claiming_too_much(emulator):
    """The event is as large as it may be, and the response has a claim more."""
    event = json.dumps(TOKENS | {"userName": ""})
    padded = event.replace('"userName": ""', f'"userName": "{"x" * (LARGEST - len(event))}"')
    return emulator.invoke(padded.encode()).error


def handling_a_batch(emulator):
    def message(name, body):
        return {"messageId": name, "eventSource": "aws:sqs", "body": body}

    return emulator.invoke({"Records": [message("a", "1"), message("b", "two"), message("c", "3")]}).json


# What happens on Managed Instances


def eight_at_once(emulator):
    events, replies = emulator.invoke_at_once(
        lambda: [{"seconds": 0.4, "id": number} for number in range(AT_ONCE)])
    return [reply.json for reply in replies] == events, max(reply.seconds for reply in replies) < 0.4 * AT_ONCE / 2


def one_too_many(emulator):
    _, replies = emulator.invoke_at_once(lambda: [{"seconds": 0.5}] * (AT_ONCE + 1), refused=1)
    return [(reply.status, reply.error or reply.headers["x-amzn-errortype"]) for reply in replies if reply.is_refused]


def many(emulator):
    """Sends events with random delays, as many at once as there may be. Returns how many responses were another
    event's, and how many invocations there are in the log, whose lines have to be JSON."""
    seeds = [random.Random(number) for number in range(AT_ONCE)]

    def send_all(chance):
        wrong = 0
        with contextlib.closing(emulator.connect()) as connection:
            for _ in range(EVENTS // AT_ONCE):
                event = {"seconds": chance.choice([0, 0, 0.001, 0.005]), "id": chance.random()}
                # A worker that has answered is not yet asking for the next event.
                while (reply := emulator.invoke(event, connection=connection)).is_refused:
                    pass
                wrong += reply.json != event
        return wrong

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        wrong = sum(threads.map(send_all, seeds))

    def invocations():
        lines = [line for line in emulator.log.splitlines() if "invocation over" in line]
        return lines if len(lines) >= EVENTS else None

    lines = eventually("the log has all invocations", invocations)
    return wrong, len({json.loads(line)["requestId"] for line in lines})


def same_request_id(emulator):
    """One request id for two events, of which the first is answered after its time, while the second is handled."""
    headers = {"X-Amzn-RequestId": str(uuid.uuid4())}
    late = emulator.invoke({"seconds": 2.5, "stubborn": True, "id": "late"}, headers)
    return late.error, emulator.invoke({"seconds": 1.2, "id": "in time"}, headers).json


# The tables


def tables():
    def table(handler, rows, **configuration):
        variables = {"_HANDLER": handler, "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
        return Table(Function(os.environ["FUNCTIONS"], variables, **configuration), rows)

    all_chunks = "chunk 1\nchunk 2\nchunk 3\n"
    collects = "AWS's emulator has no InvokeWithResponseStream, and Invoke collects the chunks on Lambda, too."
    deadline = ("AWS's emulator says in Lambda-Runtime-Deadline-Ms that there are a million times as many milliseconds "
                "as there are, so that the function never learns when its time is up.")
    return {
        "functions": [
            table("echo", [
                Row("An event comes back", echoing, {"a": "é"}),
                Row("The largest event that there may be comes back", echoing_the_largest, True),
            ]),
            table("codable", [
                Row("An order is answered with the bill", billing, {"total": 10}),
                Row("An order that lacks something is an error that names it", billing_without_price,
                    ("Function.InvalidEvent", "The event is not valid: $.price is missing.")),
            ]),
            table("background", [
                Row("The response comes before the work that follows it", working_afterwards, True, False,
                    "Lambda answers as soon as the response is there, and not when the next event is asked for."),
            ]),
            table("trigger", [
                Row("A claim is put into the token", claiming,
                    {"claimsOverrideDetails": {"claimsToAddOrOverride": {"plan": "paid"}}}),
                Row("A response that is too large is the function's error", claiming_too_much,
                    "Function.ResponseTooLarge"),
            ]),
            table("batch", [
                Row("The messages that were not handled are named", handling_a_batch,
                    {"batchItemFailures": [{"itemIdentifier": "b"}]}),
            ]),
            table("crash", [
                Row("A crash is told with the request id, and the caller that the process ended", crashing,
                    ("Runtime.ExitError", True)),
                Row("Another process handles the next event", crashing, ("Runtime.ExitError", True)),
            ]),
        ],
        "streams": [
            table("stream", [
                Row("A stream is all of its chunks", streaming, (all_chunks, None)),
                Row("Chunks arrive as they are written", times_of_chunks, 2, 0, collects),
                Row("A stream that breaks ends with the error", breaking, ("chunk 1\nchunk 2\n", "Function.Unhandled"),
                    ("chunk 1\nchunk 2\n", None), "Lambda tells the error; AWS's emulator leaves the trailers out."),
                Row("One process has many streams, whether they break or not", streaming_often,
                    ([16, 24] * 3, True)),
                Row("A reader who goes away ends the stream, and the next one is well", hanging_up, None, UNPLAYED,
                    collects),
            ]),
        ],
        "deadlines": [
            table("sleep", [
                Row("A function that sleeps wakes up", sleeping, {"seconds": 0.1}),
                Row("A function that misses its deadline says so in time, and goes on", missing_the_deadline,
                    ("Function.DeadlineExceeded", True, True)),
                Row("One that does not stop is reported in time, and another process handles the next event",
                    being_stubborn, ("Function.DeadlineExceeded", True, {"seconds": 0}, False)),
                Row("A process that is told to end finishes its invocation, and another one handles the next",
                    terminating, ({"seconds": 0.7}, {"seconds": 0}, False)),
            ], timeout=2),
        ],
        "managed": [
            table("sleep", [
                Row("Eight events are handled at once", eight_at_once, (True, True)),
                Row("A ninth is refused", one_too_many, [(429, "TooManyRequestsException")],
                    [(400, "Runtime.Unavailable")],
                    "docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: 429. The emulator says what it is inside."),
            ], concurrency=AT_ONCE),
            table("sleep", [
                Row(f"{EVENTS} events with random delays: each has its own response, and no line of the log is torn",
                    many, (0, EVENTS)),
            ], concurrency=AT_ONCE),
            table("stream", [
                Row("A stream is all of its chunks", streaming, (all_chunks, None)),
                Row("A stream that breaks ends with the error", breaking, ("chunk 1\nchunk 2\n", "Function.Unhandled"),
                    ('{"errorMessage":"The handler failed: Broken.","errorType":"Function.Unhandled","stackTrace":[]}',
                     "Function.Unhandled"), collects),
            ], concurrency=2),
            table("sleep", [
                Row("A function that misses its deadline says so in time, and goes on", missing_the_deadline,
                    ("Function.DeadlineExceeded", True, True), ("Sandbox.Timedout", False, True), deadline),
                Row("A late response never reaches another caller", same_request_id,
                    ("Function.DeadlineExceeded", {"seconds": 1.2, "id": "in time"}),
                    ("Sandbox.Timedout", {"seconds": 1.2, "id": "in time"}), deadline),
            ], timeout=2, concurrency=4),
        ],
    }
