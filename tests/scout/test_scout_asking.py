"""Asking politely: what is sent, what is waited for, what is refused. Every server here is a real one on loopback."""

import gzip
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest
from scout_servers import Address, Ask, Loopback, Reply
from scout_world import NOW

from ganbaru.scout.addresses import check_url
from ganbaru.scout.answer import unpacked
from ganbaru.scout.asking import Asking, Net
from ganbaru.scout.limits import Limits
from ganbaru.scout.trouble import Closed, NotThere, Out, OverQuota, Stopped

QUICK = Limits(gap=0.0, patience=0.4, seconds_per_answer=1.0, bytes_per_answer=100_000)
HELLO = Reply({"hello": "world"})


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(lambda ask: HELLO) as running:
        yield running


Opened = Callable[..., Asking]


@pytest.fixture
def asking(server: Loopback) -> Iterator[Opened]:
    nets = []

    def opened(
        *more: Address, limits: Limits = QUICK, despite: str = "", marks: dict[str, str] | None = None, **given: object
    ) -> Asking:
        net = Net(limits, local=frozenset({server.address, *more}), clock=lambda: NOW, **given)  # type: ignore[arg-type]
        nets.append(net)
        known = marks or {}
        return Asking(net, lambda name: known.get(name, ""), despite)

    yield opened
    for net in nets:
        net.close()


def url(server: Loopback, path: str = "/x") -> str:
    return f"http://{server.host}{path}"


def test_a_document_is_read_and_the_asker_says_who_it_is(server: Loopback, asking: Opened) -> None:
    answer = asking(contact="mailto:me@example.org").get(url(server))
    assert answer.json() == {"hello": "world"}
    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("ganbaru-scout/")
    assert "mailto:me@example.org" in headers["user-agent"]
    assert "cookie" not in headers


def test_the_next_time_only_a_change_is_asked_for(server: Loopback, asking: Opened) -> None:
    marks = dict(asking().get(url(server)).marks)
    again = asking(marks=marks).get(url(server))
    assert again.unchanged
    assert "if-none-match" in server.asked[1].headers
    server.answer = lambda ask: Reply({"hello": "you"})
    assert asking(marks=marks).get(url(server)).json() == {"hello": "you"}


def test_a_date_does_where_there_is_no_tag(server: Loopback, asking: Opened) -> None:
    server.answer = lambda ask: Reply({}, headers={"Last-Modified": "Mon, 30 Nov 2026 10:00:00 GMT"}, etag=False)
    marks = dict(asking().get(url(server)).marks)
    asking(marks=marks).get(url(server))
    assert server.asked[1].headers["if-modified-since"] == "Mon, 30 Nov 2026 10:00:00 GMT"


def test_what_says_that_it_stays_the_same_is_not_asked_for_again(server: Loopback, asking: Opened) -> None:
    server.answer = lambda ask: Reply({}, headers={"Cache-Control": "public, max-age=900"}, etag=False)
    marks = dict(asking().get(url(server)).marks)
    assert asking(marks=marks).get(url(server)).unchanged
    assert len(server.asked) == 1


def test_cookies_are_never_sent_back(server: Loopback, asking: Opened) -> None:
    server.answer = lambda ask: Reply({}, headers={"Set-Cookie": "track=1; Path=/"})
    ours = asking()
    ours.get(url(server))
    ours.get(url(server, "/y"))
    assert all("cookie" not in ask.headers for ask in server.asked)


def first(*replies: Reply) -> Callable[[Ask], Reply | None]:
    """These replies first, then the usual ones."""
    left = list(replies)
    return lambda ask: left.pop(0) if left and ask.path != "/robots.txt" else None


