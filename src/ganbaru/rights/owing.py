"""What is owed for a model or what it makes: computed from every clip that went into it, through mixing and merging.

In a merge of models a licence may follow into the result only from some share on (`Licence.follows_from`); in training
all of them do, whatever their share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ganbaru.rights.asking import Asked, asked
from ganbaru.rights.carrying import RESULTS, option_accepts, preferred
from ganbaru.rights.combining import shared
from ganbaru.rights.facts import Clip, Ledger
from ganbaru.rights.matrix import DutyText, Licence, licence
from ganbaru.rights.rulings import Option, duty_count, option_ruling, options, rank, usable
from ganbaru.rights.said import Source, Text
from ganbaru.rights.verdicts import Verdict, judge, statements


@dataclass(frozen=True)
class Duty:
    """Something owed.

    Attributes:
        kind: "credit", "notice", "share-alike", "non-commercial", "forbidden-use", "terms" or "permission".
        text: what is to be done, or not to be done.
        source: where that was read.
        licences: that ask for it.
        clips: that caused it.
        share: of all, 0 to 1, that these clips are.
    """

    kind: str
    text: Text
    source: Source
    licences: Sequence[str]
    clips: Sequence[str]
    share: float


@dataclass(frozen=True)
class Credit:
    """Who is to be named, and how: the holder, where it came from, under what.

    Attributes:
        holder: as written; "" where nobody is named.
        origin: URL or words; "" where not said.
        licence: under which it was taken, with its address.
        clips: that are theirs.
    """

    holder: str
    origin: str
    licence: str
    clips: Sequence[str]

    def line(self, lang: str = "en") -> str:
        """As it can stand in a list of credits."""
        known = licence(self.licence).source
        under = f"{self.licence} <{known.url}>" if known.url else self.licence
        holder = self.holder or ("権利者の記載なし" if lang == "ja" else "holder not named")
        return ", ".join(part for part in (holder, self.origin, under) if part)


@dataclass(frozen=True)
class Duties:
    """All that is owed for one act.

    Attributes:
        verdict: whether the act is permitted at all.
        duties: by kind.
        credits: whom to name, where that is owed.
        accepts: the licences that a result may carry; empty where none suits all.
        carries: the one to suggest; `matrix.OWN` where the maker may choose, "" where none suits all.
        restrictions: what a licence of the maker's own has to pass on.
        released: licences whose share in a merge is too small for them to follow, with it and the share needed.
    """

    verdict: Verdict
    duties: Sequence[Duty]
    credits: Sequence[Credit]
    accepts: frozenset[str]
    carries: str
    restrictions: Sequence[str]
    released: Sequence[tuple[str, float, float]]


def duties(
    ledger: Ledger,
    act: str = "publish-weights",
    *,
    actor: str = "person",
    commercial: bool | None = None,
    merged: bool = False,
) -> Duties:
    """What is owed for an act with a model of these clips.

    Args:
        ledger: what it was made of; of several models see `combined`, which keeps their shares.
        act, actor, commercial: as for `verdict`.
        merged: whether models were merged, rather than one trained on all of it.

    Raises:
        UserError: as for `verdict`.
    """
    question, whole = asked(act, actor, commercial=commercial), shared(ledger)
    released = _released(whole) if merged else []
    exempt = frozenset(name for name, _, _ in released)
    found = judge(whole, question, exempt)
    own = [name for clip in whole.clips for expression in statements(clip) for name in _names(expression)]
    carries = preferred(found.accepts, own) if act in RESULTS else ""
    by_kind = {kind: taken_option(kind, question, carries, exempt) for kind in set(map(statements, whole.clips))}
    taken = [(clip, by_kind[statements(clip)]) for clip in whole.clips]
    return Duties(
        found,
        _owed(taken, question, exempt),
        _credits(taken, question, exempt),
        found.accepts,
        carries,
        sorted({word for _, names in taken for name in names if name not in exempt for word in _restricts(name, act)}),
        released,
    )


def _names(expression: str) -> set[str]:
    """Every licence in an expression."""
    return {name for option in options(expression) for name in option}


def _restricts(name: str, act: str) -> Iterable[str]:
    return licence(name).restrictions if act in RESULTS else ()


def taken_option(
    kind: Sequence[str], question: Asked, carries: str = "", exempt: frozenset[str] = frozenset()
) -> Option:
    """The licences under which a clip with these statements is taken: the best that the result's licence suits.

    The best is the mildest; of several, the one with the fewest duties; then the first by name.
    """

    def order(option: Option) -> tuple[int, int, Option]:
        return rank(option_ruling(option, question).answer), duty_count(option, question.act), option

    taken: list[str] = []
    for expression in kind:
        choices = usable(expression, question)
        suited = [option for option in choices if carries in option_accepts(option, exempt)]
        best: Option = min(suited or choices, key=order)
        taken += best
    return tuple(dict.fromkeys(taken))


def _released(ledger: Ledger) -> list[tuple[str, float, float]]:
    """The licences that need a share to follow and have less, with both shares."""
    shares: dict[str, float] = {}
    for clip in ledger.clips:
        names = {name for expression in statements(clip) for name in _names(expression)}
        for name in names:
            shares[name] = shares.get(name, 0.0) + clip.share
    needed = {name: licence(name).follows_from for name in shares}
    return [(name, shares[name], needed[name]) for name in sorted(shares) if shares[name] < needed[name] - 1e-9]


def _follows(known: Licence, name: str, act: str, exempt: frozenset[str]) -> list[DutyText]:
    return [duty for duty in known.duties_of(act) if duty.always or name not in exempt]


def _owed(taken: Sequence[tuple[Clip, Option]], question: Asked, exempt: frozenset[str]) -> list[Duty]:
    found: dict[tuple[str, Text], list[tuple[str, Clip, Source]]] = {}
    for clip, option in taken:
        for name in option:
            for duty in _follows(licence(name), name, question.act, exempt):
                found.setdefault((duty.kind, duty.text), []).append((name, clip, duty.source))
    return [_duty(kind, text, causes) for (kind, text), causes in sorted(found.items(), key=lambda item: item[0][0])]


def _duty(kind: str, text: Text, causes: Sequence[tuple[str, Clip, Source]]) -> Duty:
    clips = {clip.path: clip for _, clip, _ in causes}
    names = tuple(dict.fromkeys(name for name, _, _ in causes))
    return Duty(kind, text, causes[0][2], names, tuple(clips), sum(clip.share for clip in clips.values()))


def _credits(taken: Sequence[tuple[Clip, Option]], question: Asked, exempt: frozenset[str]) -> list[Credit]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for clip, option in taken:
        for name in option:
            kinds = {duty.kind for duty in _follows(licence(name), name, question.act, exempt)}
            if kinds & {"credit", "notice"}:
                found.setdefault((*_holder(clip, name), name), []).append(clip.path)
    return [Credit(*key, tuple(paths)) for key, paths in sorted(found.items())]


def _holder(clip: Clip, name: str) -> tuple[str, str]:
    """Who holds the rights by the statement with that licence, and where the sound came from."""
    stating = [grant for grant in clip.grants if name in _names(grant.licence)]
    holder = next((grant.holder for grant in (*stating, *clip.grants) if grant.holder), "")
    return holder, next((grant.source for grant in (*stating, *clip.grants) if grant.source), "")
