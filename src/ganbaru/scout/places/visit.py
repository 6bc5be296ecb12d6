"""What a place is given when it is read, and what all places share."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ganbaru.scout.asking import Asking
from ganbaru.scout.names import plain_tag
from ganbaru.scout.seen import Batch, Health, Lent, Post, State

Told = Generator[Batch | Health, None, None]
"""What a place yields: batches, then how it fared, as the last thing."""


class Kept(Protocol):
    """What a place may look up in the store."""

    def wanting(self, place: str, before: float, most: int) -> list[str]:
        """Authors whose profile should be read."""

    def posts(self, since: float, until: float, *, place: str, author: str = "") -> Iterator[Post]:
        """Posts that are known."""

    def lent_named(self, place: str, name: str, now: float) -> list[Lent]:
        """One kind of lent figure."""


@dataclass(frozen=True)
class Visit:
    """One reading of one source.

    Attributes:
        source: its name in lists and in the store.
        asking: the way out to the net.
        kept: what is known already.
        hashtags: as written in the query.
        tags: the same for comparing.
        languages: of the posts that are kept; empty for all.
        since: nothing published before is looked for (UTC seconds).
        now: when the reading began (UTC seconds).
    """

    source: str
    asking: Asking
    kept: Kept
    hashtags: Sequence[str]
    tags: frozenset[str]
    languages: Sequence[str]
    since: float
    now: float

    def wants(self, post: Post) -> bool:
        """Whether a post has one of the hashtags, a language that is kept, and is not too old."""
        return any(plain_tag(tag) in self.tags for tag in post.tags) and self.keeps(post)

    def keeps(self, post: Post) -> bool:
        """Whether a post has a language that is kept (or tells none) and is not too old."""
        return post.at >= self.since and (not self.languages or post.language in ("", *self.languages))

    def ended(self, state: State, said: str, until: float = 0.0) -> Health:
        """How the source fared."""
        return Health(self.source, state, said, self.now, until)

    def mark(self, name: str) -> str:
        """A mark that this source left."""
        return self.asking.known(name)


def strangers(names: Sequence[str]) -> str:
    """In words that a place knows nobody by these names of the query's ``discovery``; "" for no names."""
    return f"; nobody there is called {', '.join(names)}, named in discovery" if names else ""


def language(told: str) -> str:
    """Two letters of a language tag (RFC 5646), or ""."""
    short = told[:2].lower()
    return short if len(short) == 2 and short.isascii() and short.isalpha() and told[2:3] in ("", "-", "_") else ""