def test_a_short_wait_is_sat_out(server: Loopback, asking: Opened) -> None:
    server.fault = first(Reply({}, 429, headers={"Retry-After": "0"}), Reply({}, 503, headers={"Retry-After": "0"}))
    assert asking().get(url(server)).json() == {"hello": "world"}
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("told", "wait"),
    [("600", 600.0), (formatdate(NOW + 600, usegmt=True), 600.0), ("soon", 300.0), (None, 300.0), ("9" * 30, 86_400.0)],
)
def test_a_long_wait_is_handed_on(server: Loopback, asking: Opened, told: str | None, wait: float) -> None:
    server.fault = lambda ask: (
        Reply({}, 429, headers={"Retry-After": told} if told else {}) if ask.path == "/x" else None
    )
    with pytest.raises(OverQuota) as caught:
        asking().get(url(server))
    assert caught.value.until == pytest.approx(NOW + wait, abs=1.0)
    assert len(server.asked) == 1


def test_a_server_that_stumbles_is_asked_again_and_then_left_alone(server: Loopback, asking: Opened) -> None:
    server.fault = first(Reply({}, 500), Reply({}, 502))
    assert asking().get(url(server)).json() == {"hello": "world"}
    server.asked.clear()
    server.fault = lambda ask: Reply({}, 500) if ask.path == "/x" else None
    with pytest.raises(Out, match="answered 500"):
        asking().get(url(server))
    assert len(server.asked) == QUICK.tries


def test_the_jitter_of_the_back_off_comes_from_the_seed() -> None:
    nets = [Net(QUICK, seed=seed) for seed in (1, 1, 2)]
    drawn = [net.jitter.uniform(0.5, 1.5) for net in nets]
    for net in nets:
        net.close()
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Closed), (403, Closed), (404, NotThere), (410, NotThere), (400, Out), (418, Out), (204, Out)],
)
def test_what_each_status_means(server: Loopback, asking: Opened, status: int, kind: type[Exception]) -> None:
    server.fault = lambda ask: Reply(b"", status) if ask.path == "/x" else None
    with pytest.raises(kind):
        asking().get(url(server))
    assert len(server.asked) == 1


def test_robots_txt_is_obeyed_and_read_once_a_day(server: Loopback, asking: Opened) -> None:
    server.robots = "User-agent: *\nDisallow: /x\n"
    ours = asking()
    with pytest.raises(Closed, match=r"robots\.txt"):
        ours.get(url(server))
    ours.get(url(server, "/y"))
    asking(marks=dict(ours.kept)).get(url(server, "/y"))
    assert [ask.path for ask in server.asked] == ["/y", "/y"]
    assert server.robots_asked == 1


def test_robots_txt_may_be_passed_with_a_reason_only(server: Loopback, asking: Opened) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    assert asking(despite="its keeper allowed it on 2026-11-02").get(url(server)).json()
    assert server.robots_asked == 0


def test_a_page_in_the_place_of_robots_txt_forbids_nothing(server: Loopback, asking: Opened) -> None:
    page = Reply(b"<html>Disallow: /</html>", kind="text/html")
    server.fault = lambda ask: page if ask.path == "/robots.txt" else None
    assert asking().get(url(server)).json() == {"hello": "world"}


def test_where_robots_txt_cannot_be_read_nothing_is_asked(server: Loopback, asking: Opened) -> None:
    server.fault = lambda ask: Reply(b"", 500) if ask.path == "/robots.txt" else None
    with pytest.raises(Out):
        asking().get(url(server))
    assert server.asked == []


