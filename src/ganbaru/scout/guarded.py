"""The connection below `asking`: to checked addresses only, and cut when its time is over or somebody asks to stop.

httpcore (on which httpx stands) is used directly: httpx itself keeps cookies, reads proxies from the environment,
follows redirects by itself and unpacks without a cap, and its read timeout starts anew with every byte that drips in.
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from ganbaru.scout.addresses import public_addresses
from ganbaru.scout.trouble import Out, Stopped

_LOOK_SECONDS = 0.2
"""How often a waiting connection looks whether to stop."""


class Patience:
    """When the answer that is being read must be whole, and whether somebody asked to stop."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self.deadline = time.monotonic()

    def left(self) -> float:
        """Seconds until the deadline.

        Raises:
            Out: there are none.
            Stopped: somebody asked to stop.
        """
        if self._stopped():
            raise Stopped
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Out("no whole answer in the time that one may take")
        return left


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            slice_seconds = min(_LOOK_SECONDS, self._patience.left())
            try:
                return self._inner.read(max_bytes, slice_seconds)
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._patience.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._patience.left()), self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, patience: Patience, allowed: frozenset[tuple[str, int]]) -> None:
        self._patience = patience
        self._allowed = allowed
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = public_addresses(host, port, self._allowed)
        for address in others:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, port, self._patience.left() / 2)
        return self._connected(last, port, self._patience.left())

    def _connected(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(address, port, seconds), self._patience)


def pool(patience: Patience, allowed: frozenset[tuple[str, int]]) -> httpcore.ConnectionPool:
    """Connections that obey ``patience`` and lead to public addresses, or to those in ``allowed``."""
    backend = _Backend(patience, allowed)
    return httpcore.ConnectionPool(max_connections=8, keepalive_expiry=30.0, network_backend=backend)
