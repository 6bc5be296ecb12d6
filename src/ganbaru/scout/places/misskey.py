"""Misskey: notes with a hashtag, and profiles, as a server shows them to guests.

Sources: github.com/misskey-dev/misskey, packages/backend/src/server/api/endpoints/notes/search-by-tag.ts (POST, no
credential, at most 100, ``query`` an OR of ANDs, ``sinceId`` pages forward and ``untilId`` backward), users/show.ts
(``userIds`` leaves out who is suspended or gone; error NO_SUCH_USER), notes/show.ts (NO_SUCH_NOTE); read in November
2026. A server may show guests nothing or its own people only (its setting ``ugcVisibilityForVisitor``, pull request
15938). What it knows of other servers' people is not read at all: their wishes are known to their own server.
"""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ganbaru.scout import wishes
from ganbaru.scout.answer import Answer
from ganbaru.scout.places.fediverse import Page, Walk, walked, with_authors
from ganbaru.scout.places.visit import Told, Visit, language, strangers
from ganbaru.scout.query import MisskeySource
from ganbaru.scout.seen import Account, Batch, Gone, Link, Post, Seen
from ganbaru.scout.taken import at, count, flag, items, link, links_in, name, rows, text, texts
from ganbaru.scout.times import DAY, instant, published
from ganbaru.scout.trouble import Closed, NotThere, Out

_PAGE, _PEOPLE, _CHECKED = 100, 50, 10
_CHECKED_DAYS = 14
_CLOSED_CODES = ("CREDENTIAL_REQUIRED", "CONTENT_RESTRICTED_BY_SERVER", "ROLE_PERMISSION_DENIED", "PERMISSION_DENIED")


def visit_misskey(source: MisskeySource, server: str, visit: Visit) -> Told:
    """Read the notes of a server since the last run, then the profiles of those who wrote them, then what is gone."""
    yield _opened(server, visit)
    left = yield from _notes(source, server, visit)
    unknown = yield from _found(source, server, visit)
    yield from _profiles(server, visit)
    yield from _checked(server, visit)
    yield visit.ended("well", f"its notes were read{left}{strangers(unknown)}")


def _place(server: str) -> str:
    return f"misskey:{server}"


def _opened(server: str, visit: Visit) -> Batch:
    """See first whether guests are shown anything, once a day.

    Raises:
        Closed: they are not.
    """
    kept = json.loads(visit.mark("open") or "{}")
    if kept.get("at", 0.0) < visit.now - DAY:
        kept = {
            "at": visit.now,
            "to": name(_asked(visit, server, "meta", {"detail": False}), "ugcVisibilityForVisitor"),
        }
    if kept["to"] == "none":
        raise Closed(f"{server} shows guests nothing, as its keepers set it")
    return Batch((), {"open": json.dumps(kept)})


def _notes(source: MisskeySource, server: str, visit: Visit) -> Generator[Batch, None, str]:
    query = [[tag] for tag in visit.hashtags]
    mark = f"last {' '.join(sorted(visit.tags))}"

    def ask(after: str, before: str) -> Page:
        document = {"query": query, "limit": _PAGE, **_where(after, before)}
        return Page(rows(_asked(visit, server, "notes/search-by-tag", document), "notes"))

    def read(notes: Sequence[Mapping[str, Any]]) -> list[Seen]:
        return with_authors([one for note in notes for one in _of_note(note, server, visit)], visit.wants)

    walk = Walk(ask, read, _older(visit), mark, _PAGE, source.pages)
    return (yield from walked(walk, visit.mark(mark)))


def _where(after: str, before: str) -> dict[str, str]:
    return {"sinceId": after} if after else {"untilId": before} if before else {}


def _older(visit: Visit) -> Any:
    return lambda note: (instant(note.get("createdAt")) or visit.now) < visit.since


