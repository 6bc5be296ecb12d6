"""`ganbaru scout`: from a query file to a list, a page, and somebody forgotten."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import Said

from ganbaru.cli.scouted import _moment
from ganbaru.scout.store import Store
from ganbaru.scout.taking import LISTS

Say = Callable[..., Said]
DAY = 86_400.0


@pytest.fixture
def fed(ganbaru: Say) -> Path:
    """The working folder, in which a run has read a file of one's own."""
    folder, now = Path.cwd(), time.time()
    accounts = [
        {
            "place": "misskey:a.example",
            "id": f"n{number}",
            "handle": f"name{number}",
            "name": f"Name {number}",
            "url": f"https://a.example/@name{number}",
            "followers": 10 + number,
            "created": now - 30 * DAY,
            "posts": 1,
            "seen": now,
        }
        for number in range(12)
    ]
    posts = [
        {
            "place": "misskey:a.example",
            "id": f"p{number}",
            "author": f"n{number}",
            "at": now - 9 * DAY,
            "text": "初配信です",
            "tags": ["初配信"],
            "likes": number,
            "seen": now,
        }
        for number in range(12)
    ]
    (folder / "seen.json").write_text(json.dumps({"accounts": accounts, "posts": posts}), "utf-8")
    (folder / "scout.toml").write_text('hashtags = ["新人VTuber", "初配信"]\n[[files]]\npath = "seen.json"\n', "utf-8")
    said = ganbaru("scout", "run")
    assert said.code == 0, said.err
    assert said.out.startswith("file:seen.json: well")
    return folder


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tokyo."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_list_with_its_page_and_feed(ganbaru: Say, fed: Path) -> None:
    said = ganbaru("scout", "list", "--size", "5", "--html", "list.html", "--atom", "list.xml")
    assert said.code == 0, said.err
    assert said.out.count("\n   by evidence: ") == 3
    assert "5 of 12 newcomers" in said.out
    assert "Name" in (fed / "list.html").read_text("utf-8")
    assert (fed / "list.xml").read_text("utf-8").startswith("<?xml")


def test_json_is_one_document(ganbaru: Say, fed: Path) -> None:
    found = json.loads(ganbaru("scout", "list", "--size", "5", "--json").out)
    assert found["schema"] == "ganbaru.scout.list/1"
    assert [each["slot"] for each in found["listed"]] == ["hidden"] * 3 + ["random", "least seen"]
    assert {each["may_train"] for each in found["listed"]} == {"no, unless they say so: ask them"}
    again = json.loads(ganbaru("scout", "run", "--json").out)
    assert [source["state"] for source in again["sources"]] == ["well"]


def test_a_list_counts_once_a_day_as_shown_in_whatever_form(ganbaru: Say, fed: Path) -> None:
    first = json.loads(ganbaru("scout", "list", "--size", "5", "--json").out)
    assert first["coverage"] == pytest.approx(5 / 12)
    again = json.loads(ganbaru("scout", "list", "--size", "5", "--json").out)
    with Store(fed / "scout.sqlite") as store:
        shown = {each["key"]: store.mark(LISTS, each["key"]).split()[0] for each in first["listed"]}
    assert set(shown.values()) == {"1"}
    assert again["coverage"] >= first["coverage"]


def test_a_list_of_nobody_says_so(ganbaru: Say) -> None:
    Path("scout.toml").write_text('hashtags = ["a"]\n', "utf-8")
    assert "names no source" in ganbaru("scout", "run").complaint
    said = ganbaru("scout", "list")
    assert said.code == 0, said.err
    assert said.out.startswith("nothing was read yet: ganbaru scout run\n0 of 0 newcomers")
    Path("seen.json").write_text('{"accounts": [], "posts": []}', "utf-8")
    Path("scout.toml").write_text('hashtags = ["a"]\n[[files]]\npath = "seen.json"\n', "utf-8")
    assert "contact" not in ganbaru("scout", "run").err, "a file of one's own has no keeper"
    assert ganbaru("scout", "list").out.startswith("nobody was found to be new\n")
    Path("scout.toml").write_text('hashtags = ["a"]\n[[files]]\npath = "gone.json"\n', "utf-8")
    ganbaru("scout", "run")
    said = ganbaru("scout", "list").out
    assert "file:gone.json was not read" in said
    Path("scout.toml").write_text('hashtags = ["a"]\n[[files]]\npath = "seen.json"\n', "utf-8")
    assert "gone.json" not in ganbaru("scout", "list").out, "what is not asked any more is not missed"


def test_who_runs_it_without_a_contact_is_told(ganbaru: Say) -> None:
    text = 'hashtags = ["a"]\n[caps]\nseconds_per_run = 0.001\n[mastodon]\nservers = ["127.0.0.1:9"]\n'
    Path("scout.toml").write_text(text, "utf-8")
    assert "no contact in scout.toml" in ganbaru("scout", "run").err
    Path("scout.toml").write_text(f'contact = "mailto:me@example.org"\n{text}', "utf-8")
    assert "contact" not in ganbaru("scout", "run").err


def test_who_is_forgotten_is_gone_and_stays_gone(ganbaru: Say, fed: Path) -> None:
    ganbaru("scout", "list")
    assert "Name 7" in ganbaru("scout", "show", "name7").out
    assert ganbaru("scout", "forget", "name7").out.startswith("forgotten: 1 account")
    for file in fed.glob("scout.sqlite*"):
        assert b"name7" not in file.read_bytes()
        assert b"misskey:a.example/n7" not in file.read_bytes()
    assert ganbaru("scout", "run").code == 0
    assert "nobody here is called 'name7'" in ganbaru("scout", "show", "name7").complaint
    assert json.loads(ganbaru("scout", "list", "--json").out)["candidates"] == 11


def test_an_example_to_start_from(ganbaru: Say) -> None:
    assert ganbaru("scout", "example").out == "query: scout.toml\n"
    assert "there already" in ganbaru("scout", "example").complaint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list",), "cannot read the query file 'scout.toml'"),
        (("show", "somebody"), "there is no store 'scout.sqlite' yet"),
        (("run", "--query", "nothing.toml"), "cannot read the query file 'nothing.toml'"),
        (("backtest", "--day", "soon"), "there is no store"),
    ],
)
def test_what_is_missing_is_said(ganbaru: Say, words: tuple[str, ...], said: str) -> None:
    found = ganbaru("scout", *words)
    assert found.code == 1
    assert said in found.complaint


def test_a_day_that_is_none_is_refused(ganbaru: Say, fed: Path) -> None:
    for words in ("soon", "9" * 400 + "d", "2026-11-31"):
        assert "is no day" in ganbaru("scout", "list", "--since", words).complaint
    assert "seen again later" in ganbaru("scout", "backtest", "--day", "5d").complaint


def test_a_day_is_utc_wherever_this_runs_unless_it_names_a_zone(elsewhere: None) -> None:
    assert _moment("2026-11-01") == 1_793_491_200.0
    assert _moment("2026-11-01T09:00+09:00") == 1_793_491_200.0
