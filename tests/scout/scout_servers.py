"""Servers on loopback that answer as those of the places do; what they are told to do wrong, they do wrong."""

import contextlib
import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Address = tuple[str, int]


@dataclass(frozen=True)
class Ask:
    """A request as it came: ``query`` holds every pair in order, ``headers`` have names in small letters."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def one(self, name: str) -> str:
        return dict(self.query).get(name, "")

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    def json(self) -> Any:
        return json.loads(self.body or b"null")

    @property
    def is_conditional(self) -> bool:
        """Whether it asks for a change only: by validator or by where to go on from."""
        names = {key for key, _ in self.query} | set(self.json() if self.body.startswith(b"{") else ())
        return "if-none-match" in self.headers or bool(names & {"min_id", "sinceId", "since_id", "cursor"})


@dataclass(frozen=True)
class Reply:
    """What is sent back: ``body`` as bytes, or as what JSON can hold; ``drip`` seconds pass before each byte."""

    body: Any = b""
    status: int = 200
    kind: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    etag: bool = True

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


NOT_FOUND = Reply({"error": "not found"}, 404)


class Loopback:
    """A server of HTTP on 127.0.0.1; a context that is running.

    Attributes:
        asked: every request but those for robots.txt, in order.
        robots: the text of robots.txt; None for none.
        fault: looked at before each answer; what it returns is sent in place of the answer.
    """

    def __init__(self, answer: Callable[[Ask], Reply] = lambda ask: NOT_FOUND) -> None:
        self.answer = answer
        self.asked: list[Ask] = []
        self.robots: str | None = None
        self.robots_asked = 0
        self.fault: Callable[[Ask], Reply | None] = lambda ask: None
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.address: Address = ("127.0.0.1", self._server.server_address[1])
        self.host = "{}:{}".format(*self.address)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> "Loopback":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        assert self._server.wrong == [], f"the test's own server failed: {self._server.wrong!r}"

    def reply(self, ask: Ask) -> Reply:
        if ask.path == "/robots.txt":
            self.robots_asked += 1
            told = NOT_FOUND if self.robots is None else Reply(self.robots.encode(), kind="text/plain")
            return self.fault(ask) or told
        self.asked.append(ask)
        return self.fault(ask) or self.answer(ask)

    def only(self, path: str) -> list[Ask]:
        """The requests for one path."""
        return [ask for ask in self.asked if ask.path == path]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: Address, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.wrong: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that the other side drops is no error; all else is one of the test's own."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.wrong.append(error)


def _handler(server: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def log_message(self, *words: object) -> None:
            pass

        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                self._answer(b"")

        def do_POST(self) -> None:
            with contextlib.suppress(OSError):
                told = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(told)
                if len(body) == told:  # else whoever asked is gone, killed before all was sent
                    self._answer(body)

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            reply = server.reply(Ask(self.command, unquote(parts.path), query, headers, body))
            self._send(reply, headers)

        def _send(self, reply: Reply, asked: Mapping[str, str]) -> None:
            data = reply.data
            tag = f'W/"{hashlib.sha256(data).hexdigest()[:16]}"'
            conditional = reply.etag and reply.status == 200 and self.command == "GET"
            if conditional and asked.get("if-none-match") == tag:
                self.send_response(304)
                self.send_header("ETag", tag)
                self.end_headers()
                return
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.kind, "Content-Length": str(len(data)), **reply.headers}.items():
                self.send_header(name, value)
            if conditional:
                self.send_header("ETag", tag)
            self.end_headers()
            for piece in [data[at : at + 1] for at in range(len(data))] if reply.drip else [data]:
                time.sleep(reply.drip)
                self.wfile.write(piece)
                self.wfile.flush()

    return Handler


class Jetstream:
    """A server of the stream: plays back what lies behind the cursor, then says that somebody is at work now.

    Attributes:
        events: all that happened, in the order of their time.
        asked: the query of every connection, as pairs.
        extra: sent first, as they are.
        cut_after: the connection is broken off after so many events; None for never.
        kept_from: nothing older than this (microseconds since 1970) is kept.
        silent: it says nothing at all.
        status: of the handshake where not 101.
    """

    def __init__(self, events: list[dict[str, Any]], clock: Callable[[], float] = time.time) -> None:
        from websockets.sync.server import serve

        self.events, self.clock = events, clock
        self.asked: list[tuple[tuple[str, str], ...]] = []
        self.extra: list[str | bytes] = []
        self.cut_after: int | None = None
        self.kept_from = 0
        self.silent = False
        self.status = 101
        self._server = serve(self._play, "127.0.0.1", 0, process_request=self._refused)
        self.address: Address = ("127.0.0.1", self._server.socket.getsockname()[1])
        self.host = "{}:{}".format(*self.address)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Jetstream":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()

    def _refused(self, connection: Any, request: Any) -> Any:
        parts = urlsplit(request.path)
        if parts.path != "/subscribe":
            return connection.respond(404, "not found")
        if self.status != 101:
            response = connection.respond(self.status, "no")
            response.headers["Retry-After"] = "7"
            return response
        self.asked.append(tuple(parse_qsl(parts.query)))
        return None

    def _play(self, connection: Any) -> None:
        from websockets.exceptions import ConnectionClosed

        asked = self.asked[-1]
        wanted = {value for key, value in asked if key == "wantedCollections"}
        cursor = int(dict(asked).get("cursor", "0"))
        with contextlib.suppress(ConnectionClosed):
            for message in self.extra:
                connection.send(message)
            cursor = max(cursor, self.kept_from)
            if not self.silent:
                connection.send(json.dumps(self._presence(cursor)))
            for number, event in enumerate(self._after(cursor, wanted)):
                if number == self.cut_after:
                    connection.close()
                    return
                connection.send(json.dumps(event))
            while not self.silent:
                connection.send(json.dumps(self._presence(round(self.clock() * 1e6))))
                time.sleep(0.05)
            connection.recv()

    def _after(self, cursor: int, wanted: set[str]) -> Iterator[dict[str, Any]]:
        if self.silent:
            return
        for event in list(self.events):
            if event["time_us"] >= cursor and event.get("commit", {}).get("collection") in {*wanted, None}:
                yield event

    def _presence(self, stamp: int) -> dict[str, Any]:
        """The network is never still: somebody else does something at every moment."""
        told = {"did": "did:plc:somebodyelse", "handle": "else.example", "seq": 1, "time": "2026-11-30T12:00:00Z"}
        return {"did": told["did"], "time_us": stamp, "kind": "identity", "identity": told}