def test_a_delay_that_robots_txt_asks_for_is_kept(
    server: Loopback, asking: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 25"
    waited: list[float] = []
    monkeypatch.setattr(Asking, "_pause", lambda self, seconds: waited.append(seconds))
    asking().get(url(server))
    assert waited[0] == 0.0
    assert 1.0 < waited[1] <= 25.0


def test_the_cap_of_requests_holds(server: Loopback, asking: Opened) -> None:
    ours = asking(limits=replace(QUICK, requests_per_host=3))
    ours.get(url(server))
    ours.get(url(server, "/y"))
    with pytest.raises(OverQuota, match="3 times"):
        ours.get(url(server, "/z"))
    assert len(server.asked) == 2  # the third was for robots.txt


def test_the_time_of_a_run_and_of_a_source_is_capped(server: Loopback, asking: Opened) -> None:
    for limits in (replace(QUICK, seconds_per_run=0.0), replace(QUICK, seconds_per_source=0.0)):
        with pytest.raises(OverQuota, match="time"):
            asking(limits=limits).get(url(server))
    assert server.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//10.0.0.1/x",
        "http://example.org/",
        "https://user:pass@example.org/",
        "https://",
        "http://[",
    ],
)
def test_redirects_lead_to_no_private_place(server: Loopback, asking: Opened, target: str) -> None:
    server.fault = lambda ask: Reply(b"", 302, headers={"Location": target}) if ask.path == "/x" else None
    with pytest.raises(Out, match=r"not public|no address|not an https address"):
        asking().get(url(server))


def test_another_port_of_the_own_machine_is_another_place(server: Loopback, asking: Opened) -> None:
    with Loopback(lambda ask: HELLO) as secret:
        server.fault = lambda ask: Reply(b"", 302, headers={"Location": url(secret)}) if ask.path == "/x" else None
        with pytest.raises(Out):
            asking().get(url(server))
        assert secret.asked == []


def test_redirects_are_followed_and_keys_stay_with_their_host(server: Loopback, asking: Opened) -> None:
    with Loopback(lambda ask: HELLO) as other:
        server.fault = lambda ask: Reply(b"", 301, headers={"Location": url(other)}) if ask.path == "/x" else None
        answer = asking(other.address).get(url(server), headers={"Authorization": "Bearer secret"})
        assert answer.json() == {"hello": "world"}
        assert server.asked[0].headers["authorization"] == "Bearer secret"
        assert "authorization" not in other.asked[0].headers


def test_redirects_in_a_circle_end_and_what_is_posted_is_not_sent_on(server: Loopback, asking: Opened) -> None:
    server.fault = lambda ask: Reply(b"", 307, headers={"Location": "/x"}) if ask.path == "/x" else None
    with pytest.raises(Out, match="without an end"):
        asking().get(url(server))
    server.asked.clear()
    with pytest.raises(Out, match="elsewhere"):
        asking().post(url(server), "{}")
    assert len(server.asked) == 1


