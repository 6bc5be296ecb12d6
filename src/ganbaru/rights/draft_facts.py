"""The first part of the draft: which sounds, from where, who is heard, what was trained, what is planned."""

from collections.abc import Iterator, Sequence

from ganbaru.rights.conflicts import told
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Clip
from ganbaru.rights.law.words import ACTOR_NAMES, LAMP_NAMES, act_name, count, estimate, kind_name, listed, percent
from ganbaru.rights.matrix.looking import NOTHING_SAID
from ganbaru.rights.picture import Picture, grants, made_by
from ganbaru.rights.run_facts import Trained
from ganbaru.rights.writing_words import Writer, plain

MOST_NAMES, MOST_LINES = 8, 20
"""Names in one line of the draft, and lines of one list; of further names their number is said."""


def facts(picture: Picture, write: Writer) -> Iterator[str]:
    """All lines of it."""
    yield from ("", write("facts"), "", write("sounds"), "")
    yield from _sounds(picture, write)
    yield from ("", write("people"), "", write("people apart"), "")
    yield from _people(picture, write)
    yield from ("", write("training"), "")
    yield from _training(picture, write)
    yield from ("", write("plan"), "")
    yield from _plan(picture, write)


def _sounds(picture: Picture, write: Writer) -> Iterator[str]:
    number, programs = len(picture.ledger.clips), sorted({made_by(clip) for clip in picture.ledger.clips} - {""})
    amount = write("one" if number == 1 else "amount", clips=f"{number:,}", length=_length(picture, write))
    yield amount + (write("program", program=listed(programs, write.lang)) if programs else "")
    yield from ("", write("licences head"))
    for said, clips in picture.by_licence.items():
        names = plain(" / ".join(licence_name(name, write) for name in said))
        places = listed(sorted({_place(clip, write) for clip in clips} - {""}), write.lang) or "–"
        yield f"| {names} | {len(clips):,} | {percent(sum(clip.share for clip in clips))} | {places} |"
    yield ""
    yield from _origins(picture, write)
    yield from _gaps(picture, write)


def licence_name(name: str, write: Writer) -> str:
    """A licence as the draft calls it."""
    known = {NOTHING_SAID: "nothing stated", NO_ASSERTION: "not known"}
    return write(known[name]) if name in known else name


def _length(picture: Picture, write: Writer) -> str:
    known = [clip.seconds for clip in picture.ledger.clips if clip.seconds is not None]
    if not known:
        return ""
    key = "length" if len(known) == len(picture.ledger.clips) else "length of some"
    return write(key, seconds=write.span(sum(known)), known=f"{len(known):,}")


def _place(clip: Clip, write: Writer) -> str:
    return listed(list(dict.fromkeys(kind_name(grant.kind, write.lang) for grant in clip.grants)), write.lang)


def _origins(picture: Picture, write: Writer) -> Iterator[str]:
    said = grants(picture.ledger.clips)
    holders = list(dict.fromkeys(grant.holder for grant in said if grant.holder))
    origins = list(dict.fromkeys(grant.source for grant in said if grant.source))
    days = sorted({grant.obtained[:10] for grant in said if grant.obtained})
    if holders:
        yield write("holders", names=some(holders, write))
    yield write("origins", names=some(origins, write)) if origins else write("no origins")
    if not days:
        yield write("not obtained")
    else:
        yield write("obtained on" if len(days) == 1 else "obtained", first=write.day(days[0]), last=write.day(days[-1]))


def _gaps(picture: Picture, write: Writer) -> Iterator[str]:
    if picture.contradicted:
        yield write("contradictions", count=count(len(picture.contradicted), picture, write.lang))
        yield from (f"  - {plain(told(conflict, write.lang))}" for conflict in picture.contradicted[:MOST_LINES])
    nothing = list(picture.ledger.unknown)
    if nothing:
        yield write("unknown", count=count(len(nothing), picture, write.lang), paths=some(nothing, write))
    signals = sorted({f"{name}: {value}" for clip in picture.ledger.clips for name, value in clip.wishes})
    if signals:
        yield write("signals", names=some(signals, write))
    if picture.ledger.notes:
        yield write("notes")
        yield from (f"  - {plain(note)}" for note in picture.ledger.notes[:MOST_LINES])


