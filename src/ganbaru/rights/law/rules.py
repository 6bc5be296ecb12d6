"""Which questions follow from the facts, and what fills their places; None from a rule whose question does not."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from ganbaru.rights.expressions import leaves
from ganbaru.rights.facts import Clip
from ganbaru.rights.law.words import act_name, count, estimate, kind_name, listed, percent, say
from ganbaru.rights.picture import Picture, grants, made_by
from ganbaru.rights.reading.c2pa import UNREAD
from ganbaru.rights.reading.tagged import MACHINE_MADE
from ganbaru.rights.verdicts import statements

Lang = Literal["en", "ja"]
Places = Mapping[str, str]


def enjoyment(picture: Picture, lang: Lang) -> Places | None:
    """Most of the data is one creator's."""
    if picture.main_creator is None:
        return None
    name, share = picture.main_creator
    aim = say("aim", lang) if picture.facts.plan.resemble else ""
    return {"creator": name, "share": percent(share), "aim": aim}


def voices_final(picture: Picture, lang: Lang) -> Places | None:
    """Voices, and something is to be published."""
    return _voices(picture, lang) if picture.voices and _published(picture, lang) else None


def little_known(picture: Picture, lang: Lang) -> Places | None:
    """One person's voice is most of the data."""
    main = picture.main_creator
    if main is None or main[0] not in {clip.consent.speaker for clip in picture.voices}:
        return None
    return {"creator": main[0], "share": percent(main[1])}


def measuring_only(picture: Picture, lang: Lang) -> Places | None:
    """Nothing was trained, and no licence answers for some clips."""
    return _unlicensed(picture, lang, "measure") if picture.facts.trained is None else None


def neighbours(picture: Picture, lang: Lang) -> Places | None:
    """Real sounds are to be shown that may not simply be redistributed."""
    return _unlicensed(picture, lang, "redistribute-clips") if picture.facts.plan.shows_clips else None


def terms_bind(picture: Picture, lang: Lang) -> Places | None:
    """Some clips stand under terms of use."""
    found = picture.clips(lambda clip: bool(_terms(clip)))
    names = sorted({name for clip in found for name in _terms(clip)})
    return {"terms": listed(names, lang), "count": count(len(found), picture, lang)} if found else None


def reservations(picture: Picture, lang: Lang) -> Places | None:
    """Some clips carry a signal against mining or training."""
    found = picture.clips(lambda clip: any(map(_reserves, clip.wishes)))
    signals = sorted({": ".join(wish) for clip in found for wish in clip.wishes if _reserves(wish)})
    return {"signals": listed(signals, lang), "count": count(len(found), picture, lang)} if found else None


def derived(picture: Picture, lang: Lang) -> Places | None:
    """A model was trained on clips that no licence lets it be published with."""
    trained = picture.facts.trained
    places = _unlicensed(picture, lang, "publish-weights") if trained else None
    return {**places, "representation": trained.representation} if places and trained else None


def memorised(picture: Picture, lang: Lang) -> Places | None:
    """More is memorised than held-out sounds would look like, or nobody has measured it."""
    if picture.facts.trained is None:
        return None
    figure = picture.facts.memorisation
    if figure is None:
        return {"memorisation": say("not measured", lang), "why": say("memorisation unmeasured", lang)}
    if figure["low"] <= figure["floor"]:
        return None
    return {"memorisation": estimate(figure), "why": say("memorisation above", lang, figure=estimate(figure))}


def merged(picture: Picture, lang: Lang) -> Places | None:
    """It was merged of several models."""
    parts = picture.facts.trained.parts if picture.facts.trained else ()
    return {"parts": listed(parts, lang)} if len(parts) > 1 else None


def distilled(picture: Picture, lang: Lang) -> Places | None:
    """Some sounds were made by a program."""
    found = picture.clips(lambda clip: bool(made_by(clip)))
    programs = sorted({made_by(clip) for clip in found})
    return {"program": listed(programs, lang), "count": count(len(found), picture, lang)} if found else None


def whose_law(picture: Picture, lang: Lang) -> Places | None:
    """Something is to be published."""
    published = _published(picture, lang)
    return {"published": published} if published else None


def proof(picture: Picture, lang: Lang) -> Places | None:
    """Always: every verdict rests on what was read."""
    kinds = Counter(grant.kind for grant in grants(picture.ledger.clips))
    names = [kind_name(kind, lang) for kind, _ in kinds.most_common()] or [say("nowhere", lang)]
    without = len(picture.clips(lambda clip: not clip.grants))
    said = say("without", lang, count=count(without, picture, lang)) if without else ""
    return {"kinds": listed(names, lang), "without": said}


def withdrawal(picture: Picture, lang: Lang) -> Places | None:
    """A model of voices is to be published."""
    publishes = "publish-weights" in picture.facts.plan.acts
    return _voices(picture, lang) if picture.voices and publishes else None


def uploader(picture: Picture, lang: Lang) -> Places | None:
    """Some sounds were taken from the web."""
    found = picture.clips(lambda clip: any(grant.source.startswith("http") for grant in clip.grants))
    return {"count": count(len(found), picture, lang)} if found else None


def _voices(picture: Picture, lang: Lang) -> dict[str, str]:
    known = any(clip.consent.lamp != "unknown" or clip.consent.speaker for clip in picture.voices)
    heard = say("heard" if known else "heard perhaps", lang, count=count(len(picture.voices), picture, lang))
    return {"heard": heard, "published": _published(picture, lang)}


def _published(picture: Picture, lang: Lang) -> str:
    acts = [act for act in picture.facts.plan.acts if act.startswith(("publish", "sell", "redistribute"))]
    return listed([act_name(act, lang) for act in acts], lang)


def _unlicensed(picture: Picture, lang: Lang, act: str) -> dict[str, str] | None:
    found = picture.not_permitted(act)
    return {"unlicensed": count(len(found), picture, lang)} if found else None


def _reserves(wish: tuple[str, str]) -> bool:
    """Whether a signal may be one against mining or training: not leave, not the mark of a machine, not one unread."""
    name, value = wish
    return name != MACHINE_MADE and wish != UNREAD and not value.startswith(("not reserved", "allowed"))


def _terms(clip: Clip) -> list[str]:
    names = [name for expression in statements(clip) for name in leaves(expression)]
    return [name.removeprefix("LicenseRef-terms-") for name in names if name.startswith("LicenseRef-terms-")]


RULES: dict[str, Callable[[Picture, Lang], Places | None]] = {
    "enjoyment": enjoyment,
    "voices-final": voices_final,
    "little-known": little_known,
    "measuring-only": measuring_only,
    "neighbours": neighbours,
    "terms-bind": terms_bind,
    "reservations": reservations,
    "derived": derived,
    "memorised": memorised,
    "merged": merged,
    "distilled": distilled,
    "whose-law": whose_law,
    "proof": proof,
    "withdrawal": withdrawal,
    "uploader": uploader,
}
"""The rule of each question."""
