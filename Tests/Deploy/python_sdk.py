"""AWS's SDK for Python against the Invoke API of `cruddur serve`, in front of TestFunction.

    python_sdk.py URL FOLDER SCENARIO

FOLDER is where the scenario may make files. The exit code is 0 if all was as it should be.
"""

import base64
import json
import os
import re
import sys

import boto3
from botocore.config import Config

NAME = "cruddur"


def client(url):
    return boto3.client(
        "lambda",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=60),
    )


def log_of(answer):
    return base64.b64decode(answer["LogResult"]).decode()


def error_of(call, kind, words):
    """Passes if the call raises the exception of its name, with the words."""
    try:
        call()
    except kind as error:
        message = error.response["Error"]["Message"]
        assert words in message, message
        return error.response
    raise AssertionError(f"no {kind.__name__}")


def invoke(api, folder):
    """Answers, errors, and what may be said beside the event."""
    answer = api.invoke(FunctionName=NAME, Payload=b'{"a": 1}')
    assert answer["Payload"].read() == b'{"a": 1}'
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
    assert "FunctionError" not in answer and "LogResult" not in answer, answer

    arn = f"arn:aws:lambda:eu-central-1:999999999999:function:{NAME}"
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    for name, qualifier in [(NAME, "live"), (f"{NAME}:live", "live"), (arn, "$LATEST"), (f"{arn}:live", "live")]:
        answer = api.invoke(
            FunctionName=name, Qualifier=qualifier, ClientContext=context, TenantId="blue", Payload=b"[]"
        )
        assert answer["Payload"].read() == b"[]", answer

    answer = api.invoke(FunctionName=NAME, LogType="Tail", Payload=b'"log 5"')
    start, line, end, report = log_of(answer).splitlines()
    assert start.startswith("START RequestId: ") and "xxxxx" in line and end.startswith("END RequestId: "), start
    assert re.fullmatch(r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t.*", report), report

    answer = api.invoke(FunctionName=NAME, LogType="Tail", Payload=b'"abort"')
    assert answer["FunctionError"] == "Unhandled" and answer["StatusCode"] == 200, answer
    error = json.load(answer["Payload"])
    assert error["errorType"] == "Runtime.ExitError", error
    assert log_of(answer).endswith("\tStatus: error\tError Type: Runtime.ExitError\n"), log_of(answer)

    answer = api.invoke(FunctionName=NAME, InvocationType="DryRun", Payload=b"{}")
    assert answer["StatusCode"] == 204, answer
    answer = api.invoke(FunctionName=NAME, InvocationType="Event", Payload=b"{}")
    assert answer["StatusCode"] == 202 and answer["Payload"].read() == b"", answer


def errors(api, folder):
    """What Lambda refuses is an exception of its own."""
    kinds = api.exceptions
    error_of(
        lambda: api.invoke(FunctionName="other"),
        kinds.ResourceNotFoundException,
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other",
    )
    error_of(
        lambda: api.invoke(FunctionName=NAME, Payload=b"{"), kinds.InvalidRequestContentException, "Could not parse"
    )
    error_of(
        lambda: api.invoke(FunctionName=NAME, ClientContext="x" * 3584),
        kinds.InvalidRequestContentException,
        "3584 bytes",
    )
    error_of(
        lambda: api.invoke(FunctionName=f"{NAME}:live", Qualifier="$LATEST"),
        kinds.InvalidParameterValueException,
        "does not match",
    )
    error_of(
        lambda: api.invoke(FunctionName=NAME, Payload=b" " * 6_291_557), kinds.RequestTooLargeException, "6291556"
    )
    big = error_of(
        lambda: api.invoke(FunctionName=NAME, InvocationType="Event", Payload=b" " * 1_048_577),
        kinds.ClientError,
        "1048577 byte payload is too large for the Event invocation type",
    )
    assert big["ResponseMetadata"]["HTTPStatusCode"] == 413, big
    # Before a stream has begun they are the same.
    error_of(
        lambda: api.invoke_with_response_stream(FunctionName="other"), kinds.ResourceNotFoundException, "not found"
    )
    answer = api.invoke_with_response_stream(FunctionName=NAME, InvocationType="DryRun")
    assert answer["StatusCode"] == 204, answer


def throttling(api, folder):
    """One who comes when all are busy is told why; `cruddur serve` has --max-concurrency 1."""
    gate = os.path.join(folder, "busy")
    stream = api.invoke_with_response_stream(FunctionName=NAME, Payload=json.dumps(f"stream {gate}"))
    events = iter(stream["EventStream"])
    assert next(events) == {"PayloadChunk": {"Payload": b"one\n"}}
    for call in (api.invoke, api.invoke_with_response_stream):
        error = error_of(lambda: call(FunctionName=NAME), api.exceptions.TooManyRequestsException, "Rate Exceeded.")
        assert error["Reason"] == "ConcurrentInvocationLimitExceeded", error
    open(gate, "w").close()
    assert list(events)[-1] == {"InvokeComplete": {}}


def stream(api, folder):
    """Each chunk comes when it is written, and the end says how it was."""
    gate = os.path.join(folder, "gate")
    answer = api.invoke_with_response_stream(
        FunctionName=NAME, LogType="Tail", Payload=json.dumps(f"stream {gate}")
    )
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
    assert answer["ResponseStreamContentType"] == "application/vnd.amazon.eventstream", answer
    events = iter(answer["EventStream"])
    assert next(events) == {"PayloadChunk": {"Payload": b"one\n"}}
    # The function waits for this before it writes more, so that the first chunk has come alone.
    open(gate, "w").close()
    assert next(events) == {"PayloadChunk": {"Payload": b"two\n"}}
    end = next(events)
    assert set(end) == {"InvokeComplete"} and "ErrorCode" not in end["InvokeComplete"], end
    lines = log_of(end["InvokeComplete"]).splitlines()
    assert [line.split()[0] for line in lines if "streaming" not in line] == ["START", "END", "REPORT"], lines
    assert list(events) == []

    # What is no stream is one chunk.
    events = list(api.invoke_with_response_stream(FunctionName=NAME, Payload=b'{"a": 1}')["EventStream"])
    assert events == [{"PayloadChunk": {"Payload": b'{"a": 1}'}}, {"InvokeComplete": {}}], events


def broken_stream(api, folder):
    """An error behind a part of the response: of the function, of its process, and of its time."""
    gate = os.path.join(folder, "broken")
    answer = api.invoke_with_response_stream(FunctionName=NAME, Payload=json.dumps(f"stream {gate} break"))
    events = iter(answer["EventStream"])
    assert next(events) == {"PayloadChunk": {"Payload": b"one\n"}}
    open(gate, "w").close()
    assert next(events) == {"PayloadChunk": {"Payload": b"two\n"}}
    end = next(events)["InvokeComplete"]
    assert end["ErrorCode"] == "Unhandled", end
    error = json.loads(end["ErrorDetails"])
    assert error["errorType"] == "Function.Broken" and error["errorMessage"] == "The stream broke.", error
    assert list(events) == []

    events = list(api.invoke_with_response_stream(FunctionName=NAME, Payload=b'"abort"')["EventStream"])
    assert len(events) == 1 and "Runtime.ExitError" in events[0]["InvokeComplete"]["ErrorDetails"], events

    # Nobody makes this file: the function, or Lambda, ends it at its deadline.
    never = os.path.join(folder, "never")
    events = list(
        api.invoke_with_response_stream(FunctionName=NAME, Payload=json.dumps(f"stream {never}"))["EventStream"]
    )
    assert events[0] == {"PayloadChunk": {"Payload": b"one\n"}} and len(events) == 2, events
    assert events[1]["InvokeComplete"]["ErrorCode"] == "Unhandled", events


if __name__ == "__main__":
    url, folder, scenario = sys.argv[1:]
    {
        "invoke": invoke,
        "errors": errors,
        "throttling": throttling,
        "stream": stream,
        "broken-stream": broken_stream,
    }[scenario](client(url), folder)
