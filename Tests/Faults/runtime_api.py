"""A Runtime API for one bootstrap, which hands out events as Lambda's does, and may break anywhere.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import time
import uuid

from proxy import cut, trickle

ROOT = "/2018-06-01/runtime/"
# How an answer to GET /next goes wrong, or to what is sent. What begins with a digit is a status. Once is nothing to speak
# of where the connection was kept: libcurl then tries again by itself.
BROKEN_NEXTS = ["none", "none twice", "half a head", "half a body", "late", "trickled", "500"]
BROKEN_SENDS = [
    "half a request", "none", "half a head", "late before", "late after", "trickled", "500 before", "503 after"]
# After which the process ends, because the Runtime API is of no use to it.
FATAL = {"500", "500 before", "503 after"}


class Invocation:
    """One event, being handled by one process."""

    def __init__(self, event):
        self.event = event
        self.id, self.nonce = str(uuid.uuid4()), str(uuid.uuid4())
        self.answer = None  # Its bytes, and the error's type where it is one.
        self.ack_was_broken = False
        loop = asyncio.get_running_loop()
        self.begun = loop.create_future()  # It was handed out, for the first time.
        self.over = loop.create_future()  # The answer, or None if there is none.

    def begin(self):
        if not self.begun.done():
            self.start = time.monotonic()
            self.begun.set_result(None)

    def end(self, answer=None):
        self.begin()
        if not self.over.done():
            self.latency = time.monotonic() - self.start
            self.over.set_result(answer)


class RuntimeAPI:
    """The server, the invocation of the process that it serves, and what is to go wrong next."""

    def __init__(self, port, take, report):
        self.port = port
        self.take = take  # Gives the next Invocation, when there is one.
        self.report = report  # Is told what must not happen.
        self.invocation = None
        self.is_waiting = asyncio.Event()  # Whether the process has asked for an event.
        self.break_next = self.break_send = None  # How, and a future for when it is.
        self.tasks = set()
        self.taker = None

    async def listen(self):
        self.listener = await asyncio.start_server(self.accept, "127.0.0.1", self.port, reuse_address=True)

    def process_ended(self):
        """What it had has no answer any more."""
        self.is_waiting.clear()
        for task in list(self.tasks):
            task.cancel()
        if self.invocation:
            self.invocation.end()
            self.invocation = None

    async def accept(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            while request := await read_request(reader):
                await self.serve(*request, reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.report(f"the suite's Runtime API failed: {error!r}")
        finally:
            self.tasks.discard(task)
            if self.taker is task:
                self.taker = None
            writer.close()

    async def serve(self, method, path, headers, reader, writer):
        if method == "GET" and path == ROOT + "invocation/next":
            return await self.next(writer)
        if path.startswith(ROOT + "invocation/"):
            return await self.send(path, headers, reader, writer)
        body = await read_body(reader, headers)
        if path.endswith("/extension/register"):
            await write(writer, 200, b"{}", {"Lambda-Extension-Identifier": self.port})
        elif path.endswith("/extension/event/next"):
            await asyncio.Event().wait()
        else:
            self.report(f"{method} {path} {body[:300]!r}")
            await write(writer, 202, b"{}")

    # GET /next

    async def next(self, writer):
        breaking = self.break_next
        if breaking and breaking[0] == "500":
            self.break_next = None
            tell(breaking)
            return await write(writer, 500, b"{}")
        if self.invocation is None or self.invocation.answer:
            if self.taker:
                self.taker.cancel()
            self.taker = asyncio.current_task()
            self.is_waiting.set()
            self.invocation = await self.take()
            self.taker = None
            self.is_waiting.clear()
        invocation = self.invocation
        invocation.begin()
        head = {
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Invocation-Id": invocation.nonce,
            "Lambda-Runtime-Deadline-Ms": int((time.time() + 10) * 1000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:cruddur",
        }
        breaking, self.break_next = taken(self.break_next)
        await broken_write(breaking, writer, 200, invocation.event, head)

    # POST /response and /error

    async def send(self, path, headers, reader, writer):
        breaking, self.break_send = taken(self.break_send)
        how = breaking[0] if breaking else ""
        if how == "half a request":
            await reader.readexactly(int(headers["content-length"]) // 2)
            cut(writer, reset=True)
            tell(breaking)
            raise ConnectionResetError
        body = await read_body(reader, headers)
        identifier, call = path.removeprefix(ROOT + "invocation/").split("/")
        invocation = self.invocation
        if how == "late before":
            await asyncio.sleep(breaking[2])
        if how == "500 before":
            tell(breaking)
            return await write(writer, 500, b"{}")
        if invocation is None or identifier != invocation.id:
            self.report(f"{call} of {identifier}, which nobody was waiting for")
            return await write(writer, 400, b"{}")
        if headers.get("lambda-runtime-invocation-id") != invocation.nonce:
            self.report(f"{call} of {identifier} without its Lambda-Runtime-Invocation-Id")
        answer = (body, headers.get("lambda-runtime-function-error-type") if call == "error" else None)
        status = 202
        if invocation.answer:
            status = 400
            if not invocation.ack_was_broken or answer != invocation.answer:
                self.report(f"{identifier} was answered twice: {invocation.answer} and {answer}")
        else:
            invocation.answer = answer
            invocation.end(answer)
        invocation.ack_was_broken |= how in ("none", "half a head")
        if how == "503 after":
            tell(breaking)
            return await write(writer, 503, b"{}")
        await broken_write(breaking, writer, status, b'{"status":"OK"}\n')


def taken(breaking):
    """How something goes wrong now, and how it does the next time."""
    if breaking and breaking[0].endswith(" twice"):
        how = breaking[0].removesuffix(" twice")
        return (how, None, *breaking[2:]), (how, *breaking[1:])
    return breaking, None


def tell(breaking):
    """Says that it is over, unless there is more to come."""
    if breaking[1] and not breaking[1].done():
        breaking[1].set_result(None)


async def read_request(reader):
    """The method, the path and the headers, whose names are in small letters; None where the connection is over."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.rstrip().split("\r\n")
    method, path, _ = line.split(" ")
    return method, path, {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)}


async def read_body(reader, headers):
    return await reader.readexactly(int(headers.get("content-length", 0)))


def response(status, body, headers):
    lines = [f"HTTP/1.1 {status} {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def write(writer, status, body, headers={}):
    writer.write(response(status, body, headers) + body)
    await writer.drain()


async def broken_write(breaking, writer, status, body, headers={}):
    """Writes an answer, broken as `breaking` says: how, a future for when it is done, and how long what is late takes."""
    if not breaking:
        return await write(writer, status, body, headers)
    how, _, seconds = breaking
    head = response(status, body, headers)
    if how == "half a head":
        writer.write(head[: len(head) // 2])
    elif how == "half a body":
        writer.write(head + body[: len(body) // 2])
    elif how == "trickled":
        await trickle(writer, head + body, seconds)
    elif how != "none":
        if how != "late before":
            await asyncio.sleep(seconds)
        writer.write(head + body)
    await writer.drain()
    tell(breaking)
    if how in ("none", "half a head", "half a body"):
        await asyncio.sleep(0.001)  # So that what was written is read before the RST.
        cut(writer, reset=seconds > 0.5)
        raise ConnectionResetError