def test_a_name_that_answers_with_two_faces_is_asked_once(
    server: Loopback, asking: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says "public" to the check and "private" to the connection: only the first answer counts."""
    import socket

    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])
    connected: list[str] = []

    def resolve(host: str, port: int, *rest: object, **named: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers) if host == "two.example" else host, port))]

    def connect(address: tuple[str, int], *rest: object, **named: object) -> socket.socket:
        connected.append(address[0])
        raise OSError("no way out of here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Out):
        asking(limits=replace(QUICK, tries=1)).get("https://two.example/x")
    assert connected == ["93.184.215.14"]


class Held:
    """The server answers /x only when it is let go, or after a minute."""

    def __init__(self, server: Loopback) -> None:
        self._go = threading.Event()
        self._answered = False
        server.fault = self._wait

    def _wait(self, ask: Ask) -> Reply | None:
        if ask.path == "/x":
            self._go.wait(60.0)
            self._answered = not self._go.is_set()
        return None

    def let_go(self) -> bool:
        """Let the server answer; returns whether it had done so by itself."""
        self._go.set()
        return self._answered


def test_a_host_of_several_addresses_is_tried_at_each(
    server: Loopback, asking: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    port = server.address[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **named: found)
    assert asking(("many.example", port)).get(f"http://many.example:{port}/x").json() == {"hello": "world"}


def test_a_server_that_never_answers_is_cut(server: Loopback, asking: Opened) -> None:
    held = Held(server)
    with pytest.raises(Out, match="in the time"):
        asking().get(url(server))
    assert not held.let_go()


def test_a_server_that_drips_is_cut_however_often_it_drips(server: Loopback, asking: Opened) -> None:
    server.fault = lambda ask: Reply(b" " * 2_000 + b"{}", drip=0.02) if ask.path == "/x" else None
    with pytest.raises(Out, match="in the time"):
        asking().get(url(server))


def test_somebody_who_asks_to_stop_is_heard_while_waiting(server: Loopback, asking: Opened) -> None:
    begun = time.monotonic()
    held = Held(server)
    with pytest.raises(Stopped):
        asking(limits=replace(QUICK, seconds_per_answer=30.0), stopped=lambda: time.monotonic() > begun + 0.3).get(
            url(server)
        )
    assert not held.let_go()


@pytest.mark.parametrize("kind", ["text/html", "", "image/png", "application/octet-stream"])
def test_answers_of_another_kind_are_refused(server: Loopback, asking: Opened, kind: str) -> None:
    server.answer = lambda ask: Reply(b"{}", kind=kind)
    with pytest.raises(Out, match="of the kind"):
        asking().get(url(server))


def test_packed_answers_are_unpacked(server: Loopback, asking: Opened) -> None:
    packed = gzip.compress(json.dumps({"a": "b" * 50_000}).encode())
    server.answer = lambda ask: Reply(packed, headers={"Content-Encoding": "gzip"})
    assert len(asking().get(url(server)).body) > 50_000


@pytest.mark.parametrize(
    ("body", "packing", "words"),
    [
        (b"[" + b" " * 100_000 + b"]", "identity", "longer than"),
        (gzip.compress(b" " * 50_000_000), "gzip", "longer than"),
        (gzip.compress(b" " * 1_000)[:-9], "gzip", "cut"),
        (b"\x1f\x8b\x08nonsense nonsense", "gzip", "packed"),
        (zlib.compress(b"{}"), "deflate", "not asked for"),
        (b"{}", "br", "not asked for"),
    ],
    ids=["bomb of spaces", "packed bomb", "cut short", "nonsense", "deflate", "brotli"],
)
def test_bombs_and_wrong_packings_are_refused(
    server: Loopback, asking: Opened, body: bytes, packing: str, words: str
) -> None:
    server.answer = lambda ask: Reply(body, headers={"Content-Encoding": packing})
    with pytest.raises(Out, match=words):
        asking().get(url(server))


def test_a_bomb_is_never_unpacked_beyond_the_cap() -> None:
    import tracemalloc

    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(Out, match="longer than"):
        unpacked([bomb], {"content-encoding": "gzip"}, 100_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


@pytest.mark.parametrize(
    "body", [b"", b'{"a": [1, 2', b"nonsense", b"[" * 50_000, b'{"a": ' + b"9" * 90_000 + b"}", b"\xff\xfe"]
)
def test_broken_documents_are_out_and_nothing_else(server: Loopback, asking: Opened, body: bytes) -> None:
    server.answer = lambda ask: Reply(body)
    with pytest.raises(Out):
        asking().get(url(server)).json()


def test_a_body_shorter_than_was_said_is_no_answer(server: Loopback, asking: Opened) -> None:
    server.answer = lambda ask: Reply(b"{}", headers={"Content-Length": "10", "Connection": "close"})
    with pytest.raises(Out):
        asking().get(url(server))


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "ftp://example.org/", "https://exa mple.org/", "https://例え.jp/", "https://a\n.org/", ""],
)
def test_only_plain_https_addresses_are_asked(address: str) -> None:
    with pytest.raises(Out):
        check_url(address, frozenset())


def test_loopback_is_spoken_to_only_where_the_caller_allows_it(server: Loopback) -> None:
    net = Net(QUICK, clock=lambda: NOW)
    with pytest.raises(Out):
        Asking(net).get(url(server))
    net.close()
    assert server.asked == []
    assert server.robots_asked == 0
