"""Asking other people's servers, politely: the one way out to the net.

It says who asks, asks for changes only, waits when told to, backs off when a server fails, obeys robots.txt, and stops
at its caps. It sends no cookies, follows no redirect to a place that is not public, and believes no answer before it is
whole and of the right kind. Sources: RFC 9110 (conditional requests, Retry-After, redirects), RFC 9111 (max-age), RFC
9309 (robots.txt).
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ganbaru._version import __version__
from ganbaru.errors import UserError
from ganbaru.scout import robots
from ganbaru.scout.addresses import Address, check_url, host_and_port, joined
from ganbaru.scout.answer import ANY, JSON, Answer, check_kind, unpacked
from ganbaru.scout.limits import Limits
from ganbaru.scout.statuses import Failing, judge
from ganbaru.scout.times import DAY
from ganbaru.scout.trouble import Closed, NotThere, Out, OverQuota, Stopped
from ganbaru.scout.validators import conditions, kept_validators, unpacked_mark

if TYPE_CHECKING:
    import httpcore

_REDIRECTS = 5


def user_agent(contact: str) -> str:
    """How the requests name themselves, with where whoever runs them can be reached."""
    return f"{robots.NAME}/{__version__} ({f'+{contact}' if contact else 'no contact given'})"


class Net:
    """What all sources of one run share: connections, counts and the rules of the hosts.

    Args:
        limits: the caps.
        contact: a page or an address of mail, sent with every request.
        local: hosts and ports that may be anywhere and are spoken to without TLS; for tests and one's own machine.
        seed: of the jitter.
        stopped: whether somebody asked to stop.
        clock: seconds since 1970, UTC.

    Raises:
        UserError: the packages for the net are not installed.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        contact: str = "",
        local: frozenset[Address] = frozenset(),
        seed: int = 0,
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        guarded = _guarded()
        self.limits, self.local, self.clock, self.stopped = limits, local, clock, stopped
        self.agent = user_agent(contact)
        self.patience = guarded.Patience(stopped)
        self.pool: httpcore.ConnectionPool = guarded.pool(self.patience, local)
        self.asked: Counter[str] = Counter()
        self.last: dict[str, float] = {}
        self.rules: dict[str, robots.Robots] = {}
        self.deadline = time.monotonic() + limits.seconds_per_run
        self.jitter = random.Random(seed)

    def close(self) -> None:
        """Let go of the connections."""
        self.pool.close()