def _people(picture: Picture, write: Writer) -> Iterator[str]:
    for lamp in ("given", "refused", "unknown", "none"):
        clips = picture.clips(lambda clip, lamp=lamp: clip.consent.lamp == lamp)  # type: ignore[misc]
        if clips:
            number = count(len(clips), picture, write.lang)
            yield write("lamp", lamp=LAMP_NAMES[lamp].say(write.lang), count=number, speakers=_speakers(clips, write))


def _speakers(clips: Sequence[Clip], write: Writer) -> str:
    names = list(dict.fromkeys(clip.consent.speaker for clip in clips if clip.consent.speaker))
    places = [f"{clip.consent.proof.file} ({clip.consent.proof.place})" for clip in clips if clip.consent.proof]
    scope = list(dict.fromkeys(act for clip in clips for act in clip.consent.scope))
    said = write("speakers", names=some(names, write)) if names else ""
    if scope:
        said += write("consent scope", acts=listed([act_name(act, write.lang) for act in scope], write.lang))
    if places:
        said += write("consent read", places=some(list(dict.fromkeys(places)), write))
    return said


def _training(picture: Picture, write: Writer) -> Iterator[str]:
    trained = picture.facts.trained
    if trained is None:
        yield write("not trained")
        return
    yield write(
        "trained",
        day=write.day(trained.day),
        objective=trained.objective,
        representation=trained.representation,
        steps=f"{trained.steps:,}",
        batch=trained.batch,
        seed=trained.seed,
        rate=f"{trained.rate:,}",
    )
    yield ""
    yield from _data(trained, write)
    yield _creator(picture, write)
    yield _memorisation(picture, write)


def _data(trained: Trained, write: Writer) -> Iterator[str]:
    each = ""
    if trained.seconds is not None:
        each = write("each", seconds=f"{trained.seconds:g}", total=write.span(trained.seconds * trained.sounds))
    yield write("data", sounds=f"{trained.sounds:,}", held_out=f"{trained.held_out:,}", each=each)
    if trained.started_from:
        yield write("started", name=trained.started_from)
    if trained.parts:
        yield write("merged", names=listed(trained.parts, write.lang))


def _creator(picture: Picture, write: Writer) -> str:
    if picture.creators:
        name, share = picture.creators[0]
        return write("creator", share=percent(share), name=name)
    return write("no person" if all(map(made_by, picture.ledger.clips)) else "no creator")


def _memorisation(picture: Picture, write: Writer) -> str:
    figure = picture.facts.memorisation
    if figure is None:
        return write("no memorisation")
    made, floor = f"{figure['samples'][0]:,}", f"{figure['floor']:.1%}"
    confidence = f"{figure.get('confidence', 0.95):.0%}"
    return write("memorisation", figure=estimate(figure), made=made, floor=floor, confidence=confidence)


def _plan(picture: Picture, write: Writer) -> Iterator[str]:
    plan = picture.facts.plan
    acts = listed([act_name(act, write.lang) for act in plan.acts], write.lang)
    money = {True: "commercial", False: "noncommercial", None: "undecided"}[plan.commercial]
    actor = ACTOR_NAMES[plan.actor].say(write.lang)
    said = [write("plan acts", actor=actor[0].upper() + actor[1:], acts=acts, commercial=write(money))]
    if plan.resemble is not None:
        said.append(write("resemble" if plan.resemble else "not resemble"))
    if plan.shows_clips:
        said.append(write("shows"))
    yield (" " if write.lang == "en" else "").join(said)


def some(names: Sequence[str], write: Writer) -> str:
    """The first of them, and how many more there are."""
    shown = (", " if write.lang == "en" else "、").join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    if more <= 0:
        return shown
    return f"{shown} and {more} more" if write.lang == "en" else f"{shown}ほか{more}件"
