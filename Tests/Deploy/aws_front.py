"""An endpoint for the AWS CLI: Lambda's Invoke goes to a function that runs, all else to moto.

usage: aws_front.py MOTO_URL [PATTERN=URL …]

moto cannot run a function without Docker. Here a function whose name matches PATTERN, as in a shell, is the one that
`cruddur serve` has at URL; the first that matches counts. Prints its own URL, and ends with SIGTERM.
"""

import fnmatch
import http.client
import http.server
import re
import sys
import urllib.parse

INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations(\?.*)?")
# Of one connection only: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"}


def function_name(reference):
    """The name in a name, an ARN, or a part of one, each with or without a qualifier."""
    parts = urllib.parse.unquote(reference).split(":")
    return parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    moto = ""
    functions = []

    def destination(self):
        """The server that the request is for, the path to ask it, and the Host to say."""
        invoke = INVOKE.fullmatch(self.path)
        if invoke and self.command == "POST":
            name = function_name(invoke[1])
            for pattern, url in self.functions:
                if fnmatch.fnmatchcase(name, pattern):
                    # `cruddur serve` has one function, in one version, and refuses a foreign Host.
                    return url, "/2015-03-31/functions/cruddur/invocations", url
        return self.moto, self.path, self.headers.get("Host", self.moto)

    def forward(self):
        address, path, host = self.destination()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(address, timeout=120)
        try:
            connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP | {"host", "expect"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            self.pass_on(connection.getresponse())
        except OSError as error:
            self.send_error(502, f"{address}: {error}")
        finally:
            connection.close()

    def pass_on(self, answer):
        body = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *arguments):
        pass


def address(url):
    return urllib.parse.urlsplit(url).netloc


def main():
    Front.moto = address(sys.argv[1])
    Front.functions = [(pattern, address(url)) for pattern, url in (word.split("=", 1) for word in sys.argv[2:])]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