class Asking:
    """Requests on behalf of one source.

    Args:
        net: of the run.
        known: a mark that the source left at an earlier time, by name; "" where it left none.
        despite_robots: why robots.txt need not be obeyed (one sentence of the user's); "" to obey it.

    Attributes:
        kept: marks to store, whatever the source tells: the rules of the hosts that it asked.
    """

    def __init__(self, net: Net, known: Callable[[str], str] = lambda name: "", despite_robots: str = "") -> None:
        self.net = net
        self.known = known
        self._despite = despite_robots
        self.kept: dict[str, str] = {}
        self.deadline = min(net.deadline, time.monotonic() + net.limits.seconds_per_source)

    def base(self, host: str) -> str:
        """The beginning of the addresses of a host: TLS everywhere but at those that were allowed to do without."""
        return f"{'http' if host_and_port(f'http://{host}') in self.net.local else 'https'}://{host}"

    def get(
        self,
        url: str,
        *,
        kinds: tuple[str, ...] = JSON,
        headers: Mapping[str, str] | None = None,
        closed: tuple[int, ...] = (401, 403),
        conditional: bool = True,
        name: str = "",
    ) -> Answer:
        """Ask for a document, or whether it has changed.

        Args:
            url: where it lies.
            kinds: what it may be.
            headers: to send besides.
            closed: statuses that say "not for guests".
            conditional: whether to ask for a change only, where it was read before.
            name: by which to remember that it was read, where the address moves on; "" for the address itself.

        Raises:
            Closed, OverQuota, Out, NotThere: it cannot be had now.
            Stopped: somebody asked to stop.
        """
        mark = f"answer {name or url}"
        validators = unpacked_mark(self.known(mark)) if conditional else {}
        validators = validators if validators.get("url") == url else {}
        if validators.get("until", 0.0) > self.net.clock():
            return Answer(url, unchanged=True)
        asked = {**(headers or {}), **conditions(validators)}
        answer = self._followed(_Request("GET", url, asked, b"", kinds, closed))
        kept = kept_validators(url, answer, validators, self.net.clock())
        return replace(answer, marks={mark: kept} if kept and conditional else {})

    def post(
        self,
        url: str,
        content: str,
        *,
        kind: str = JSON[0],
        also: tuple[int, ...] = (),
        closed: tuple[int, ...] = (401, 403),
    ) -> Answer:
        """Ask by sending something.

        Args:
            url: to whom.
            content: what is sent.
            kind: of what is sent.
            also: statuses besides 200 whose answer is wanted.
            closed: statuses that say "not for guests".

        Raises:
            As `get`.
        """
        return self._followed(_Request("POST", url, {"Content-Type": kind}, content.encode(), JSON, closed, also))

    def _followed(self, request: "_Request") -> Answer:
        """The answer behind at most five redirects; what was meant for one host is not sent to another."""
        for _ in range(_REDIRECTS + 1):
            self.check(request.url)
            answer = self._tried(request)
            target = answer.headers.get("location", "")
            if answer.body or answer.unchanged or not target:
                return answer
            if request.method != "GET":
                raise Out("it sends what was posted elsewhere")
            target = joined(request.url, target)
            same = host_and_port(target) == host_and_port(request.url)
            request = replace(request, url=target, headers=request.headers if same else {})
        raise Out("it redirects without an end")

    def check(self, url: str) -> None:
        """Refuse addresses of the wrong sort, and those that robots are asked to leave alone.

        Raises:
            Out, Closed: it is one of them.
        """
        check_url(url, self.net.local)
        if self._despite:
            return
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if not self.rules(url).allows(path or "/"):
            raise Closed(f"robots.txt of {parts.hostname} asks robots to leave {parts.path[:80]} alone")

    def rules(self, url: str) -> robots.Robots:
        """What the host of an address asks of robots: read once in a run, and at most once a day."""
        origin = url[: len(urlsplit(url).scheme) + 3 + len(urlsplit(url).netloc)]
        if origin not in self.net.rules:
            kept = unpacked_mark(self.known(f"robots {origin}"))
            if kept.get("at", 0.0) <= self.net.clock() - DAY:
                kept = {"at": self.net.clock(), "text": self._robots_text(origin)}
                self.kept[f"robots {origin}"] = json.dumps(kept)
            self.net.rules[origin] = robots.read_robots(str(kept["text"]))
        return self.net.rules[origin]

    def _robots_text(self, origin: str) -> str:
        """robots.txt, of whatever kind it says that it is, as lines that are no rules mean nothing (RFC 9309, 2.2).

        Where there is none all is allowed (2.3.1.3); where the site fails it must not be asked (2.3.1.4).
        """
        url = f"{origin}/robots.txt"
        for _ in range(_REDIRECTS + 1):
            check_url(url, self.net.local)
            try:
                answer = self._tried(_Request("GET", url, {}, b"", ANY, (401, 403)))
            except (Closed, NotThere):
                return ""
            if answer.body or "location" not in answer.headers:
                return answer.body.decode("utf-8", "replace")[:500_000]
            url = joined(url, answer.headers["location"])
        return ""

    def _tried(self, request: "_Request") -> Answer:
        """One request, again after a pause where the server fails or asks to wait and there is time for it."""
        pause = self.net.limits.patience / 8
        for attempt in range(1, self.net.limits.tries + 1):
            try:
                return self._once(request)
            except OverQuota as trouble:
                wait = trouble.until - self.net.clock()
                if attempt == self.net.limits.tries or not trouble.until or not self._has_time(wait):
                    raise
                self._pause(wait)
            except Failing:
                if attempt == self.net.limits.tries or not self._has_time(1.5 * pause):
                    raise
                self._pause(pause * self.net.jitter.uniform(0.5, 1.5))
                pause *= 2
        raise Out("it was asked in vain")

    def _once(self, request: "_Request") -> Answer:
        host = urlsplit(request.url).netloc
        self.wait_for_turn(host)
        sent = {"User-Agent": self.net.agent, "Accept": request.kinds[0], "Accept-Encoding": "gzip", **request.headers}
        if request.content:
            sent["Content-Length"] = str(len(request.content))
        with _translated(host), self._streamed(request, sent) as response:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in (301, 302, 303, 307, 308) and "location" in told:
                return Answer(request.url, headers=told)
            told.pop("location", None)
            if response.status == 304:
                return Answer(request.url, headers=told, unchanged=True)
            if response.status not in request.also:
                judge(host, response.status, told, request.closed, self.net.clock())
            check_kind(told, request.kinds)
            body = unpacked(response.iter_stream(), told, self.net.limits.bytes_per_answer)
            return Answer(request.url, body, told, response.status)

    def _streamed(self, request: "_Request", sent: Mapping[str, str]) -> "AbstractContextManager[httpcore.Response]":
        content = request.content or None
        return self.net.pool.stream(request.method, request.url, headers=list(sent.items()), content=content)

    def wait_for_turn(self, host: str) -> None:
        """Keep the gap between two requests to a host, and the count of them.

        Raises:
            OverQuota: a cap is met.
            Stopped: somebody asked to stop.
        """
        limits, net = self.net.limits, self.net
        if net.asked[host] >= limits.requests_per_host:
            raise OverQuota(f"{host} was asked {limits.requests_per_host} times in this run, which is the cap")
        rules = [rule.delay for origin, rule in net.rules.items() if origin.endswith(f"//{host}")]
        gap = max([limits.gap, *rules])
        self._pause(max(0.0, net.last.get(host, -gap) + gap - time.monotonic()))
        net.asked[host] += 1
        net.last[host] = time.monotonic()
        if not self._has_time(0.0):
            raise OverQuota("the time of this source or run is over; the rest waits for the next run")
        net.patience.deadline = min(self.deadline, time.monotonic() + limits.seconds_per_answer)

    def _has_time(self, seconds: float) -> bool:
        return seconds <= self.net.limits.patience and time.monotonic() + seconds < self.deadline

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.net.stopped():
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))
        raise Stopped


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    kinds: tuple[str, ...]
    closed: tuple[int, ...]
    also: tuple[int, ...] = ()


@contextmanager
def _translated(host: str) -> Iterator[None]:
    """The errors of the connection, as what they mean for the source."""
    import httpcore

    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        reason = str(error) if str(error).isprintable() and len(str(error)) < 120 else type(error).__name__
        raise Failing(f"{host} gives no answer: {reason or type(error).__name__}") from error
    except (httpcore.UnsupportedProtocol, ValueError, UnicodeError) as error:
        raise Out(f"{host} cannot be asked") from error


def _guarded() -> Any:
    try:
        from ganbaru.scout import guarded
    except ImportError as error:
        raise UserError("reading feeds needs more packages", hint="pip install 'ganbaru[scout]'") from error
    return guarded
