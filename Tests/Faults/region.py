"""A PostgreSQL, the functions that use it, who signs up there, and what goes wrong meanwhile."""

import asyncio
import contextlib
import random
import time

import server
from cognito import User, sign_up
from function import Function
from runtime_api import Invocation

# Seconds that a fault may last, all told, without anybody being refused. A busy machine makes one longer than was drawn.
SHORT = 3.8


class Region:
    """Plays faults one after the other, each amid some sign-ups, so that nobody meets more than one of them."""

    def __init__(self, number, seed, command, figures, tls, is_slow):
        self.number, self.seed, self.command, self.figures, self.tls = number, seed, command, figures, tls
        self.is_slow = is_slow  # Under valgrind nothing is said of time, and so of who may be refused.
        self.server = server.Server()
        self.functions = []
        self.is_over = False
        self.users = 0
        self.needs_events = 0
        self.refused = []
        self.fault = "before the first fault"

    async def start(self, functions):
        self.events = asyncio.Queue()
        await self.server.prepare()
        self.functions = [Function(number, self.command, self) for number in range(functions)]
        self.running = [asyncio.ensure_future(function.run()) for function in self.functions]

    @property
    def proxies(self):
        return [function.proxy for function in self.functions]

    def refuse(self):
        for proxy in self.proxies:
            proxy.refuse()

    async def listen(self):
        for proxy in self.proxies:
            await proxy.listen()

    def cut(self, reset):
        for proxy in self.proxies:
            proxy.cut(reset)

    def invoke(self, event):
        invocation = Invocation(event)
        self.events.put_nowait(invocation)
        return invocation

    def report(self, what, log=()):
        """Notes something that must not happen."""
        self.figures.fail(f"region {self.number}, {self.fault}: {what}", log)

    @contextlib.contextmanager
    def needing_events(self):
        """As long as it takes, people sign up."""
        self.needs_events += 1
        try:
            yield
        finally:
            self.needs_events -= 1

    # One fault after the other

    async def play(self, number, kind, events):
        """Plays a fault amid so many sign-ups, or as many as it needs, and checks what became of them."""
        chance = random.Random(f"{self.seed} {number}")
        self.fault = f"fault {number} ({kind.name})"
        self.left, self.answered, self.refused = events, 0, []
        quiet, begins = chance.randrange(max(1, events // 2)), asyncio.Event()
        users, latencies = [], []

        async def sign_ups():
            while self.left > 0 or self.needs_events:
                self.left -= 1
                user = User(self.users, random.Random(f"{self.seed} {number} {len(users)}"))
                self.users += 1
                users.append(user)
                invocation = await sign_up(user, self)
                if invocation:
                    latencies.append(invocation.latency)
                self.answered += 1
                if self.answered > quiet:
                    begins.set()

        clients = [asyncio.ensure_future(sign_ups()) for _ in self.functions]
        try:
            await asyncio.wait_for(begins.wait(), 60)
            start = time.monotonic()
            await asyncio.wait_for(kind.happen(self, chance), 60)
            seconds = time.monotonic() - start
            await asyncio.gather(*clients)
        except asyncio.TimeoutError:
            raise RuntimeError(f"{self.fault} is not over after a minute") from None
        finally:
            for client in clients:
                client.cancel()
        self.figures.note(kind.name, users, latencies)
        await self.check_refusals(kind, seconds)
        await self.check_rows(users)
        await self.check_functions()

    async def play_nothing(self, events):
        """Sign-ups alone."""
        await self.play("none", Nothing(), events)

    async def check_refusals(self, kind, seconds):
        """Nobody is refused for what is short; who is, for the right reason, and in one line of the log."""
        for user, message in self.refused:
            if not kind.errors and seconds < SHORT and not self.is_slow:
                self.report(f"{user}, after a fault of {seconds:.2f} s: {message}", self.all_logs())
            elif kind.errors and user.error not in kind.errors and not self.is_slow:
                self.report(f"{user}, where one of {kind.errors} was expected: {message}", self.all_logs())
        await asyncio.sleep(0.1 if self.refused else 0)  # The log is read beside what is answered.
        lines = [line for function in self.functions for line in function.refusals]
        told = sorted((line.get("sub"), line.get("errorType")) for line in lines if line["message"] == "sign-up failed")
        if told != sorted((user.sub, user.error) for user, _ in self.refused):
            self.report(f"the log says that {told} failed, and {self.refused} were told so", self.all_logs())
        if len(lines) > 2 * len(self.refused):
            self.report(f"the log has {lines}, and only {self.refused} were told so")
        for function in self.functions:
            function.refusals.clear()

    async def check_rows(self, users):
        """Whoever was told that they are done has one row, with what they gave, and whoever was not has no other."""
        subs = ", ".join(f"'{user.sub}'" for user in users)
        rows = await self.server.command(
            f"SELECT cognito_user_id, display_name, handle, email FROM users WHERE cognito_user_id IN ({subs})")
        found = {}
        for sub, *row in rows:
            found.setdefault(sub, []).append(row)
        for user in users:
            own = found.get(user.sub, [])
            if user.is_done and len(own) != 1:
                self.report(f"{user} has {len(own)} rows", self.all_logs())
            for row in own:
                if not user.is_row(*row):
                    self.report(f"{user} has the row {row}")

    async def check_functions(self):
        for function in self.functions:
            for error in function.proxy.failures:
                self.report(f"the suite's proxy failed: {error!r}")
            function.proxy.failures.clear()
            await function.check_resources()

    def all_logs(self):
        """The functions' last lines; each begins with its time."""
        return sorted(line for function in self.functions for line in function.log)

    async def end(self):
        self.is_over = True
        if self.functions:
            await asyncio.gather(*(function.end() for function in self.functions))
            await asyncio.wait_for(asyncio.gather(*self.running), 10)
        for function in self.functions:
            for state, count in function.proxy.states.items():
                self.figures.states[state] = self.figures.states.get(state, 0) + count
        await self.server.end()


class Nothing:
    """No fault."""

    name, errors = "none", ()

    async def happen(self, region, random):
        return