def _of_note(note: Mapping[str, Any], server: str, visit: Visit) -> list[Seen]:
    """A public note of one of the server's own people, with its author as far as shown beside it."""
    user = note.get("user")
    author, identifier = name(user, "id"), name(note, "id")
    if not author or not identifier or at(user, "host") is not None or name(note, "visibility") != "public":
        return []
    place = _place(server)
    beside = Account(
        place=place,
        id=author,
        handle=name(user, "username"),
        name=name(user, "name"),
        url=f"https://{server}/@{quote(name(user, 'username'))}",
        wishes=_wishes(user),
        bot=bool(flag(user, "isBot")),
        seen=visit.now,
        whole=False,
    )
    return [beside, _post(note, place, author, server, visit)]


def _post(note: Mapping[str, Any], place: str, author: str, server: str, visit: Visit) -> Post:
    repeated = name(note, "renoteId")
    named = name(note, "renote", "user", "id") if at(note, "renote", "user", "host") is None else ""
    written = text(note, "text") or text(note, "cw")
    reactions = count(note, "reactionCount")
    return Post(
        place=place,
        id=name(note, "id"),
        author=author,
        at=published(note.get("createdAt"), visit.now),
        text=written,
        tags=texts(note, "tags"),
        url=f"https://{server}/notes/{quote(name(note, 'id'), safe='')}",
        likes=reactions if reactions is not None else _sum(note.get("reactions")),
        reposts=count(note, "renoteCount"),
        replies=count(note, "repliesCount"),
        mentions=tuple(dict.fromkeys(filter(None, [named, *texts(note, "mentions")]))),
        repost_of=repeated if repeated and not written else "",
        seen=visit.now,
    )


def _sum(reactions: Any) -> int | None:
    """Older servers tell how often each sign was given, not how often in all."""
    if not isinstance(reactions, dict):
        return None
    counts = [count(reactions, key) for key in list(reactions)[:1_000]]
    return sum(one for one in counts if one is not None)


def _found(source: MisskeySource, server: str, visit: Visit) -> Generator[Batch, None, list[str]]:
    """What the discovery accounts of this server wrote and repeated.

    Returns:
        Those of them whom the server does not know.
    """
    unknown = []
    for username in [entry.partition("@")[0] for entry in source.discovery if entry.endswith(f"@{server}")]:
        user = _asked(visit, server, "users/show", {"username": username}, absent="NO_SUCH_USER")
        mark, finder = f"found {username.lower()}", name(user, "id")
        if not finder:
            unknown.append(username)
            continue

        def ask(after: str, before: str, finder: str = finder) -> Page:
            document = {"userId": finder, "limit": _PAGE, "withRenotes": True, **_where(after, before)}
            return Page(rows(_asked(visit, server, "users/notes", document), "notes"))

        def read(notes: Sequence[Mapping[str, Any]]) -> list[Seen]:
            return with_authors([one for note in notes for one in _named(note, server, visit)], visit.keeps)

        yield from walked(Walk(ask, read, _older(visit), mark, _PAGE, 1), visit.mark(mark))
    return unknown


def _named(note: Mapping[str, Any], server: str, visit: Visit) -> list[Seen]:
    """A finder's note, and the note that it repeats."""
    repeated = note.get("renote")
    inner = _of_note(repeated, server, visit) if isinstance(repeated, dict) else []
    return [*inner, *_of_note(note, server, visit)]


def _profiles(server: str, visit: Visit) -> Iterator[Batch]:
    place = _place(server)
    asked = visit.kept.wanting(place, visit.now - 0.9 * DAY, 10 * _PEOPLE)
    for start in range(0, len(asked), _PEOPLE):
        group = asked[start : start + _PEOPLE]
        users = rows(_asked(visit, server, "users/show", {"userIds": group}), "users")
        accounts = [_account(user, place, server, visit) for user in users if name(user, "id") in group]
        missing = [one for one in group if one not in {account.id for account in accounts}]
        gone = [Gone(place, one, "account") for one in missing if _is_gone(visit, server, one)]
        yield Batch([*accounts, *gone])


def _is_gone(visit: Visit, server: str, user: str) -> bool:
    """Whether a server says of somebody by name that there is no such person."""
    answer = _posted(visit, server, "users/show", {"userId": user}, also=(400, 404))
    return answer.status in (400, 404) and name(answer.json(), "error", "code") == "NO_SUCH_USER"


