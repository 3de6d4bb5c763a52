"""Two emulators of Lambda, with the same functions in either: AWS's own, and `cruddur serve`.

Both listen on 127.0.0.1 alone, and end, with all that they started, as soon as whoever started them does.
"""

import concurrent.futures
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

PATIENCE = 30  # Seconds until something is taken never to happen.

# On Managed Instances AWS's emulator starts the program as this user, from this path.
MANAGED_USER = ["setpriv", "--reuid", "993", "--regid", "990", "--clear-groups"]
AT_VAR_TASK = [
    "unshare", "--mount", "sh", "-ec",
    'mount -t tmpfs tmpfs /var; mkdir /var/task; touch /var/task/bootstrap; mount --bind "$1" /var/task/bootstrap;'
    ' shift; exec "$@"', "sh",
]


def eventually(what, condition):
    """The first true value of `condition`."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"never: {what}")


class NotStarted(Exception):
    """The function does not come up, so that there is nothing to invoke; the message is what was said."""


@dataclasses.dataclass
class Function:
    """A program and its configuration."""

    program: str
    variables: dict = dataclasses.field(default_factory=dict)
    timeout: int = 10
    concurrency: int | None = None  # With one it is on Managed Instances.


class Reply:
    """What who invoked a function gets."""

    def __init__(self, response, start):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.chunks = []  # The bytes that came at once, and when they came, in seconds.
        self.is_complete = True
        try:
            while chunk := response.read1(65536):
                self.chunks.append((time.monotonic() - start, chunk))
        except (http.client.IncompleteRead, ConnectionError):
            self.is_complete = False
        response.close()  # So that the connection can be used again.
        self.seconds = time.monotonic() - start
        self.body = b"".join(chunk for _, chunk in self.chunks)

    @property
    def json(self):
        """The response as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def is_refused(self):
        """Whether the function handles as many events as it can already, in its one process on Managed Instances."""
        return self.status == 429 or self.error == "Runtime.Unavailable"

    @property
    def error(self):
        """The type of the function's error; None where the response is none."""
        return self.json.get("errorType") if isinstance(self.json, dict) else None


class Emulator:
    """A process that a function runs below. A context: it runs until its end."""

    path = "/2015-03-31/functions/function/invocations"

    def __init__(self, function):
        self.function = function
        self.process = None
        self.log_file = tempfile.TemporaryFile()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def run(self, command, variables, **streams):
        """Starts the emulator with nothing of the tests' own environment but where libraries are."""
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], cwd="/", env=kept | variables, stdin=subprocess.DEVNULL,
            stderr=self.log_file, start_new_session=True, **streams)

    def end(self, number=signal.SIGTERM):
        """Ends it, and what is left of it: all processes of its session."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        finally:
            for process in self.session():
                with contextlib.suppress(ProcessLookupError):  # It may have ended meanwhile.
                    os.kill(process, signal.SIGKILL)

    def session(self):
        """The process ids of its session, but for its own."""
        for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has ended meanwhile.
            process = int(status.parent.name)
            if int(fields[3]) == self.process.pid and process != self.process.pid and fields[0] != "Z":
                yield process

    def process_after(self, event):
        """The function's process, which has handled an event."""
        self.invoke(event)
        return eventually("there is one process", lambda: len(running := list(self.session())) == 1 and running[0])

    @property
    def log(self):
        """All that it, and the function, have said."""
        return os.pread(self.log_file.fileno(), 1 << 28, 0).decode(errors="replace")

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=PATIENCE)

    def invoke(self, event, headers={}, connection=None):
        """Invokes the function, over a new connection unless there is one, and waits for its response; `event` is bytes
        or what becomes JSON."""
        if connection is None:
            with contextlib.closing(self.connect()) as connection:
                return self.invoke(event, headers, connection)
        start = time.monotonic()
        self.send(connection, self.path, event, headers)
        return Reply(connection.getresponse(), start)

    def invoke_at_once(self, make_events, refused=0, tries=20):
        """The replies to events that are sent at the same time. A worker that is new, or has just responded, is not yet
        asking for an event: it is tried again with others if more were refused than there should be."""
        for _ in range(tries):
            events = make_events()
            with concurrent.futures.ThreadPoolExecutor(len(events)) as threads:
                replies = list(threads.map(self.invoke, events))
            if sum(reply.is_refused for reply in replies) <= refused:
                break
            time.sleep(0.05)
        return events, replies

    def send(self, connection, path, event, headers={}):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        connection.request("POST", path, body, {"Content-Type": "application/json"} | headers)

    def stream(self, event):
        """Invokes the function and waits for its stream: the chunks, and the function's error, if there is one."""
        reply = self.invoke(event)
        return reply.chunks, reply.error


