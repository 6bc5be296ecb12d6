"""What servers of the Fediverse have in common: pages forward from what is known, or backward from the newest."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganbaru.scout.seen import Account, Batch, Post, Seen


@dataclass(frozen=True)
class Page:
    """One page of posts.

    Attributes:
        rows: as the server sent them.
        marks: of the request.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Walk:
    """How a server's pages are walked.

    Attributes:
        ask: for the page after an identifier, or before one, or (both "") the newest.
        read: what the rows of a page mean.
        older: whether a row is older than what is looked for.
        mark: under which it is remembered where to go on.
        size: of a full page.
        pages: at most.
    """

    ask: Callable[[str, str], Page]
    read: Callable[[Sequence[Mapping[str, Any]]], list[Seen]]
    older: Callable[[Mapping[str, Any]], bool]
    mark: str
    size: int
    pages: int


def walked(walk: Walk, last: str) -> Generator[Batch, None, str]:
    """Pages as batches.

    From a known post forward each page can be the last of this run. From the newest backward, as the first run must go,
    only when all pages are read is it known what the next run starts from.

    Args:
        walk: how.
        last: the newest identifier of the run before; "" for the first run.

    Returns:
        In words what the cap of pages left; "" for nothing.
    """
    return (yield from (_forward(walk, last) if last else _backward(walk)))


def _forward(walk: Walk, last: str) -> Generator[Batch, None, str]:
    for _ in range(walk.pages):
        page = walk.ask(last, "")
        last = max([last, *_identifiers(page)], key=_order)
        yield Batch(walk.read(page.rows), {**page.marks, walk.mark: last})
        if len(page.rows) < walk.size:
            return ""
    return "; the rest is left for the next run"


def _backward(walk: Walk) -> Generator[Batch, None, str]:
    """No page's own marks are kept: it may have to be read again, and must not be answered by "unchanged" then."""
    newest = before = ""
    for number in range(1, walk.pages + 1):
        page = walk.ask("", before)
        identifiers = _identifiers(page)
        newest = max([newest, *identifiers], key=_order)
        before = min(identifiers, key=_order, default="")
        ended = len(page.rows) < walk.size or not before or any(walk.older(row) for row in page.rows)
        whole = newest and (ended or number == walk.pages)
        yield Batch(walk.read(page.rows), {walk.mark: newest} if whole else {})
        if ended:
            return ""
    return "; what is older was left out at the cap of pages"


def _identifiers(page: Page) -> list[str]:
    return [row["id"] for row in page.rows if isinstance(row.get("id"), str) and row["id"]]


def _order(identifier: str) -> tuple[int, str]:
    """Identifiers of these servers grow with time, by length and then by sign."""
    return len(identifier), identifier


def with_authors(seen: Sequence[Seen], wanted: Callable[[Post], bool]) -> list[Seen]:
    """The posts that are wanted after their authors; an author of nothing that is wanted is left out."""
    posts = [one for one in seen if isinstance(one, Post) and wanted(one)]
    writers = {post.author for post in posts}
    return [*(one for one in seen if isinstance(one, Account) and one.id in writers), *posts]
