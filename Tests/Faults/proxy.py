"""The way between one bootstrap and PostgreSQL: it reads along, and may break anywhere."""

import asyncio
import socket
import struct
import time

import wire

REQUEST, ANSWER = "request", "answer"
# Of the statement that adds a user.
INSERT = "INSERT INTO public.users"


class Weather:
    """What the way does to all that passes, for a while."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.delay = 0.0  # Seconds for each piece.
        self.trickles = set()  # The directions in which bytes come one by one.
        self.blocked = {}  # For each direction in which nothing passes, the event that ends this.

    def block(self, directions):
        self.blocked = {direction: asyncio.Event() for direction in directions}

    def unblock(self):
        for event in self.blocked.values():
            event.set()
        self.blocked = {}

    def is_fair(self, direction):
        return not (self.delay or direction in self.trickles or direction in self.blocked)


class Link:
    """A connection of the bootstrap, and the one to PostgreSQL that belongs to it."""

    def __init__(self, proxy, reader, writer):
        self.proxy = proxy
        self.client = (reader, writer)
        self.messages = {REQUEST: wire.Messages(begins_with_startup=True), ANSWER: wire.Messages()}
        self.session = None  # The process id of PostgreSQL's process.
        self.statements = {}  # Their SQL by the names under which they are prepared.
        self.inserts = False  # Whether the request that is on its way adds a user.

    async def run(self):
        try:
            self.upstream = await asyncio.open_connection("127.0.0.1", self.proxy.port_of_server)
        except OSError:
            return self.cut(reset=True)
        pumps = [
            asyncio.ensure_future(self.pump(REQUEST, self.client[0], self.upstream[1])),
            asyncio.ensure_future(self.pump(ANSWER, self.upstream[0], self.client[1])),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for _, writer in (self.client, self.upstream):
                writer.close()
        for pump in pumps:
            if not pump.cancelled() and (error := pump.exception()) and not isinstance(error, OSError):
                raise error

    async def pump(self, direction, reader, writer):
        messages = self.messages[direction]
        while data := await reader.read(65536):
            for message in messages.feed(data):
                if not messages.is_opaque:
                    self.note(direction, message)
                    if self.proxy.trap and await self.proxy.trap.sees(self, direction, message, writer):
                        continue
                await self.send(direction, message, writer)

    def note(self, direction, message):
        kind = wire.kind(message)
        if direction == REQUEST and wire.asks_for_tls(message):
            for messages in self.messages.values():
                messages.is_opaque = True
        elif direction == REQUEST and kind == "P":
            name, sql = wire.strings(message[5:])[:2]
            self.statements[name] = sql
        elif direction == REQUEST and kind == "B":
            self.inserts = INSERT in self.statements.get(wire.strings(message[5:])[1], "")
        elif direction == ANSWER and kind == "K":
            self.session = struct.unpack_from("!I", message, 5)[0]
        elif direction == ANSWER and kind == "E":
            state = wire.error_fields(message[5:]).get("C")
            self.proxy.states[state] = self.proxy.states.get(state, 0) + 1

    async def send(self, direction, data, writer):
        weather = self.proxy.weather
        while not weather.is_fair(direction):
            if event := weather.blocked.get(direction):
                await event.wait()
                continue
            await asyncio.sleep(weather.delay)
            if direction in weather.trickles:
                return await trickle(writer, data, 0.001 * len(data))
            break
        writer.write(data)
        await writer.drain()

    def cut(self, reset):
        """Breaks it off, with a RST or a FIN in each direction."""
        for _, writer in filter(None, (self.client, getattr(self, "upstream", None))):
            cut(writer, reset)


async def trickle(writer, data, seconds):
    """Writes bytes one by one, in so many seconds, however busy the machine is."""
    start, written = time.monotonic(), 0
    while written < len(data):
        due = int((time.monotonic() - start) / seconds * len(data)) + 1
        for byte in data[written:due]:
            writer.write(bytes([byte]))
        written = due
        await asyncio.sleep(0.001)


def cut(writer, reset):
    """Breaks a connection off, and tells the other side so as a process that dies does, or a machine."""
    peer = writer.get_extra_info("socket")
    if reset and peer.fileno() >= 0:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()


class Proxy:
    """Where one bootstrap finds PostgreSQL."""

    def __init__(self, port, port_of_server):
        self.port, self.port_of_server = port, port_of_server
        self.links = set()
        self.weather = Weather()
        self.trap = None
        self.states = {}  # How often PostgreSQL has said each SQLSTATE.
        self.failures = []
        self.listener = None

    async def listen(self):
        if not self.listener:
            self.listener = await asyncio.start_server(self.accept, "127.0.0.1", self.port, reuse_address=True)

    def refuse(self):
        """Nobody listens any more."""
        if self.listener:
            self.listener.close()
            self.listener = None

    async def accept(self, reader, writer):
        link = Link(self, reader, writer)
        self.links.add(link)
        try:
            await link.run()
        except asyncio.CancelledError:
            pass
        except Exception as error:  # Of the suite itself.
            self.failures.append(error)
        finally:
            writer.close()
            self.links.discard(link)

    def cut(self, reset=True):
        """Breaks all connections off."""
        for link in list(self.links):
            link.cut(reset)
