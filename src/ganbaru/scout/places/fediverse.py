"""What servers of the Fediverse have in common: pages forward from what is known, or backward from the newest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganbaru.scout.seen import Account, Post, Seen


@dataclass(frozen=True)
class Page:
    """One page of posts.

    Attributes:
        rows: as the server sent them.
        marks: of the request.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    marks: Mapping[str, str] | None = None


def paged(
    ask: Callable[[str, str], Page], last: str, pages: int, size: int, older: Callable[[Mapping[str, Any]], bool]
) -> Iterator[tuple[Page, str]]:
    """Pages with where to go on after each; "" where a cut would lose what lies between.

    From a known post forward each page can be the last of this run. From the newest backward, as the first run must go,
    only when all pages are read is it known what the next run starts from.

    Args:
        ask: for the page after an identifier, or before one, or (both "") the newest.
        last: the newest identifier of the run before; "" for the first run.
        pages: at most.
        size: of a full page.
        older: whether a row is older than what is looked for.
    """
    after = before = newest = ""
    after = last
    for number in range(1, pages + 1):
        page = ask(after, before)
        identifiers = [str(row["id"]) for row in page.rows if isinstance(row.get("id"), str) and row["id"]]
        done = len(page.rows) < size or not identifiers or number == pages
        if last:
            after = max([after, *identifiers], key=_order)
            yield page, after
        else:
            newest = max([newest, *identifiers], key=_order)
            before = min(identifiers, key=_order, default="")
            done = done or any(older(row) for row in page.rows)
            yield page, newest if done else ""
        if done:
            return


def _order(identifier: str) -> tuple[int, str]:
    """Identifiers of these servers grow with time, by length and then by sign."""
    return len(identifier), identifier


def with_authors(seen: Sequence[Seen], wanted: Callable[[Post], bool]) -> list[Seen]:
    """The posts that are wanted after their authors; an author of nothing that is wanted is left out."""
    posts = [one for one in seen if isinstance(one, Post) and wanted(one)]
    writers = {post.author for post in posts}
    return [*(one for one in seen if isinstance(one, Account) and one.id in writers), *posts]
