"""Places in the conversation of one insert where something happens exactly then, and what may happen there."""

import asyncio

import wire
from proxy import ANSWER, INSERT, REQUEST

BEFORE = "before the insert"
WITHIN = "within the insert's messages"
DURING = "while it is executed"
DONE = "after CommandComplete, before the commit"
WITHIN_DONE = "within CommandComplete"
COMMITTED = "after the commit, before ReadyForQuery"
LOGIN = "within the login"
FLUSH = b"H\0\0\0\4"


class Trap:
    """Waits on a function's proxy for the place, has the strike made there, once, and is gone."""

    def __init__(self, function, place, strike):
        self.function, self.place, self.strike = function, place, strike
        self.link = None  # Whose insert it is, once that has begun.
        self.locks = None
        self.completed = asyncio.Event()
        self.over = asyncio.get_running_loop().create_future()
        function.proxy.trap = self

    async def sees(self, link, direction, message, writer):
        """Is shown each message before it is passed on; true if there is no need to any more."""
        kind = wire.kind(message)
        if self.over.done() or self.link not in (None, link):
            return False
        if direction == REQUEST:
            return await self.sees_request(link, kind, message, writer)
        if self.place == LOGIN and kind == "R":
            await self.spring(link, message[:5], writer)
            return True
        if not link.inserts:
            return False
        if self.place == WITHIN_DONE and kind == "C":
            await self.spring(link, message[: len(message) // 2], writer)
            return True
        if kind == "C":
            self.link = link
        if kind in "CE":
            await link.send(direction, message, writer)
            self.completed.set()
            return True
        if self.place == COMMITTED and kind == "Z" and self.link is link:
            await self.spring(link)
            await link.send(direction, message, writer)
            return True
        return False

    async def sees_request(self, link, kind, message, writer):
        if self.place == DURING:
            return await self.sees_request_to_hold(link, kind, message, writer)
        if not link.inserts:
            return False
        if self.place == BEFORE and kind == "B":
            await self.spring(link)
        elif self.place == WITHIN and kind == "B":
            await self.spring(link, message[: len(message) // 2], writer)
            return True
        elif self.place == DONE and kind == "E":
            # PostgreSQL commits at the Sync, which is held back; a Flush has it say what it has to say before.
            self.link = link
            self.completed.clear()
            await link.send(REQUEST, message + FLUSH, writer)
            return True
        elif self.place == DONE and kind == "S" and self.link is link:
            await asyncio.wait_for(self.completed.wait(), 3)
            await self.spring(link)
        return False

    async def sees_request_to_hold(self, link, kind, message, writer):
        """Has the insert wait for a lock. That is taken before it is so much as parsed, which takes one as well."""
        if not self.locks and (kind == "B" and link.inserts or kind == "P" and INSERT.encode() in message):
            self.link = link
            self.locks = await self.function.region.server.client()
            await self.locks.query("BEGIN; LOCK TABLE users IN SHARE MODE")
        elif self.locks and kind == "S":
            await link.send(REQUEST, message, writer)
            await self.until_it_waits(link)
            await self.spring(link)
            return True
        return False

    async def until_it_waits(self, link):
        """Waits until the insert is executed, which it does not come far with."""
        async with await self.function.region.server.client() as client:
            for _ in range(300):
                if await client.query(
                    f"SELECT FROM pg_stat_activity WHERE pid = {link.session} AND wait_event_type = 'Lock'"):
                    return
                await asyncio.sleep(0.005)

    async def spring(self, link, part=b"", writer=None):
        if part:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.005)  # So that it is read before the end.
        self.function.proxy.trap = None
        # In a task of its own: the one that passes messages on ends with the connection.
        self.task = asyncio.ensure_future(self.make_strike(link))
        await asyncio.shield(self.task)

    async def make_strike(self, link):
        try:
            await self.strike(self.function, link)
        except Exception as error:
            self.over.set_exception(error)
        else:
            self.over.set_result(None)
        finally:
            if self.locks:
                self.locks.close()


# Strikes.


async def terminate(function, link):
    await function.region.server.terminate(link.session)
    await asyncio.sleep(0.002)  # So that its last words are passed on.


async def reset(function, link):
    link.cut(reset=True)


async def close(function, link):
    link.cut(reset=False)


async def die(function, link):
    function.kill()
    await function.process.wait()


async def crash(function, link):
    await function.region.server.kill()


async def hang(function, link):
    """Nothing passes for a while."""
    function.proxy.weather.block([REQUEST, ANSWER])
    await asyncio.sleep(1)
    function.proxy.weather.unblock()


STRIKES = {
    "session ended": (terminate, [BEFORE, DURING, DONE, COMMITTED]),
    "connection reset": (reset, [BEFORE, WITHIN, DURING, DONE, WITHIN_DONE, COMMITTED, LOGIN]),
    "connection closed": (close, [BEFORE, WITHIN, DURING, DONE, WITHIN_DONE, COMMITTED, LOGIN]),
    "bootstrap killed": (die, [BEFORE, WITHIN, DURING, DONE, COMMITTED]),
    "server killed": (crash, [DURING, DONE, COMMITTED]),
    "network silent": (hang, [BEFORE, DURING, DONE, COMMITTED]),
}
