"""Bluesky's Jetstream: every public event of the network as JSON over a websocket, for anybody, from any moment on.

Sources: github.com/bluesky-social/jetstream-legacy README (the wire format of /subscribe), bsky.network/docs/jetstream;
read in November 2026. Each event has ``did``, ``time_us`` (microseconds since 1970) and ``kind``: "commit", "identity"
or "account"; the last two come for everybody, whatever collections are asked for. ``cursor`` plays back from a moment.
"""

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ganbaru.errors import UserError
from ganbaru.scout.addresses import public_addresses
from ganbaru.scout.places.visit import Visit
from ganbaru.scout.statuses import judge
from ganbaru.scout.taken import at
from ganbaru.scout.trouble import Out, Stopped

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_MOST_BYTES = 1_000_000
"""Of one event; a post's record is at most some thousand."""
_LOOK_SECONDS = 0.2
_AHEAD_SECONDS = 300.0
_NONSENSE = 100

Event = dict[str, Any]


def events(visit: Visit, host: str, collections: Sequence[str], cursor: int, seconds: float) -> Iterator[Event]:
    """Events from ``cursor`` on until the present is reached or the time is over.

    Args:
        visit: of the source.
        host: the server.
        collections: whose commits are wanted.
        cursor: microseconds since 1970.
        seconds: to read at most.

    Raises:
        Out, Closed, OverQuota: the stream cannot be had, breaks off, falls silent or makes no sense.
        Stopped: somebody asked to stop.
    """
    end = min(time.monotonic() + seconds, visit.asking.deadline)
    asked = [("wantedCollections", one) for one in collections] + [("cursor", str(cursor))]
    with _connected(visit, f"{host}/subscribe?{urlencode(asked)}", host) as connection:
        for event in _sensible(visit, _messages(visit, connection, end)):
            yield event
            if event["time_us"] / 1e6 >= visit.now:
                return


def _messages(visit: Visit, connection: "ClientConnection", end: float) -> Iterator[str | bytes]:
    """Messages as they come; silence for as long as one answer may take counts as failing."""
    from websockets.exceptions import ConnectionClosed

    net = visit.asking.net
    heard = time.monotonic()
    while time.monotonic() < end:
        if net.stopped():
            raise Stopped
        try:
            yield connection.recv(timeout=_LOOK_SECONDS)
            heard = time.monotonic()
        except TimeoutError as error:
            if time.monotonic() - heard > net.limits.seconds_per_answer:
                raise Out("the stream fell silent") from error
        except ConnectionClosed as error:
            raise Out("the stream was cut") from error


def _sensible(visit: Visit, messages: Iterator[str | bytes]) -> Iterator[Event]:
    """Those that are events of a time that can be; a stream of nothing but nonsense is given up."""
    nonsense = 0
    latest = round((visit.asking.net.clock() + _AHEAD_SECONDS) * 1e6)
    for message in messages:
        event = _read(message)
        stamp = at(event, "time_us")
        if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 < stamp <= latest:
            nonsense = 0
            yield event
        else:
            nonsense += 1
            if nonsense >= _NONSENSE:
                raise Out("the stream makes no sense")


def _read(message: str | bytes) -> Any:
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


@contextlib.contextmanager
def _connected(visit: Visit, address: str, host: str) -> Iterator["ClientConnection"]:
    """An open stream to an address that was checked, as `Asking` does with every request."""
    try:
        from websockets.exceptions import InvalidStatus, WebSocketException
        from websockets.sync.client import connect
    except ImportError as error:
        raise UserError("reading streams needs more packages", hint="pip install 'ganbaru[scout]'") from error
    asking = visit.asking
    secure = asking.base(host).startswith("https")
    asking.check(f"{asking.base(host)}/subscribe")
    asking.wait_for_turn(host)
    wait = asking.net.limits.seconds_per_answer
    try:
        connection = connect(
            f"{'wss' if secure else 'ws'}://{address}",
            sock=_socket(visit, host, secure, wait),
            ssl=ssl.create_default_context() if secure else None,
            open_timeout=wait,
            close_timeout=1.0,
            max_size=_MOST_BYTES,
            proxy=None,
            user_agent_header=asking.net.agent,
        )
    except InvalidStatus as error:
        told = {name.lower(): value for name, value in error.response.headers.raw_items()}
        judge(host, error.response.status_code, told, (401, 403), asking.net.clock())
        raise Out(f"{host} opens no stream") from error
    except (WebSocketException, OSError, EOFError) as error:
        raise Out(f"{host} opens no stream") from error
    with connection:
        yield connection


def _socket(visit: Visit, host: str, secure: bool, wait: float) -> socket.socket:
    name, _, port = host.partition(":")
    number = int(port or (443 if secure else 80))
    *others, last = public_addresses(name, number, visit.asking.net.local)
    for address in others:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, number), timeout=wait / 2)
    return socket.create_connection((last, number), timeout=wait)
