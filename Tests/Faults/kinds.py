"""All that may go wrong: a function for each kind, which breaks something of a region, and mends it in the end."""

import asyncio
import contextlib
import signal

import runtime_api
import server
import traps
import wire
from proxy import ANSWER, REQUEST

# What may pass by itself, of https://www.postgresql.org/docs/current/errcodes-appendix.html.
STATES = """08000 08001 08003 08004 08006 08007 08P01 25006 40000 40001 40002 40003 40P01 53000 53100 53200 53300 53400
55P03 57000 57P01 57P02 57P03 57P04 57P05 58000 58030""".split()
LONG = 5.5


class Kind:
    """A fault, by its name; one that may last longer than a sign-up waits has error types that it is told with."""

    def __init__(self, name, function, *arguments, errors=()):
        self.name, self.function, self.arguments = name, function, arguments
        # The last retry may be the one that has no time left.
        self.errors = {f"Function.{error}" for error in (*errors, "DatabaseTimeout")} if errors else set()

    async def happen(self, region, random):
        await self.function(region, random, *self.arguments)


def length(random):
    """Seconds that a fault lasts: mostly short, and at most so long that there is time for a retry within four."""
    return random.uniform(*random.choice([(0.02, 0.3)] * 6 + [(0.3, 1.2)] * 3 + [(1.2, 3.6)]))


# PostgreSQL.


async def stopped(region, random, how, seconds=None):
    """Stopped, and started again. Whoever comes meanwhile is refused, or let in by the network and then turned away."""
    if random.random() < 0.7:
        region.refuse()
    await (region.server.kill() if how == signal.SIGKILL else region.server.stop(how))
    await asyncio.sleep(length(random) if seconds is None else seconds)
    await region.server.start()
    await region.listen()


