"""PostgreSQL's protocol, as far as this suite speaks it: a client for its own statements, and where messages begin and end.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import struct

# What a client's first message says in the place of a version.
SSL_REQUEST = 80877103


class Refused(Exception):
    """What the server says is wrong."""

    def __init__(self, fields):
        self.state = fields.get("C", "")
        super().__init__(f"{fields.get('S')} {self.state}: {fields.get('M')}")


class Messages:
    """Cuts what one side says into messages, each with all of its bytes. A client's first one has no type."""

    def __init__(self, begins_with_startup=False):
        self.rest = b""
        self.starting = begins_with_startup
        self.is_opaque = False  # There is TLS around them: pieces are all that is to be seen.

    def feed(self, data):
        if self.is_opaque:
            return [data]
        self.rest += data
        messages = []
        while True:
            skipped = 0 if self.starting else 1
            if len(self.rest) < skipped + 4:
                return messages
            length = skipped + struct.unpack_from("!I", self.rest, skipped)[0]
            if len(self.rest) < length:
                return messages
            message, self.rest = self.rest[:length], self.rest[length:]
            self.starting = False
            messages.append(message)


def kind(message):
    """The type of a message; of a client's first one, which has none, that is NUL."""
    return chr(message[0])


def asks_for_tls(message):
    """Whether a client's first message asks for TLS."""
    return len(message) == 8 and struct.unpack_from("!I", message, 4)[0] == SSL_REQUEST


def strings(payload):
    """The strings that a message begins with."""
    return [part.decode("utf-8", "replace") for part in payload.split(b"\0")]


def error_fields(payload):
    """What an ErrorResponse says, by the letters of its fields."""
    return {part[:1].decode(): part[1:].decode("utf-8", "replace") for part in payload.split(b"\0") if part}


class Client:
    """A session of this suite's own, with the simple protocol, over the server's Unix-domain socket."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, path, user="postgres"):
        reader, writer = await asyncio.open_unix_connection(path)
        client = cls(reader, writer)
        parameters = f"user\0{user}\0database\0postgres\0application_name\0faults\0\0".encode()
        writer.write(struct.pack("!II", 8 + len(parameters), 196608) + parameters)
        try:
            await client.answer()
        except BaseException:
            client.close()
            raise
        return client

    async def query(self, sql):
        """Executes statements; the rows of the last one, each a list of texts."""
        body = sql.encode() + b"\0"
        self.writer.write(b"Q" + struct.pack("!I", 4 + len(body)) + body)
        return await self.answer()

    async def value(self, sql):
        return (await self.query(sql))[0][0]

    async def answer(self):
        rows, refusal = [], None
        while True:
            head = await self.reader.readexactly(5)
            payload = await self.reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            match head[:1]:
                case b"T":
                    rows = []
                case b"D":
                    rows.append(columns(payload))
                case b"E":
                    refusal = refusal or Refused(error_fields(payload))
                    if error_fields(payload).get("S") in ("FATAL", "PANIC"):
                        raise refusal
                case b"Z":
                    if refusal:
                        raise refusal
                    return rows

    def close(self):
        self.writer.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.close()


def columns(payload):
    """The texts of a DataRow."""
    values, at = [], 2
    for _ in range(struct.unpack_from("!H", payload)[0]):
        length = struct.unpack_from("!i", payload, at)[0]
        at += 4
        values.append(None if length < 0 else payload[at : at + length].decode())
        at += max(length, 0)
    return values
