"""The second part of the draft: what the licences and terms say of the acts that are planned, and what they ask."""

from collections.abc import Callable, Iterator

from ganbaru.rights.draft_facts import licence_name, some
from ganbaru.rights.law.words import ACTOR_NAMES, ANSWER_NAMES, CONDITION_NAMES, DUTY_NAMES, act_name, count, listed
from ganbaru.rights.matrix import OWN
from ganbaru.rights.owing import Duties, duties
from ganbaru.rights.picture import PERMITTED, Picture
from ganbaru.rights.removing import removal
from ganbaru.rights.rulings import Ruling
from ganbaru.rights.said import Source
from ganbaru.rights.verdicts import Verdict
from ganbaru.rights.writing_words import Writer, plain

_BEFORE = ("measure", "train")
"""What was done, or is done in any case, before anything planned."""
_THESE = "⟨acts⟩"
"""Stands for the acts of which the same is told, until it is known which those are."""


def verdicts(picture: Picture, write: Writer) -> Iterator[str]:
    """All lines of it."""
    plan = picture.facts.plan
    yield from ("", write("verdicts"), "")
    yield write("verdicts note", actor=ACTOR_NAMES[plan.actor].say(write.lang))
    yield from ("", write("verdicts head"))
    for act in _acts(picture):
        yield from _rows(picture.verdict(act), write)
    yield from ("", write("read in"), "")
    yield from (f"- {source.line(write.lang)}" for source in sources(picture))
    yield from ("", write("people head"), "")
    yield from _people(picture, write)
    for told in (_owed, _in_the_way):
        yield from _alike(told, picture, write)


def _alike(told: Callable[[Picture, str, Writer], list[str]], picture: Picture, write: Writer) -> Iterator[str]:
    """What is told of each planned act, once for the acts of which the same is told."""
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for act in picture.facts.plan.acts:
        if act != "imitate":
            by_lines.setdefault(tuple(told(picture, act, write)), []).append(act_name(act, write.lang))
    for lines, names in by_lines.items():
        yield from (line.replace(_THESE, listed(names, write.lang)) for line in lines)


def _acts(picture: Picture) -> list[str]:
    """The acts on which licences are asked, before those planned and of them."""
    return [act for act in dict.fromkeys((*_BEFORE, *picture.facts.plan.acts)) if act != "imitate"]


def sources(picture: Picture) -> list[Source]:
    """Where the sentences that decided were read, each once; the project's own files are told with the facts."""
    found = [group.ruling.source for act in _acts(picture) for group in picture.verdict(act).groups]
    return [source for source in dict.fromkeys(found) if source.url or source.date]


def _rows(found: Verdict, write: Writer) -> Iterator[str]:
    """The answer for all clips, then for those judged alike; one row where they all are."""
    name = act_name(found.question.act, write.lang)
    whole = write("whole", act=name, answer=ANSWER_NAMES[found.answer].say(write.lang))
    rulings = [(group.ruling, len(group.clips)) for group in found.groups]
    if found.ruling not in [ruling for ruling, _ in rulings]:  # that their licences cannot be joined
        rulings.insert(0, (found.ruling, sum(number for _, number in rulings)))
    for place, (ruling, number) in enumerate(rulings):
        yield _row(whole if place == 0 else "", ruling, number, write)


def _row(name: str, ruling: Ruling, number: int, write: Writer) -> str:
    names = [CONDITION_NAMES[name].say(write.lang) for name in ruling.hangs_on]
    hangs = write("hangs", names=listed(names, write.lang)) if names else ""
    answer = ANSWER_NAMES[ruling.answer].say(write.lang)
    cells = [name, answer, ruling.text.say(write.lang) + hangs, licence_name(ruling.licence, write), f"{number:,}"]
    return f"| {' | '.join(map(plain, cells))} |"


def _people(picture: Picture, write: Writer) -> Iterator[str]:
    """What the speakers' consent says, once for all acts of which it says the same."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for act in dict.fromkeys(("train", *picture.facts.plan.acts)):
        for group in picture.verdict(act).people:
            said = ANSWER_NAMES[group.ruling.answer].say(write.lang), group.ruling.text.say(write.lang)
            clips = count(len(group.clips), picture, write.lang)
            found.setdefault((*said, clips), []).append(act_name(act, write.lang))
    for (answer, text, clips), acts in found.items():
        yield write("people line", acts=listed(acts, write.lang), answer=answer, text=text, count=clips)


def _owed(picture: Picture, act: str, write: Writer) -> list[str]:
    plan, trained = picture.facts.plan, picture.facts.trained
    merged = bool(trained and trained.parts)
    found = duties(picture.ledger, act, actor=plan.actor, commercial=plan.commercial, merged=merged)
    if not found.duties:
        return []
    lines = ["", write("owed", act=_THESE), ""]
    for duty in found.duties:
        clips, kind = count(len(duty.clips), picture, write.lang), DUTY_NAMES[duty.kind].say(write.lang)
        lines.append(write("owed line", kind=kind, text=duty.text.say(write.lang), clips=clips))
    return [*lines, *_named(found, write)]


def _named(found: Duties, write: Writer) -> Iterator[str]:
    if found.credits:
        yield write("credits", names=some([credit.line(write.lang) for credit in found.credits], write))
    if found.carries not in (OWN, ""):
        yield write("carries", name=found.carries)


def _in_the_way(picture: Picture, act: str, write: Writer) -> list[str]:
    """Which clips stand in the way of an act, where without them it would be permitted."""
    plan = picture.facts.plan
    if picture.verdict(act).answer in PERMITTED:
        return []
    found = removal(picture.ledger, act, actor=plan.actor, commercial=plan.commercial)
    if found.after is None:
        return ["", write("removal none left", act=_THESE)]
    number, after = count(len(found.clips), picture, write.lang), ANSWER_NAMES[found.after.answer].say(write.lang)
    return ["", write("removal", count=number, act=_THESE, after=after, paths=some(found.clips, write))]