async def one_killed(region, random):
    """A process of PostgreSQL is killed, which ends all sessions then, and recovers."""
    processes = await region.server.command("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    server.send(signal.SIGKILL, [int(random.choice(processes)[0])])
    await asyncio.sleep(0.05)
    await region.server.until_up()


async def frozen(region, random, seconds=None):
    region.server.freeze()
    await asyncio.sleep(seconds or length(random))
    region.server.thaw()


async def crowded(region, random, seconds=None):
    """Others have all the connections, and ours are ended."""
    crowd = []
    try:
        region.refuse()  # Until there is none left, so that we are not the quicker ones.
        await region.server.command(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE usename = 'cruddur_app'")
        with contextlib.suppress(wire.Refused):
            while True:
                crowd.append(await region.server.client("crowd"))
        await region.listen()
        await asyncio.sleep(seconds or length(random))
    finally:
        for client in crowd:
            client.close()


async def read_only(region, random, seconds=None):
    """As on a server that is a standby now."""
    async with await region.server.client() as client:
        await client.query("SET default_transaction_read_only = off")
        await client.query("ALTER SYSTEM SET default_transaction_read_only = on")
        await client.query("SELECT pg_reload_conf()")
        await asyncio.sleep(seconds or random.uniform(0.2, 2))
        await client.query("ALTER SYSTEM RESET default_transaction_read_only")
        await client.query("SELECT pg_reload_conf()")


async def disk_full(region, random, seconds=None):
    """A file takes all that is left of the table's disk, and rows that are not committed what is left of its pages."""
    if not region.server.disk:
        return await raised(region, random, "53100", False, times=10**9, seconds=seconds or length(random))
    ballast = region.server.disk / "ballast"
    async with await region.server.client() as client:
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (1 << 16, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        try:
            await client.query(
                "INSERT INTO users (display_name, handle, cognito_user_id)"
                " SELECT '', n, n FROM generate_series(1, 20000) AS n")
            raise RuntimeError("a full disk took 20,000 rows")
        except wire.Refused as refusal:
            if refusal.state != "53100":
                raise
        await asyncio.sleep(seconds or length(random))
        ballast.unlink()


async def locked(region, random, seconds=None):
    """Somebody has the table."""
    async with await region.server.client() as client:
        await client.query("BEGIN; LOCK TABLE users")
        await asyncio.sleep(seconds or length(random))


async def raised(region, random, state, at_commit, times=None, seconds=0):
    """The next insert fails with a state, or its commit does, or some of them."""
    times = times or random.choice([1, 1, 1, 2, 3])
    raised = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM raised"
    with region.needing_events():
        async with await region.server.client() as client:
            await client.query(
                f"ALTER SEQUENCE raised RESTART; INSERT INTO raising VALUES ('{state}', {times}, {at_commit})")
            while int(await client.value(raised)) < min(times, 3):
                await asyncio.sleep(0.005)
            await asyncio.sleep(seconds)
            await client.query("DELETE FROM raising")


# The network.


async def unreachable(region, random, seconds=None):
    region.refuse()
    region.cut(random.random() < 0.5)
    await asyncio.sleep(seconds or length(random))
    await region.listen()


async def cut(region, random, reset):
    """All connections break, wherever they are just then."""
    for _ in range(random.randint(1, 5)):
        region.cut(reset)
        await asyncio.sleep(random.uniform(0, 0.1))


async def weather(region, random, name, value):
    """Whatever is sent is late, or comes byte by byte; sometimes connections are made in it."""
    if random.random() < 0.5:
        region.cut(True)
    for proxy in region.proxies:
        setattr(proxy.weather, name, value)
    await asyncio.sleep(max(0.3, length(random)))
    for proxy in region.proxies:
        proxy.weather.clear()


async def silent(region, random, directions):
    """Nothing arrives, and nobody is told."""
    for proxy in region.proxies:
        proxy.weather.block(directions)
    await asyncio.sleep(length(random))
    for proxy in region.proxies:
        proxy.weather.unblock()


async def sessions_ended(region, random):
    """The server ends all sessions, wherever they are just then."""
    for _ in range(random.randint(1, 5)):
        await region.server.command(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cruddur_app'")
        await asyncio.sleep(random.uniform(0, 0.05))


async def trapped(region, random, place, strike):
    """Something happens at a place of one insert's conversation."""
    with region.needing_events():
        function = random.choice(region.functions)
        trap = traps.Trap(function, place, strike)
        if place == traps.LOGIN:
            function.proxy.cut()
        await trap.over
    if strike is traps.crash:
        await asyncio.sleep(length(random) / 2)
        await region.server.start()


# Lambda.


async def api_broken(region, random, call, how):
    """An answer of the Runtime API is cut, late, or an error; so may a request be cut."""
    function = random.choice(region.functions)
    done = asyncio.get_running_loop().create_future()
    if how in runtime_api.FATAL:
        function.expected_ends += 1
    setattr(function.api, call, (how, done, random.uniform(0.05, 1)))
    with region.needing_events():
        await done


async def killed(region, random, latest):
    """A process of bootstrap is killed, wherever it is, and sometimes its successor, too."""
    for _ in range(random.choice([1, 1, 2])):
        function = random.choice(region.functions)
        await asyncio.wait_for(function.is_up.wait(), 10)
        await asyncio.sleep(random.uniform(0, latest))
        function.kill()


def kinds(tls):
    """Each kind once; over TLS without those that want to know what is said."""
    names = {signal.SIGINT: "stopped", signal.SIGQUIT: "stopped at once", signal.SIGKILL: "killed whole"}
    for how, name in names.items():
        yield Kind(f"PostgreSQL {name}", stopped, how)
        yield Kind(f"PostgreSQL {name} and started", stopped, how, 0)
    yield Kind("a process of PostgreSQL killed", one_killed)
    yield Kind("PostgreSQL frozen", frozen)
    yield Kind("PostgreSQL out of connections", crowded)
    yield Kind("PostgreSQL read-only", read_only)
    yield Kind("disk full", disk_full)
    yield Kind("table locked", locked)
    yield Kind("sessions ended", sessions_ended)
    for state in STATES:
        yield Kind(f"{state} raised", raised, state, False)
    for state in ("40001", "40P01", "53200", "57P01", "58030"):
        yield Kind(f"{state} raised at the commit", raised, state, True)
    yield Kind("server unreachable", unreachable)
    yield Kind("connections reset", cut, True)
    yield Kind("connections closed", cut, False)
    yield Kind("network slow", weather, "delay", 0.03)
    yield Kind("requests trickle", weather, "trickles", {REQUEST})
    yield Kind("answers trickle", weather, "trickles", {ANSWER})
    yield Kind("network silent", silent, [REQUEST, ANSWER])
    yield Kind("answers lost for a while", silent, [ANSWER])
    for name, (strike, places) in () if tls else traps.STRIKES.items():
        for place in places:
            yield Kind(f"{name} {place}", trapped, place, strike)
    for how in runtime_api.BROKEN_NEXTS:
        yield Kind(f"answer to GET /next: {how}", api_broken, "break_next", how)
    for how in runtime_api.BROKEN_SENDS:
        yield Kind(f"answer to POST: {how}", api_broken, "break_send", how)
    yield Kind("bootstrap killed", killed, 0.02)
    yield Kind("bootstrap killed while it starts", killed, 0.2)


def long_kinds():
    """Each that lasts longer than a sign-up waits, with what whoever signs up meanwhile is refused with."""
    refused = ("DatabaseConnectionRefused", "DatabaseConnectionLost", "DatabaseNotReady")
    yield Kind("PostgreSQL stopped for long", stopped, signal.SIGINT, LONG, errors=refused)
    yield Kind("PostgreSQL frozen for long", frozen, LONG, errors=("DatabaseTimeout",))
    yield Kind("PostgreSQL out of connections for long", crowded, LONG, errors=("DatabaseTooManyConnections",))
    yield Kind("PostgreSQL read-only for long", read_only, LONG, errors=("DatabaseError",))
    yield Kind("disk full for long", disk_full, LONG, errors=("DatabaseError",))
    yield Kind("table locked for long", locked, LONG, errors=("DatabaseTimeout",))
    yield Kind("server unreachable for long", unreachable, LONG, errors=refused)
