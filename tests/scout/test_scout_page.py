"""The page and the feed of a list: whatever names and addresses others chose, nothing of it runs or leads astray."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from scout_world import DAY, NOW

from ganbaru.scout.page.atom import feed
from ganbaru.scout.page.html import page
from ganbaru.scout.seen import Account, Batch, Health, Link, Post
from ganbaru.scout.sifting.sift import Sifted, sift
from ganbaru.scout.store import Store

HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    '"><svg onload="document.title=\'taken\'">',
    "\u202egnp.exe\u202d name",
    "zero\u200bwidth\u200d",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳",
    "x" * 10_000,
    "line\nbreak\ttab",
    "&lt;b&gt;",
)


def listed(path: Path, names: Sequence[str], url: str = "https://a.example/@n{}") -> Sifted:
    with Store(path / "scout.sqlite") as store:
        for number, name in enumerate(names):
            links = (Link("https://b.example/@other"),)
            account = Account("a", f"n{number}", name, name, about=name, url=url.format(number), links=links)
            account = replace(account, followers=20, created=NOW - 30 * DAY, posts=1, seen=NOW)
            post = Post(
                "a",
                f"p{number}",
                f"n{number}",
                NOW - 9 * DAY,
                f"初配信です {number}",
                ("初配信",),
                likes=number,
                seen=NOW,
            )
            store.take("file", Batch([account, post], {}))
        store.note(Health("mastodon:<b>evil</b>", "out", "<i>it</i> answered 500", NOW))
        return sift(store, now=NOW)


def test_the_page_says_who_why_and_which_source_was_silent(tmp_path: Path) -> None:
    written = page(listed(tmp_path, ["Aki", "Haru"]))
    for said in ("Aki", "Haru", "debut 9 days ago", "May I train on their sounds? no", "it answered 500", "Gini"):
        assert said in written.replace("&lt;i&gt;it&lt;/i&gt;", "it")
    assert "<script" not in written
    assert "http-equiv" in written


def test_a_page_of_nobody_says_which_sources_told_nothing(tmp_path: Path) -> None:
    assert "1 of 1 sources told nothing" in page(listed(tmp_path, []))


@pytest.mark.parametrize("url", ["javascript:document.title='taken'", "data:text/html,x", "file:///etc/passwd", "//x"])
def test_addresses_that_are_no_web_pages_are_no_links(tmp_path: Path, url: str) -> None:
    assert "href=" not in page(listed(tmp_path, ["Aki"], url))


def test_an_address_cannot_end_its_attribute(tmp_path: Path) -> None:
    assert '" onclick' not in page(listed(tmp_path, ["Aki"], 'https://a.example/" onclick="x'))


@pytest.mark.browser
def test_names_are_inert_in_a_browser_and_the_page_fits_a_phone(tmp_path: Path, browser: Any) -> None:
    file = tmp_path / "list.html"
    file.write_text(page(listed(tmp_path, HOSTILE)), "utf-8")
    opened = browser.new_page(viewport={"width": 360, "height": 740})
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: said.append(request.url) if request.url != file.as_uri() else None)
    opened.goto(file.as_uri())
    assert opened.title() == "Newcomers, 2026-11-30"
    assert said == []
    assert opened.evaluate("document.querySelectorAll('script, img, iframe, [onerror], [onload]').length") == 0
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    headings = opened.evaluate("[...document.querySelectorAll('.person h2')].map(each => each.textContent)")
    assert len(headings) == len(HOSTILE)
    assert "<script>document.title='taken'</script>"[:59] in [each.rstrip("…") for each in headings]
    assert not any("\u202e" in each or len(each) > 60 for each in headings)
    opened.close()


@pytest.mark.browser
def test_nothing_keeps_anybody_from_using_the_page(tmp_path: Path, browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    file = tmp_path / "list.html"
    file.write_text(page(listed(tmp_path, ["Aki", "Haru"])).replace("default-src 'none'", "default-src *"), "utf-8")
    for scheme in ("light", "dark"):
        opened = browser.new_page(color_scheme=scheme, bypass_csp=True)
        opened.goto(file.as_uri())
        found = axe.Axe().run(opened).response["violations"]
        assert [each["id"] for each in found] == []
        opened.close()


def test_the_feed_is_atom_with_one_entry_a_person(tmp_path: Path) -> None:
    sifted = listed(tmp_path, HOSTILE)
    root = ElementTree.fromstring(feed(sifted))
    space = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{space}entry")
    assert len(entries) == len(HOSTILE)
    assert len({entry.findtext(f"{space}id") for entry in entries}) == len(HOSTILE)
    for entry in entries:
        assert entry.find(f"{space}link").attrib["href"].startswith("https://a.example/")  # type: ignore[union-attr]
        assert entry.findtext(f"{space}summary")
    assert root.findtext(f"{space}updated") == "2026-11-30T12:00:00Z"
