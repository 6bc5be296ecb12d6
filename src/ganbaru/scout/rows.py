"""Accounts and posts as rows of the store, and back."""

import json
from collections.abc import Sequence
from typing import Any

from ganbaru.scout.seen import Account, Link, Post

Row = tuple[Any, ...]

ACCOUNT = (
    "place, id, handle, name, about, url, created, followers, following, posts, links, language, wishes, bot, seen,"
    " whole"
)
POST = (
    "place, id, author, at, text, tags, url, language, likes, reposts, replies, views, sort, mentions, repost_of, seen"
)

_ACCOUNT_FIELDS, _POST_FIELDS = ACCOUNT.split(", "), POST.split(", ")


def account_row(account: Account) -> Row:
    """In the order of `ACCOUNT`."""
    links = _packed([[link.url, link.verified] for link in account.links])
    texts = (account.place, account.id, account.handle, account.name, account.about, account.url)
    counts = (account.created, account.followers, account.following, account.posts)
    rest = (links, account.language, _packed(list(account.wishes)), int(account.bot), account.seen, int(account.whole))
    return (*texts, *counts, *rest)


def account_of(row: Row) -> Account:
    """The reverse of `account_row`."""
    links = tuple(Link(url, bool(verified)) for url, verified in json.loads(row[10]))
    named = dict(zip(_ACCOUNT_FIELDS, row, strict=True))
    wishes, flags = _unpacked(row[12]), {"bot": bool(row[13]), "whole": bool(row[15])}
    return Account(**{**named, "links": links, "wishes": wishes, **flags})


def post_row(post: Post) -> Row:
    """In the order of `POST`."""
    texts = (post.place, post.id, post.author, post.at, post.text, _packed(list(post.tags)), post.url, post.language)
    counts = (post.likes, post.reposts, post.replies, post.views)
    return (*texts, *counts, post.sort, _packed(list(post.mentions)), post.repost_of, post.seen)


def post_of(row: Row) -> Post:
    """The reverse of `post_row`."""
    named = dict(zip(_POST_FIELDS, row, strict=True))
    return Post(**{**named, "tags": _unpacked(row[5]), "mentions": _unpacked(row[13])})


def _packed(items: Sequence[Any]) -> str:
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def _unpacked(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