class AWSEmulator(Emulator):
    """aws-lambda-rie of <https://github.com/aws/aws-lambda-runtime-interface-emulator>. It starts the program with the
    first event, but on Managed Instances."""

    name = "AWS's emulator"

    def start(self):
        self.address = ("127.0.0.1", free_port())
        command = [
            os.environ["AWS_EMULATOR"], "--runtime-interface-emulator-address", f"127.0.0.1:{self.address[1]}",
            "--runtime-api-address", f"127.0.0.1:{free_port()}",
        ]
        variables = self.function.variables | {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.function.timeout)}
        if self.function.concurrency is None:
            command.append(self.function.program)
        else:
            command = [*AT_VAR_TASK, self.function.program, *command]
            variables["AWS_LAMBDA_MAX_CONCURRENCY"] = str(self.function.concurrency)
        self.run(command, variables, stdout=self.log_file)
        eventually("AWS's emulator listens", self.listens)

    def listens(self):
        if self.process.poll() is not None:
            raise NotStarted(self.log)
        try:
            self.connect().connect()
            return True
        except OSError:
            return False


class CruddurEmulator(Emulator):
    """`cruddur serve`."""

    name = "cruddur serve"
    path = "/2015-03-31/functions/cruddur/invocations"
    stream_path = "/2021-11-15/functions/cruddur/response-streaming-invocations"

    def stream(self, event):
        with contextlib.closing(self.connect()) as connection:
            start = time.monotonic()
            self.send(connection, self.stream_path, event)
            chunks = []
            for kind, payload in stream_events(connection.getresponse()):
                if kind == "InvokeComplete":
                    details = json.loads(payload).get("ErrorDetails")
                    return chunks, details and json.loads(details)["errorType"]
                chunks.append((time.monotonic() - start, payload))
            raise AssertionError(f"the stream never ends: {chunks}")

    def start(self):
        command = [
            os.environ["CRUDDUR"], "serve", "--port", "0", "--bootstrap", self.function.program,
            "--timeout", str(self.function.timeout),
        ]
        if self.function.concurrency is not None:
            command += ["--max-concurrency", str(self.function.concurrency)]
        variables = dict(self.function.variables)
        # A secret, which an argument would show to everybody; it reaches the function from the environment, too.
        own = {name: variables.pop(name) for name in ("CONNECTION_URL",) if name in variables}
        for name, value in variables.items():
            command += ["--env", f"{name}={value}"]
        self.run(command, own, stdout=subprocess.PIPE)
        url = urllib.parse.urlsplit(self.process.stdout.readline().decode().strip())
        if not url.port:
            self.process.wait(PATIENCE)
            raise NotStarted(self.log)
        self.address = (url.hostname, url.port)


def stream_events(response):
    """The events of InvokeWithResponseStream as they come, by their types and payloads:
    <https://smithy.io/2.0/aws/amazon-eventstream.html>."""
    while prelude := response.read(12):
        length, headers_length = struct.unpack(">II", prelude[:8])
        rest = response.read(length - 12)
        headers = rest[:headers_length]
        kind = re.search(rb":event-type\x07..([A-Za-z]+)", headers, re.DOTALL)[1].decode()
        yield kind, rest[headers_length:-4]


def has_unread(process):
    """Whether something was sent to a process that it has not read yet."""
    links = (os.readlink(link) for link in pathlib.Path(f"/proc/{process}/fd").iterdir())
    sockets = {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}
    # https://docs.kernel.org/networking/proc_net_tcp.html
    lines = [line.split() for line in pathlib.Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    return any(line[9] in sockets and not line[4].endswith(":00000000") for line in lines)


def free_port():
    """A port that nobody listens at, below those that Linux gives to outgoing connections."""
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def cannot_play_managed_instances(program):
    """Why AWS's emulator cannot play Managed Instances with `program` here; None where it can."""
    command = [*AT_VAR_TASK, program, *MANAGED_USER, "/var/task/bootstrap"]
    attempt = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True)
    # Without a Runtime API the program says so and ends, if it can be started at all.
    if attempt.returncode == 2:
        return None
    reason = " ".join(attempt.stderr.split())
    return f"AWS's emulator starts a program as user 993 at /var/task, which takes root: {reason}"
