"""`ganbaru scout`: reads feeds, lists newcomers, shows why, forgets."""

import datetime
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganbaru.cli import speech
from ganbaru.errors import UserError

if TYPE_CHECKING:
    from ganbaru.scout.collecting import Collected
    from ganbaru.scout.sifting.backtest import Backtest, Worth
    from ganbaru.scout.sifting.people import Person
    from ganbaru.scout.sifting.ranking import Listed
    from ganbaru.scout.sifting.sift import Sifted
    from ganbaru.scout.store import Store

scout = typer.Typer(
    name="scout",
    help="Find little-known voices: read public feeds, list newcomers with the reason and its doubt.",
    no_args_is_help=True,
)

Query = Annotated[Path, typer.Option("--query", metavar="FILE", help="What to look for, and where.")]
Stored = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="Default: scout.sqlite beside the query file.")
]
Seed = Annotated[int, typer.Option(help="Of everything that is drawn.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Size = Annotated[int, typer.Option(min=1, help="People on the list.")]
Who = Annotated[str, typer.Argument(metavar="PERSON", help="A name, a handle, an address, or place/identifier.")]

_QUERY = Path("scout.toml")


@scout.command()
def example(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = _QUERY,
) -> None:
    """Write a query file to start from: it needs no account anywhere."""
    if file.exists():
        raise UserError(f"{str(file)!r} is there already", hint="name another file")
    from ganbaru.scout.query import example as written

    file.write_text(written(), "utf-8")
    speech.result(f"query: {file}")


@scout.command(name="run")
def run_(
    query: Query = _QUERY,
    store: Stored = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="Nothing older: 2026-11-01, or 7d. Default: 90d.")
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Read what is new in every source of the query file; again and again, it reads only what is new."""
    from ganbaru.scout.collecting import collect, sources
    from ganbaru.scout.query import load

    asked, start = load(query), None if since is None else _moment(since)
    if not asked.contact and not all(source.name.startswith("file:") for source in sources(asked)):
        speech.say(f"no contact in {query}: keepers of servers cannot reach you, please fill it in", quiet=quiet)
    with closing(_open(query, store)) as held, speech.bars(quiet=quiet or as_json) as progress:
        done = collect(asked, held, since=start, seed=seed, progress=progress)
    _tell_run(done, as_json=as_json)
    return 130 if done.stopped else 0


def _tell_run(done: "Collected", *, as_json: bool) -> None:
    if as_json:
        speech.document({"schema": "ganbaru.scout.run/1", "sources": [asdict(each) for each in done.health]})
        return
    from ganbaru.scout.names import shown

    for health in done.health:
        speech.result(f"{shown(health.source)}: {health.state}: {shown(health.said)}")


@scout.command(name="list")
def list_(
    query: Query = _QUERY,
    store: Stored = None,
    size: Size = 20,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only people who began since then: 2026-11-01, or 30d.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the list as a page.")] = None,
    atom: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the list as an Atom feed.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Today's list of newcomers: by evidence, but for one who is drawn and one who was shown least.

    Whoever stands on it counts as shown today, once, in whatever form it is asked for.
    """
    from ganbaru.scout.collecting import sources
    from ganbaru.scout.page.atom import feed
    from ganbaru.scout.page.html import page
    from ganbaru.scout.query import load
    from ganbaru.scout.sifting.sift import sift

    looked_for, start = load(query), None if since is None else _moment(since)
    with closing(_open(query, store, there=True)) as held:
        told = sift(held, now=time.time(), began=start, languages=looked_for.languages, size=size, seed=seed, keep=True)
    asked = {source.name for source in sources(looked_for)}
    sifted = replace(told, health=[health for health in told.health if health.source in asked])
    for file, written in ((html, page), (atom, feed)):
        if file is not None:
            file.write_text(written(sifted), "utf-8")
            speech.say(f"written: {file}", quiet=as_json)
    if as_json:
        speech.document(_as_data(sifted))
        return
    for line in _lines(sifted):
        speech.result(line)


@scout.command()
def show(who: Who, query: Query = _QUERY, store: Stored = None, as_json: Json = False) -> None:
    """Everything that is known of somebody, and by which links it is theirs."""
    from ganbaru.scout.sifting.sift import told_of

    with closing(_open(query, store, there=True)) as held:
        told = told_of(held, now=time.time())
        person = _one(held, who)
    news, hidden = told.newness.get(person.key), told.hidden.get(person.key)
    if as_json:
        accounts = [asdict(account) for account in person.accounts]
        ties = [{"accounts": ["/".join(key) for key in tie.accounts], "how": tie.how} for tie in _ties(person)]
        numbers = {"newness": news and asdict(news), "hidden": hidden and asdict(hidden)}
        about = {"key": person.key, "name": person.name, "left_out": told.left_out.get(person.key, "")}
        speech.document({"schema": "ganbaru.scout.person/1", **about, "accounts": accounts, "ties": ties, **numbers})
        return
    for line in _about(person):
        speech.result(line)
    if why := told.left_out.get(person.key):
        speech.result(f"left out: {why}")
    if news is not None:
        speech.result(f"{news.verdict}: {'; '.join(news.evidence) or 'nothing says when they began'}")
    if hidden is not None:
        speech.result(f"answered {hidden.value:.2f} [{hidden.low:.2f}, {hidden.high:.2f}] times as much as is usual")


def _about(person: "Person") -> Iterator[str]:
    """Somebody's accounts and what ties them, in lines."""
    from ganbaru.scout.names import shown

    yield f"{shown(person.name)} ({person.key})"
    for account in person.accounts:
        followers = "" if account.followers is None else f", {account.followers:,} followers"
        wishes = f", asks: {'; '.join(map(shown, account.wishes))}" if account.wishes else ""
        yield f"  {shown(account.url or account.handle)} at {account.place}{followers}{wishes}"
    for tie in _ties(person):
        yield f"  {tie.how}: {' and '.join('/'.join(key) for key in tie.accounts)}"


@scout.command()
def forget(who: Who, query: Query = _QUERY, store: Stored = None, as_json: Json = False) -> None:
    """Delete somebody from the store, really, and keep them from coming back."""
    with closing(_open(query, store, there=True)) as held:
        person = _one(held, who)
        accounts = [account.key for account in person.accounts]
        known = held.forget(accounts)
    if as_json:
        speech.document({"schema": "ganbaru.scout.forgotten/1", "accounts": known})
    else:
        speech.result(f"forgotten: {known} {'account' if known == 1 else 'accounts'}, and all that they posted")


@scout.command()
def backtest(
    day: Annotated[str, typer.Option(metavar="DAY", help="The day that is listed: 2026-08-01, or 90d.")] = "90d",
    horizon: Annotated[int, typer.Option(min=1, help="Days until the second look.")] = 90,
    size: Size = 20,
    query: Query = _QUERY,
    store: Stored = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """List a day of the past by what was known then, and say what became of those people."""
    from ganbaru.scout.sifting.backtest import backtest as look_back

    with closing(_open(query, store, there=True)) as held:
        found = look_back(held, day=_moment(day), horizon_days=horizon, k=size, seed=seed)
    if as_json:
        speech.document({"schema": "ganbaru.scout.backtest/1", **asdict(found)})
        return
    for line in _looked_back(found):
        speech.result(line)


def _looked_back(found: "Backtest") -> Iterator[str]:
    yield f"{found.candidates:,} newcomers, of whom {found.stopped:,} post no more"
    yield "rank of their growth among peers as large, 0 to 1; who stopped counts 0:"
    named: dict[str, Worth] = {"this list": found.hidden, "drawn": found.random, "newest first": found.newest}
    for name, worth in named.items():
        yield f"  {name}: {worth.value:.3f} [{worth.low:.3f}, {worth.high:.3f}]"
    yield f"this list is better than a draw with a chance of {found.better:.0%}"
    yield f"lists of thirty days show {found.coverage:.0%} of them; unevenness (Gini) {found.gini:.2f}"


def _open(query: Path, store: Path | None, *, there: bool = False) -> "Store":
    from ganbaru.scout.store import Store

    path = query.with_name("scout.sqlite") if store is None else store
    if there and not path.exists():
        raise UserError(f"there is no store {str(path)!r} yet", hint="ganbaru scout run makes it")
    return Store(path)


def _one(held: "Store", who: str) -> "Person":
    """The one person who is meant, listed or not.

    Raises:
        UserError: nobody is, or several are.
    """
    from ganbaru.scout.sifting.people import people

    wanted = {account.key for account in held.find(who)}
    found = [person for person in people(held.accounts()) if any(each.key in wanted for each in person.accounts)]
    if not found:
        raise UserError(f"nobody here is called {who!r}", hint="give a handle, an address, or place/identifier")
    if len(found) > 1:
        named = ", ".join(person.key for person in found[:4])
        raise UserError(f"{len(found)} people are called {who!r}", hint=f"name one of {named}")
    return found[0]


def _ties(person: "Person") -> Iterator[Any]:
    yield from person.ties
    yield from person.unsure


def _lines(sifted: "Sifted") -> Iterator[str]:
    from ganbaru.scout.names import shown
    from ganbaru.scout.sifting.reasons import asked, reason
    from ganbaru.scout.times import iso

    if not sifted.listed:
        yield "nobody was found to be new" if sifted.health else "nothing was read yet: ganbaru scout run"
    for number, listed in enumerate(sifted.listed, start=1):
        person = listed.candidate.person
        yield f"{number}. {shown(person.name, 60)}: {shown(person.accounts[0].url or person.key)}"
        yield f"   {reason(listed)}"
        for wish in asked(listed.candidate):
            yield f"   {wish}"
    yield (
        f"{len(sifted.listed)} of {len(sifted.candidates):,} newcomers; {len(sifted.preparing):,} are preparing, "
        f"{len(sifted.left_out):,} left out, {sifted.wished:,} wish not to be listed, "
        f"of {sifted.unsure:,} it is not known whether they are new"
    )
    yield f"{sifted.coverage:.0%} of the newcomers were listed so far; unevenness (Gini) {sifted.gini:.2f}"
    if sifted.health:
        yield f"read last: {iso(max(health.at for health in sifted.health))}"
    for health in sifted.health:
        if health.state != "well":
            yield f"{shown(health.source)} was not read: {health.state}: {shown(health.said)}"


def _as_data(sifted: "Sifted") -> dict[str, Any]:
    return {
        "schema": "ganbaru.scout.list/1",
        "day": datetime.datetime.fromtimestamp(sifted.now, datetime.UTC).date().isoformat(),
        "listed": [_place(listed) for listed in sifted.listed],
        "candidates": len(sifted.candidates),
        "preparing": [person.key for person in sifted.preparing],
        "left_out": dict(sifted.left_out),
        "unsure": sifted.unsure,
        "wished": sifted.wished,
        "coverage": sifted.coverage,
        "gini": sifted.gini,
        "sources": [asdict(health) for health in sifted.health],
    }


def _place(listed: "Listed") -> dict[str, Any]:
    from ganbaru.scout.sifting.reasons import asked, may_train, reason

    candidate = listed.candidate
    return {
        "key": candidate.person.key,
        "name": candidate.person.name,
        "slot": listed.slot,
        "reason": reason(listed),
        "wishes": asked(candidate),
        "may_train": may_train(candidate),
        "links": [account.url for account in candidate.person.accounts],
        "newness": asdict(candidate.newness),
        "hidden": candidate.hidden and asdict(candidate.hidden),
    }


def _moment(said: str) -> float:
    """``2026-11-01`` (UTC, where it names no zone) or ``7d`` (days ago) as UTC seconds.

    Raises:
        UserError: it is neither.
    """
    from ganbaru.scout.times import DAY

    try:
        if said.endswith("d") and said[:-1].isdecimal():
            return time.time() - int(said[:-1]) * DAY
        day = datetime.datetime.fromisoformat(said)
        return (day if day.tzinfo else day.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        raise UserError(f"{said!r} is no day", hint="write it like 2026-11-01, or like 7d for a week ago") from None
