"""A real PostgreSQL that can be stopped, killed, frozen and filled."""

import asyncio
import os
import pathlib
import random
import signal
import socket

import wire

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
NOT_ACCEPTING = (OSError, wire.Refused, asyncio.IncompleteReadError)

# What the suite adds to the schema. Each insert, or its commit, fails with the state in `raising` as often as that says:
# a sequence counts, because nothing takes its numbers back.
RAISING = """
CREATE TABLE raising (state text NOT NULL, times integer NOT NULL, at_commit boolean NOT NULL);
CREATE SEQUENCE raised;
CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  fault raising;
BEGIN
  SELECT * INTO fault FROM raising WHERE at_commit = (TG_NAME = 'raise_at_commit');
  IF FOUND AND nextval('raised') <= fault.times THEN
    RAISE EXCEPTION 'This is a test.' USING ERRCODE = fault.state;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER raise BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION raise();
CREATE CONSTRAINT TRIGGER raise_at_commit AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION raise();
"""


def free_port():
    """One below those that Linux gives to outgoing connections, which could take it while its server is away."""
    while True:
        port = random.SystemRandom().randrange(20000, 32768)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    """One cluster. Its processes are ended, or held, by signals: what a machine that fails does to them."""

    def __init__(self):
        self.port = free_port()
        self.disk = None

    async def make(self, like=None):
        """Makes the cluster, as a copy of that of a server that was not started yet if there is one."""
        arguments = [str(like.home)] if like else []
        self.keeper = await asyncio.create_subprocess_exec(
            HERE / "cluster", *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        self.home = pathlib.Path(await self.said()).resolve()  # As the kernel tells where a process works.
        self.data = str(self.home / "data")
        disk = await self.said()
        self.disk = pathlib.Path(disk.removeprefix("disk ")) if disk.startswith("disk ") else None

    async def said(self):
        """The keeper's next line."""
        line = (await self.keeper.stdout.readline()).decode().rstrip("\n")
        if not line:
            raise RuntimeError("there is no PostgreSQL to break")
        return line

    async def prepare(self, raising=True):
        """Starts it for the first time, and loads the tables, with what makes inserts fail."""
        await self.start()
        async with await self.client() as client:
            for name in ("schema.sql", "grants.sql"):
                await client.query((TOP / "deploy/db" / name).read_text())
            await client.query("ALTER ROLE cruddur_app PASSWORD 'secret'; CREATE ROLE crowd LOGIN")
            if raising:
                await client.query(RAISING)
            if self.disk:
                await client.query(f"CREATE TABLESPACE small LOCATION '{self.disk}'")
                await client.query("ALTER TABLE users SET TABLESPACE small")

    async def client(self, user="postgres"):
        return await wire.Client.connect(f"{self.data}/.s.PGSQL.{self.port}", user)

    async def command(self, sql):
        async with await self.client() as client:
            return await client.query(sql)

    async def start(self):
        """Starts it, and returns once it accepts connections."""
        self.keeper.stdin.write(f"start {self.port}\n".encode())
        await self.said()
        await self.until_up()

    async def until_up(self):
        """Waits until it accepts connections."""
        for _ in range(3000):
            try:
                (await self.client()).close()
                return
            except NOT_ACCEPTING:
                await asyncio.sleep(0.01)
        raise RuntimeError(f"PostgreSQL does not come up: {(self.home / 'log').read_text()[-2000:]}")

    def processes(self):
        """The postmaster and all its children: PostgreSQL's processes that work in its folder."""
        found = []
        for process in filter(str.isdecimal, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{process}/cwd") == self.data:
                    found.append(int(process))
            except OSError:
                continue  # It has ended, or is somebody else's.
        return found

    def postmaster(self):
        return int((self.home / "data/postmaster.pid").read_text().split("\n")[0])

    async def stop(self, how):
        """SIGINT for a fast stop, SIGQUIT for an immediate one."""
        os.kill(self.postmaster(), how)
        while self.processes():
            await asyncio.sleep(0.01)

    async def kill(self):
        """Kills all of it, so that nothing of it can say a word."""
        while processes := self.processes():
            send(signal.SIGKILL, processes)
            await asyncio.sleep(0.005)

    def freeze(self):
        """Holds all processes, the postmaster first, because it could make more."""
        send(signal.SIGSTOP, [self.postmaster()])
        send(signal.SIGSTOP, self.processes())

    def thaw(self):
        send(signal.SIGCONT, self.processes())

    async def terminate(self, session):
        """Ends the session of a process, and returns once that is gone."""
        await self.command(f"SELECT pg_terminate_backend({session}, 5000)")

    async def end(self):
        self.thaw()
        self.keeper.stdin.close()
        await self.keeper.wait()


def send(number, processes):
    """Sends a signal to processes, of which some may have ended."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass
