"""The verdict on an act: of each clip, and of all together.

The strictest leads; what is unknown or contradictory says "ask". What the speaker consented to is a lamp of its own and
never softens or sharpens what the licences say; only imitating an identifiable person hangs on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ganbaru.errors import UserError
from ganbaru.rights.asking import Asked, asked
from ganbaru.rights.carrying import clip_accepts
from ganbaru.rights.conflicts import told
from ganbaru.rights.expressions import leaves
from ganbaru.rights.facts import Clip, Conflict, Ledger
from ganbaru.rights.matrix import consent_cell, licence
from ganbaru.rights.matrix.looking import NOTHING_SAID
from ganbaru.rights.rulings import Ruling, expression_ruling, rank, ruling, strictest
from ganbaru.rights.said import Source, Text


@dataclass(frozen=True)
class Group:
    """Clips that are judged alike.

    Attributes:
        statements: the licence expressions that hold of them; "" where nothing is said.
        ruling: the answer, with the sentence that decided it.
        clips: their paths.
    """

    statements: Sequence[str]
    ruling: Ruling
    clips: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """What was found for an act.

    Attributes:
        question: what was asked.
        ruling: the one that leads; of all clips the strictest, or that their licences cannot be joined.
        groups: by what holds of the clips, the strictest first.
        people: by what their speakers consented to; apart, and not part of ``ruling``.
        accepts: the licences that one result of all clips may carry; empty where none suits all.
    """

    question: Asked
    ruling: Ruling
    groups: Sequence[Group]
    people: Sequence[Group]
    accepts: frozenset[str]

    @property
    def answer(self) -> str:
        """One of `matrix.ANSWERS`."""
        return self.ruling.answer

    @property
    def consent(self) -> str:
        """The strictest answer of the speakers."""
        return self.people[0].ruling.answer

    def __str__(self) -> str:
        return f"{self.question.act} by {self.question.actor}: {self.answer} ({self.ruling.text.en})"


def verdict(
    what: Ledger | Clip,
    act: str,
    *,
    actor: str = "person",
    commercial: bool | None = None,
    changed: bool | None = None,
    advertising: bool | None = None,
    thing: str = "",
) -> Verdict:
    """Whether somebody may do something with sounds.

    Args:
        what: a folder's or run's ledger, or one clip.
        act: "measure", "train", "convert", "merge", "publish-weights", "publish-sounds", "sell-sounds",
            "redistribute-clips" or "imitate" (an identifiable person).
        actor: "person" (private), "firm" or "research".
        commercial: whether money is meant to be made; None where that is not said: what would refuse it then says ask.
        changed: whether the clips were altered; None likewise.
        advertising: whether it advertises something; None likewise.
        thing: what it is done to, where not the usual: "text" for the sentences that were read.

    Raises:
        UserError: there is no such act, actor or thing, or not a single clip.
    """
    question = asked(act, actor, commercial=commercial, changed=changed, advertising=advertising, thing=thing)
    return judge(what, question)


def judge(what: Ledger | Clip, question: Asked, exempt: frozenset[str] = frozenset()) -> Verdict:
    """The verdict on a question; the licences in ``exempt`` do not follow into a result."""
    ledger = Ledger(what.path, [what]) if isinstance(what, Clip) else what
    if not ledger.clips:
        raise UserError(f"there is not a single clip in {ledger.name}", hint="name a folder with sounds, or a run")
    people = _by_consent(ledger, question.act)
    groups = people if question.act == "imitate" else _by_statements(ledger, question)
    accepted = joined(ledger, question, exempt)
    leading = strictest(group.ruling for group in groups)
    if not accepted:
        leading = strictest([_clash(groups, question, exempt), leading])
    return Verdict(question, leading, groups, people, accepted)


def statements(clip: Clip) -> tuple[str, ...]:
    """The different licence expressions that are stated of a clip; one that says so where there is none."""
    return tuple(dict.fromkeys(grant.licence for grant in clip.grants)) or (NOTHING_SAID,)


def joined(ledger: Ledger, question: Asked, exempt: frozenset[str] = frozenset()) -> frozenset[str]:
    """The licences that one result of all clips may carry."""
    kinds = {statements(clip) for clip in ledger.clips}
    return frozenset.intersection(*(clip_accepts(kind, question, exempt) for kind in kinds))


def _by_statements(ledger: Ledger, question: Asked) -> list[Group]:
    contradicted = conflicts(ledger)
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for clip in ledger.clips:
        conflict = contradicted.get(clip.path)
        found.setdefault((statements(clip), conflict.said if conflict else ""), []).append(clip.path)
    groups = [
        Group(said, _ruled(said, question, contradicted.get(paths[0]) if conflict else None), tuple(paths))
        for (said, conflict), paths in found.items()
    ]
    return sorted(groups, key=_strictest_first)


def conflicts(ledger: Ledger) -> dict[str, Conflict]:
    """The first contradiction of each clip that has one."""
    return {conflict.clip: conflict for conflict in reversed(ledger.conflicts)}


def _strictest_first(group: Group) -> tuple[int, int, tuple[str, ...]]:
    return -rank(group.ruling.answer), -len(group.clips), tuple(group.statements)


def _ruled(said: Sequence[str], question: Asked, conflict: Conflict | None) -> Ruling:
    rulings = [expression_ruling(expression, question) for expression in said]
    if conflict is None or all(found.answer == "refused" for found in rulings):
        return strictest(rulings)
    read = conflict.grants[0].proof.read_at if conflict.grants else ""
    source = Source(f"the statements about {conflict.clip}", "", "", read, "verified")
    said_ja = f"記載が食い違っている: {told(conflict, 'ja')}"
    text = Text(f"What is said of it contradicts itself: {conflict.said}", said_ja)
    return Ruling("ask", text, source, " / ".join(said))


def _by_consent(ledger: Ledger, act: str) -> list[Group]:
    found: dict[Ruling, list[str]] = {}
    for clip in ledger.clips:
        cell = consent_cell(clip.consent, act)
        lamp = Ruling(cell.answer, cell.text, cell.source, f"consent: {clip.consent.lamp}")
        terms = _on_imitating(statements(clip)) if act == "imitate" else ()
        found.setdefault(strictest([lamp, *terms]), []).append(clip.path)
    groups = [Group((ruled.licence,), ruled, tuple(paths)) for ruled, paths in found.items()]
    return sorted(groups, key=_strictest_first)


def _on_imitating(said: Sequence[str]) -> Iterator[Ruling]:
    """What terms of voice libraries say of passing for a person; licences of copyright are silent."""
    question = Asked("imitate")
    names = (name for expression in said for name in leaves(expression) if name.startswith("LicenseRef-terms"))
    yield from (ruling(name, question) for name in names if any("imitate" in cell.acts for cell in licence(name).cells))


def _clash(groups: Sequence[Group], question: Asked, exempt: frozenset[str]) -> Ruling:
    """That no licence suits all: names two that exclude each other, or all that bind where it takes more than two."""
    bound = {group.statements: clip_accepts(group.statements, question, exempt) for group in groups}
    kinds = list(bound)
    pairs = [(a, b) for i, a in enumerate(kinds) for b in kinds[i + 1 :] if not bound[a] & bound[b]]
    alone = [(kind,) for kind in kinds if not bound[kind]]
    among: Sequence[Sequence[Sequence[str]]] = alone or pairs or [kinds]
    names = [" + ".join(kind) for kind in among[0]]
    text = Text(
        f"No single licence of a result suits all of {', '.join(names)}: each asks for what another rules out.",
        f"{'、'.join(names)} のすべてを満たすライセンスはない。一方の求めるものを他方が許さない。",
    )
    return Ruling("refused", text, licence(among[0][0][0]).source, names[0])


def refuse_forbidden(ledger: Ledger, act: str, actor: str = "person", *, commercial: bool | None = None) -> Verdict:
    """The gate for whoever is about to do something: passes with the verdict, or stops with the sentence.

    Passing does not mean "allowed": what must be asked is in the verdict, for the caller to name.

    Raises:
        UserError: a licence or a speaker refuses it, or the licences cannot be joined; says the sentence, names a clip.
    """
    found = verdict(ledger, act, actor=actor, commercial=commercial)
    refusing = [group for group in (*found.groups, *found.people) if group.ruling.answer == "refused"]
    ruled = refusing[0].ruling if refusing else found.ruling
    if ruled.answer == "refused":
        where = f" ({refusing[0].clips[0]}{_more(refusing[0])})" if refusing else ""
        hint = "`ganbaru rights` says which clips must go; or another purpose may be permitted"
        raise UserError(f"{act} is refused: {ruled.licence}: {ruled.text.en}{where}", hint=hint)
    return found


def _more(group: Group) -> str:
    return f" and {len(group.clips) - 1:,} more" if len(group.clips) > 1 else ""


def without(ledger: Ledger, paths: Sequence[str]) -> Ledger:
    """The ledger with these clips taken out, the shares of the others growing to fill their place."""
    gone = set(paths)
    kept = [clip for clip in ledger.clips if clip.path not in gone]
    whole = sum(clip.share for clip in kept) or 1.0
    return replace(
        ledger,
        clips=[replace(clip, share=clip.share / whole) for clip in kept],
        conflicts=[conflict for conflict in ledger.conflicts if conflict.clip not in gone],
        unknown=[path for path in ledger.unknown if path not in gone],
    )
