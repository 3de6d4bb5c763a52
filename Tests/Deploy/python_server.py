"""Runs the tests' Python programs without their start: it has imported them once, and forks for each call.

usage: python_server.py FOLDER OWNER

The AWS command line takes a second of a slow machine to start, and the tests run it a thousand times. FOLDER gets a
client for each of the programs below, under its name. A client hands over its arguments, environment, working
directory and standard descriptors, passes on signals, and ends as the call does. The server, and what it runs, ends
with the process OWNER, however that ends. Once FOLDER/ready is there, clients find it.
"""

import array
import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import pathlib
import runpy
import selectors
import signal
import socket
import sys
import traceback

import awscli
import botocore.exceptions

# What tests use of AWS, which moto calls a little differently.
SERVICES = ["cloudformation", "cognito-idp", "ec2", "iam", "lambda", "logs", "rds", "s3", "secretsmanager", "sts"]
BACKENDS = [{"cognito-idp": "cognitoidp", "lambda": "awslambda"}.get(service, service) for service in SERVICES]

# The module of each program, and what is worth importing before the first fork.
PROGRAMS = {
    "aws": ("awscli.clidriver", ["awscli.handlers", "botocore.session", "s3transfer.manager"]),
    "moto_server": ("moto.server", [f"moto.{service}.{part}" for part in ("models", "responses") for service in (
        *BACKENDS, "core", "moto_api._internal")]),
    "python3": ("runpy", ["boto3", "samtranslator.translator.transform", "samtranslator.yaml_helper"]),
}
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
LIBC = ctypes.CDLL(None)

# It has to start fast, so it goes without Python's own library: the modules are those written in C.
CLIENT = """#!%s -ISE
import _signal, _socket, posix, sys
server = _socket.socket(_socket.AF_UNIX)
server.connect(%r)
for number in (_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM):
    _signal.signal(number, lambda number, frame: server.send(bytes([number])))
arguments = [word.encode(sys.getfilesystemencoding(), "surrogateescape") for word in sys.argv[1:]]
variables = [name + b"=" + value for name, value in posix.environ.items()]
request = b"\\0".join([%r, b"%%d" %% len(arguments), *arguments, posix.getcwdb(), *variables])
descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
server.sendmsg([len(request).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
server.sendall(request)
status = int(server.recv(16) or 255)
if status < 0:
    if -status != _signal.SIGKILL:
        _signal.signal(-status, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -status)
sys.exit(status)
"""


def write_clients(folder, address):
    for name in PROGRAMS:
        client = folder / name
        client.write_text(CLIENT % (os.path.realpath(sys.executable), address, name.encode()))
        client.chmod(0o755)


class Call:
    """What a client asks for."""

    def __init__(self):
        self.descriptors = array.array("i")

    def read(self, connection):
        header, [(_, _, descriptors)], _, _ = connection.recvmsg(8, socket.CMSG_SPACE(3 * 4))
        self.descriptors.frombytes(descriptors)
        request = connection.recv(int.from_bytes(header, "big"), socket.MSG_WAITALL)
        self.program, count, *words = map(os.fsdecode, request.split(b"\0"))
        self.arguments, (self.folder, *variables) = words[: int(count)], words[int(count) :]
        self.environment = dict(word.split("=", 1) for word in variables)
        # As awscli does while it is imported.
        self.environment["AWS_DATA_PATH"] = data_path(self.environment.get("AWS_DATA_PATH"))

    def prepare(self):
        """Loads, into the parent, what this call and others like it need."""
        for module in PROGRAMS[self.program][1]:
            importlib.import_module(module)
        if self.program == "moto_server":
            prepare_moto()
        elif self.program == "aws" and self.arguments:
            load_models(self.environment["AWS_DATA_PATH"], self.arguments[0])
        gc.freeze()  # The child's garbage collector need not look at it, which would copy it.

    def run(self):
        """In the child: becomes what was called. Never returns."""
        LIBC.prctl(DEATH_SIGNAL, signal.SIGKILL)
        for number, descriptor in enumerate(self.descriptors):
            os.dup2(descriptor, number)
        os.closerange(3, 4096)
        sys.stdout.reconfigure(line_buffering=True)
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv = [self.program, *self.arguments]
        status = 1
        try:
            status = self.main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            sys.excepthook(*sys.exc_info())
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
        try:
            sys.stdout.flush()
        except OSError:
            status = 120  # As Python itself does.
        os._exit(status or 0)

    def main(self):
        if self.program != "python3":
            return sys.modules[PROGRAMS[self.program][0]].main()
        sys.argv = [word for word in self.arguments if word != "-u"]  # Its lines are never held back.
        if sys.argv[0] == "-m":
            sys.argv.pop(0)
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        elif sys.argv[0] in ("-", "-c"):
            text = sys.stdin.read() if sys.argv[0] == "-" else sys.argv.pop(1)
            exec(compile(text, sys.argv[0], "exec"), {"__name__": "__main__"})
        else:
            sys.path[0] = os.path.dirname(sys.argv[0])
            runpy.run_path(sys.argv[0], run_name="__main__")
        return 0


