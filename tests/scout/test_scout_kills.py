"""Killed at any moment, a run has stored whole batches only, and the next one brings the rest."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scout_servers import Ask, Reply
from scout_world import World, person, written

from ganbaru.scout.collecting import collect
from ganbaru.scout.store import Store

PLACES = ("misskey", "mastodon", "bluesky", "youtube_feed")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    people = [person(place, n) for place in ("misskey", "mastodon", "bluesky", "youtube") for n in range(4)]
    many = {"youtube": 4}
    posts = [written(one, 20 * n + at) for at, one in enumerate(people) for n in range(many.get(one.place, 60))]
    with World(people, posts) as running:
        yield running


@pytest.fixture(scope="module")
def whole(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What a run that nobody disturbs stores."""
    with Store(tmp_path_factory.mktemp("whole") / "s.db") as store:
        collect(world.query(), store, local=world.local, clock=world.clock)
        return content(store)


def content(store: Store) -> list[object]:
    return [*store.accounts(), *store.posts(), *store.all_counts().items()]


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    asked = tmp_path / "query.json"
    asked.write_text(json.dumps(world.query().model_dump(mode="json")))
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), *(part for part in sys.path if part)])
    hosts = [f"{host}:{port}" for host, port in world.local]
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, str(here / "scout_driver.py"), str(tmp_path / "s.db"), str(asked), *hosts]
        env = {**os.environ, "PYTHONPATH": path}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env))
        return started[-1]

    yield start
    for driver in started:
        driver.kill()
        driver.communicate()


def at_request(world: World, number: int, then: Callable[[], None]) -> None:
    """Do something while the ``number``-th request of all servers waits for its answer."""
    left = [number]

    def fault(ask: Ask) -> Reply | None:
        left[0] -= 1
        if left[0] == 0:
            then()
        return None

    for server in (world.misskey, world.mastodon, world.youtube, world.profiles):
        server.fault = fault


@pytest.mark.parametrize("number", [1, 4, 5, 6, 12, 19, 20, 21, 22, 24, 34, 45])
def test_killed_at_a_request_it_loses_nothing(
    world: World, whole: list[object], drive: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, number: int
) -> None:
    driver = drive()
    at_request(world, number, driver.kill)
    driver.communicate(timeout=60)
    at_request(world, 0, lambda: None)
    with Store(tmp_path / "s.db") as store:
        kept = content(store)
        assert all(one in whole for one in kept if not hasattr(one, "whole") or one.whole)
        collect(world.query(), store, local=world.local, clock=world.clock)
        assert content(store) == whole
        world.forget_requests()
        collect(world.query(), store, local=world.local, clock=world.clock)
        assert content(store) == whole
        assert [ask for ask in world.requests() if not ask.is_conditional] == []


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_instant_it_loses_nothing(
    world: World, whole: list[object], drive: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    at_request(world, 0, lambda: None)
    world.forget_requests()
    driver = drive()
    while not world.requests() and driver.poll() is None:
        time.sleep(0.002)
    time.sleep(chance.uniform(0.0, 0.4))
    driver.kill()
    driver.communicate(timeout=60)
    with Store(tmp_path / "s.db") as store:
        collect(world.query(), store, local=world.local, clock=world.clock)
        assert content(store) == whole


@pytest.mark.parametrize("sent", [b"", b'{"tag": "x'])
def test_killed_before_a_request_was_sent_whole_it_asked_for_nothing(world: World, sent: bytes) -> None:
    at_request(world, 0, lambda: None)
    world.forget_requests()
    with socket.create_connection(world.misskey.address) as dying:
        head = f"POST /api/notes/search-by-tag HTTP/1.1\r\nHost: {world.misskey.host}\r\nContent-Length: 50\r\n\r\n"
        dying.sendall(head.encode() + sent)
        dying.shutdown(socket.SHUT_WR)
        assert dying.recv(1) == b""
    assert world.requests() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_and_says_so(
    world: World,
    whole: list[object],
    drive: Callable[[], "subprocess.Popen[str]"],
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    driver = drive()
    at_request(world, 4, lambda: driver.send_signal(number))
    said, wrong = driver.communicate(timeout=60)
    at_request(world, 0, lambda: None)
    assert driver.returncode == 0, wrong
    assert said.strip().endswith("True")
    assert len(json.loads(said.rpartition(" ")[0])) < len(PLACES)
    with Store(tmp_path / "s.db") as store:
        collect(world.query(), store, local=world.local, clock=world.clock)
        assert content(store) == whole


def test_the_world_of_these_tests_is_not_empty(whole: list[object]) -> None:
    accounts, posts, counted = 4 * 4, 3 * 4 * 60 + 4 * 4, 3 * 4
    assert len(whole) == accounts + posts + counted
