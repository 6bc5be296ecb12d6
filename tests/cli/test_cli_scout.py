"""`ganbaru scout`: from a query file to a list, a page, and somebody forgotten."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import Said

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
    assert "'soon' is no day" in ganbaru("scout", "list", "--since", "soon").complaint
    assert "seen again later" in ganbaru("scout", "backtest", "--day", "5d").complaint