def data_path(given=None):
    """AWS_DATA_PATH with the command line's own data."""
    return os.pathsep.join([given] * bool(given) + [os.path.join(os.path.dirname(awscli.__file__), "data")])


@functools.cache
def loader(data_path):
    """botocore's, which keeps what it has loaded: there is one for each AWS_DATA_PATH."""
    return importlib.import_module("botocore.loaders").create_loader(data_path)


@functools.cache
def load_models(data_path, command):
    """Loads what botocore and the command line know of a service."""
    models = loader(data_path)
    service = {"s3api": "s3"}.get(command, command)
    for name in ("cli", "endpoints", "partitions", "sdk-default-configuration", "_retry"):
        models.load_data(name)
    if service in models.list_available_services("service-2"):
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"):
            with contextlib.suppress(botocore.exceptions.UnknownServiceError):  # Not every service has each of them.
                models.load_service_model(service, kind)


@functools.cache
def prepare_moto():
    """Has each moto keep AWS's rules, and begin with what it would load when it is first asked for a service, and
    after each reset."""
    importlib.import_module("moto_rules").apply()
    utilities, iam = sys.modules["moto.core.utils"], sys.modules["moto.iam.models"]
    utilities._load_service_model = loader(data_path()).load_service_model
    for service in SERVICES:
        load_models(data_path(), service)
        utilities.get_service_model(service)
    # Of AWS's own policies, which are 1,485 in each of 6 partitions, Lambda's are enough.
    policies = json.loads(iam.aws_managed_policies_data)
    iam.aws_managed_policies_data = json.dumps({name: policies[name] for name in policies if "Lambda" in name})


class Server:
    def __init__(self, address, owner):
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(address)
        self.listener.listen(64)
        self.watch(self.listener, self.accept)
        self.watch(os.pidfd_open(owner), sys.exit)

    def watch(self, file, action):
        self.selector.register(file, selectors.EVENT_READ, action)

    def serve(self):
        while True:
            (key, _), *_ = self.selector.select()  # One at a time, because it may close the others.
            key.data()

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(10)  # Others wait meanwhile.
        call = Call()
        try:
            call.read(connection)
            call.prepare()
            connection.settimeout(None)
            child = os.fork()
            if child == 0:
                call.run()
        except Exception:
            traceback.print_exc()  # The client ends with 255; the others go on.
            return connection.close()
        finally:
            for descriptor in call.descriptors:  # Whoever reads them waits until nobody has them open.
                os.close(descriptor)
        process = os.pidfd_open(child)
        self.watch(connection, lambda: self.pass_on(connection, process))
        self.watch(process, lambda: self.end(connection, process, child))

    def pass_on(self, connection, process):
        """A client passes on a signal, or was killed."""
        numbers = connection.recv(1)
        signal.pidfd_send_signal(process, numbers[0] if numbers else signal.SIGKILL)
        if not numbers:
            self.selector.unregister(connection)

    def end(self, connection, process, child):
        _, status = os.waitpid(child, 0)
        try:
            connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))
        except OSError:
            pass  # There is nobody who wants to know.
        if connection in self.selector.get_map():
            self.selector.unregister(connection)
        self.selector.unregister(process)
        connection.close()
        os.close(process)


def main():
    folder, owner = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    os.setsid()  # A terminal's Ctrl-C is for the clients, which pass it on.
    os.closerange(3, 4096)  # Whoever reads what the tests say waits until nobody can write there.
    address = str(folder / "server")
    server = Server(address, owner)
    importlib.import_module("awscli.clidriver")
    importlib.import_module("moto.server")
    importlib.import_module("botocore.session").create_loader = loader
    write_clients(folder, address)
    (folder / "ready").touch()
    server.serve()


main()