def _account(user: Mapping[str, Any], place: str, server: str, visit: Visit) -> Account:
    about, shown_as, handle = text(user, "description"), name(user, "name"), name(user, "username")
    fields = [(name(field, "name"), name(field, "value")) for field in items(user, "fields")]
    verified = set(texts(user, "verifiedLinks"))
    said = [*(page for _, value in fields for page in links_in(value)), *links_in(about)]
    pages = dict.fromkeys(page for page in (*map(link, verified), *said) if page)
    words = [shown_as, about, *(f"{key} {value}" for key, value in fields)]
    return Account(
        place=place,
        id=name(user, "id"),
        handle=handle,
        name=shown_as,
        about=about,
        url=f"https://{server}/@{quote(handle)}",
        created=instant(user.get("createdAt")),
        followers=count(user, "followersCount"),
        following=count(user, "followingCount"),
        posts=count(user, "notesCount"),
        links=tuple(Link(page, page in verified) for page in pages),
        language=language(name(user, "lang")),
        wishes=wishes.ordered([*_wishes(user), *wishes.said(*words)]),
        bot=bool(flag(user, "isBot")),
        seen=visit.now,
    )


def _wishes(user: Any) -> tuple[str, ...]:
    """What settings say; not all of them are shown to guests by every version."""
    told = {
        wishes.NOT_DISCOVERABLE: flag(user, "isExplorable") is False,
        wishes.NO_INDEX: flag(user, "noCrawle") is True,
        wishes.NO_TRAINING: flag(user, "preventAiLearning") is True,
        wishes.MEMBERS_ONLY: flag(user, "requireSigninToViewContents") is True,
    }
    return wishes.ordered(wish for wish, asked in told.items() if asked)


def _checked(server: str, visit: Visit) -> Iterator[Batch]:
    """Once a day: are some of the notes of the last two weeks still there? Each in its turn."""
    place = _place(server)
    if float(visit.mark("checked") or 0.0) > visit.now - 0.9 * DAY:
        return
    after = visit.mark("checked to")
    recent = visit.kept.posts(visit.now - _CHECKED_DAYS * DAY, visit.now, place=place)
    known = sorted(post.id for post in recent)
    turn = [one for one in known if one > after][:_CHECKED] or known[:_CHECKED]
    gone = [Gone(place, one, "post") for one in turn if _note_is_gone(visit, server, one)]
    yield Batch(gone, {"checked": str(visit.now), "checked to": turn[-1] if turn else ""})


def _note_is_gone(visit: Visit, server: str, note: str) -> bool:
    answer = _posted(visit, server, "notes/show", {"noteId": note}, also=(400, 404))
    return answer.status in (400, 404) and name(answer.json(), "error", "code") == "NO_SUCH_NOTE"


def _asked(visit: Visit, server: str, endpoint: str, document: Mapping[str, Any], absent: str = "") -> Any:
    """The answer of an endpoint.

    Args:
        absent: the code by which it says that what was asked for is not there; the answer is None then.

    Raises:
        Closed: the server says that guests may not.
        Out: it says that something else is wrong.
    """
    try:
        answer = _posted(visit, server, endpoint, document, also=(400, 404) if absent else (400,))
    except NotThere as error:
        raise Out(f"{server} does not know {endpoint}: is it a Misskey server?") from error
    document_told = answer.json()
    if answer.status in (400, 404):
        code = name(document_told, "error", "code")
        if absent and code == absent:
            return None
        if code in _CLOSED_CODES:
            raise Closed(f"{server} shows guests nothing ({code})")
        raise Out(f"{server} refuses the question ({code if code.isidentifier() else '400'})")
    return document_told


def _posted(visit: Visit, server: str, endpoint: str, document: Mapping[str, Any], also: tuple[int, ...]) -> Answer:
    return visit.asking.post(f"{visit.asking.base(server)}/api/{endpoint}", json.dumps(document), also=also)
