"""A bootstrap, which is started anew however it ends, as Lambda does it; and what it must not do."""

import asyncio
import collections
import json
import os
import signal

from proxy import Proxy
from runtime_api import RuntimeAPI
from server import free_port

# What the log may say of a fault that is over before anybody is refused, by the beginnings of its messages.
USUAL = (
    "user added", "user already there", "not connected to the database yet: ",
    "GET /runtime/invocation/next got no answer", "POST /runtime/invocation/{id}/response got no answer",
    "Lambda answered POST /runtime/invocation/{id}/response with",
)
# What it says before the process ends because of the Runtime API.
ENDING = "The Runtime API answered "
# What it says where it is so slow that it has had no time for something, as under valgrind.
SLOW = ("what was to be done at the end was not done", "not registered as an extension (Timeout was reached")


class Function:
    """The process, its Runtime API and its way to PostgreSQL."""

    def __init__(self, number, command, region):
        self.number, self.command, self.region = number, command, region
        self.proxy = Proxy(free_port(), region.server.port)
        self.api = RuntimeAPI(free_port(), region.events.get, self.report)
        self.log = collections.deque(maxlen=40)
        self.refusals = []  # Lines of the log about users who were not stored.
        self.expected_ends = 0  # How often the process may end by what the suite does to it.
        self.is_up = asyncio.Event()
        self.held = None

    def report(self, what):
        self.region.report(f"function {self.number}: {what}", self.log)

    async def run(self):
        await self.proxy.listen()
        await self.api.listen()
        certificate = f"{self.region.server.data}/server.crt"
        security = f"sslmode=verify-full&sslrootcert={certificate}" if self.region.tls else "sslmode=disable"
        url = f"postgresql://cruddur_app:secret@127.0.0.1:{self.proxy.port}/postgres?gssencmode=disable&{security}"
        environment = {
            "PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.port}",
            "AWS_LAMBDA_LOG_FORMAT": "JSON", "CONNECTION_URL": url}
        if "CRUDDUR_TEST_RUN" in os.environ:  # By which deploy/test ends all that it started.
            environment["CRUDDUR_TEST_RUN"] = os.environ["CRUDDUR_TEST_RUN"]
        while not self.region.is_over:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env=environment, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                start_new_session=True)
            self.held = None
            self.is_up.set()
            await self.read_log(self.process.stderr)
            code = await self.process.wait()
            self.is_up.clear()
            self.api.process_ended()
            if self.region.is_over:
                if code != 0:
                    self.report(f"ended with {code} after SIGTERM")
            elif self.expected_ends > 0:
                self.expected_ends -= 1
            else:
                self.report(f"ended by itself, with {code}")
                await asyncio.sleep(0.5)

    async def read_log(self, stream):
        while line := (await stream.readline()).decode("utf-8", "replace").rstrip("\n"):
            self.log.append(line)
            try:
                entry = json.loads(line)
                level, message = entry["level"], entry["message"]
            except (ValueError, KeyError):
                self.report(f"logged what is no line of the log: {line}")
                continue
            if " not stored" in message or message.startswith("sign-up failed"):
                self.refusals.append(entry)
            elif message.startswith(ENDING) and self.expected_ends > 0:
                continue
            elif message.startswith(SLOW) and self.region.is_slow:
                continue
            elif level == "ERROR" or not message.startswith(USUAL):
                self.report(f"logged: {line}")

    def kill(self):
        """Ends the process at once, wherever it is."""
        self.is_up.clear()
        self.expected_ends += 1
        self.process.send_signal(signal.SIGKILL)

    async def end(self):
        # Whoever is still starting does not know what SIGTERM means.
        await asyncio.wait([asyncio.ensure_future(self.api.is_waiting.wait())], timeout=5)
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        self.api.listener.close()
        self.proxy.refuse()

    async def check_resources(self):
        """Compares what the process holds while it waits for an event with what it held before.

        A connection, which it may not have just then, is two descriptors; and Swift's own threads, with the timers by
        which the first retry waits, are started when they are needed, once.
        """
        for _ in range(100):
            if not self.is_up.is_set() or not self.api.is_waiting.is_set():
                return
            folder = f"/proc/{self.process.pid}"
            held = [len(os.listdir(f"{folder}/{kind}")) for kind in ("fd", "task")]
            self.held = self.held or held
            if all(now <= before + 6 for now, before in zip(held, self.held)):
                return
            await asyncio.sleep(0.01)
        self.report(f"held {self.held} descriptors and threads, and now {held}")
