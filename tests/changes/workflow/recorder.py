"""A deployment system on the loopback that keeps what it is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Recorder:
    """`answers` are given in their order, the last one again and again."""

    answers: list[tuple[int, str]]
    url: str = ""
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def answer(self) -> tuple[int, str]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def recording(*answers: tuple[int, str]) -> Iterator[Recorder]:
    recorder = Recorder(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            recorder.asked.append((dict(self.headers), body))
            status, text = recorder.answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    recorder.url = f"http://127.0.0.1:{server.server_port}/rollback"
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
