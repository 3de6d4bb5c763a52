"""A Runtime API that hands out one event after the other, and does no more than it must: a million take minutes.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import socket
import threading
import time

SIGN_UP = (
    b'{"version":"1","region":"us-east-1","userPoolId":"us-east-1_Example01","userName":"%036d","callerContext":'
    b'{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"1example23456789"},"triggerSource":"%b","request":'
    b'{"userAttributes":{"sub":"%036d","email_verified":"true","cognito:user_status":"CONFIRMED","name":"Ana %d",'
    b'"preferred_username":"ana-%d","email":"ana%d@example.com"}},"response":{}}')
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Lambda-Runtime-Aws-Request-Id: %036d\r\nLambda-Runtime-Invocation-Id: %036d\r\nLambda-Runtime-Deadline-Ms: %d\r\n"
    b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:cruddur\r\n"
    b"Lambda-Runtime-Trace-Id: Root=1-6926a4f0-%024d;Parent=53995c3f42cd8ad8;Sampled=1\r\nContent-Length: %d\r\n\r\n%b")


def sign_up(number, trigger=b"PostConfirmation_ConfirmSignUp"):
    """The event of a user of their own for each number."""
    return SIGN_UP % (number, trigger, *[number] * 4)


class PlainAPI:
    """Hands out `count` events on a thread of its own; `event` gives each by its number, from 1, and what answers it.

    Each answer of this API waits until `is_due`.
    """

    def __init__(self, count, event, is_due=lambda: True):
        self.count, self.event, self.is_due, self.number, self.call = count, event, is_due, 0, b""
        self.wrong = []
        self.is_over = threading.Event()
        self.deadline = int((time.time() + 86400) * 1000)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                received = b""
                while data := connection.recv(65536):
                    received += data
                    end = received.find(b"\r\n\r\n")
                    head = received[:end].lower()
                    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                    if end >= 0 and len(received) >= end + 4 + length:
                        received = b""
                        self.answer(head.split(b" ", 2)[1], connection)

    def answer(self, path, connection):
        while not self.is_due():
            time.sleep(0.0002)
        if path.endswith(b"/invocation/next"):
            if self.number == self.count:
                self.is_over.set()
                return
            self.number += 1
            body, self.call = self.event(self.number)
            connection.sendall(HEAD % (self.number, self.number, self.deadline, self.number, len(body), body))
            return
        expected = b"/2018-06-01/runtime/invocation/%036d/%b" % (self.number, self.call)
        if path != expected:
            self.wrong.append(f"{path} where {expected} was expected")
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
