"""A server on loopback that records what it is told and answers as it is bidden."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Request(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def values(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    text: str = "{}"


@dataclass
class RecordingHost:
    """`replies` are given one by one, the last for good; `pages` are served at their path."""

    url: str = ""
    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    requests: list[Request] = field(default_factory=list)
    pages: dict[str, Reply] = field(default_factory=dict)

    def reply_to(self, path: str) -> Reply:
        """What is served there, else the next reply."""
        if path in self.pages:
            return self.pages[path]
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def recording_host(*replies: Reply) -> Iterator[RecordingHost]:
    host = RecordingHost(replies=[*replies] or [Reply()])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            host.requests.append(Request(self.path, dict(self.headers), body))
            reply = host.reply_to(self.path)
            time.sleep(reply.delay_seconds)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.text.encode())))
            self.end_headers()
            self.wfile.write(reply.text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that did not wait for the answer is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
