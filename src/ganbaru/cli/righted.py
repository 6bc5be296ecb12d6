"""What is known of the rights in sounds or in a run, and what may be done with them, as it is printed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ganbaru.cli import speech
from ganbaru.errors import UserError, unknown

_SHOWN = 12
_CONSENT_ALONE = "imitate"
"""The act of which licences say nothing: it is told with the consent."""
_WORDS = {
    "en": {
        "sounds": "sounds: {count}, read {day}",
        "licences": "licences",
        "none": "no licence known",
        "consent": "consent of whoever is heard",
        "conflicts": "contradictions",
        "unknown": "nothing known",
        "notes": "notes",
        "say": "what you know yourself goes into rights.toml beside them: docs/rights.md shows how",
        "acts": "what may be done, by the licences",
        "people": "what may be done, by the consent of whoever is heard",
        "all": "all acts",
        "of": "{part} of {whole} clips",
        "owed": "what is owed",
        "credits": "to be named",
        "more": "and {count} more",
        "written": "written",
    },
    "ja": {
        "sounds": "音声 {count} 件、{day} に確認",
        "licences": "ライセンス",
        "none": "ライセンス不明",
        "consent": "声の主の同意",
        "conflicts": "食い違い",
        "unknown": "記載なし",
        "notes": "備考(英語)",
        "say": "ご自身の知っていることは、同じフォルダーの rights.toml に書けます(書き方: docs/rights.md)",
        "acts": "行為ごとの可否(ライセンスから)",
        "people": "行為ごとの可否(声の主の同意から)",
        "all": "すべての行為",
        "of": "{whole} 件中 {part} 件",
        "owed": "守るべき条件",
        "credits": "表示すべき名前",
        "more": "ほか {count} 件",
        "written": "書き出し",
    },
}


def rights(
    what: Annotated[str, typer.Argument(metavar="SOUNDS|RUN", help="A folder of sounds, or a run's folder.")],
    purpose: Annotated[
        list[str] | None, typer.Option("--purpose", metavar="ACT", help="Only this act; repeatable. Default: all.")
    ] = None,
    actor: Annotated[str, typer.Option(help="Who acts: person, firm or research.")] = "person",
    commercial: Annotated[
        bool | None, typer.Option("--commercial/--not-commercial", help="Whether money is meant to be made.")
    ] = None,
    was_in: Annotated[
        Path | None, typer.Option(metavar="CLIP", help="Was this clip (a file, or its SHA-256) in the run?")
    ] = None,
    sounds: Annotated[Path | None, typer.Option(help="Where the run's folder of sounds lies now.")] = None,
    papers: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write model card, Croissant, REUSE, credits there.")
    ] = None,
    resemble: Annotated[
        bool | None, typer.Option("--resemble/--no-resemble", help="For the draft: is it meant to resemble one person?")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a draft for asking an expert there.")] = None,
    lang: Annotated[str, typer.Option(help="en or ja.")] = "en",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if something is refused, contradicted or unknown.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> int:
    """What may be done with these sounds: licences with proof, contradictions, unknowns, verdicts, duties."""
    if lang not in _WORDS:
        raise unknown("language", lang, _WORDS)
    if was_in is not None:
        return _tell_was_in(what, was_in, as_json=as_json)
    from ganbaru.rights.matrix import ACTS
    from ganbaru.rights.owing import duties
    from ganbaru.rights.verdicts import verdict

    acts = _acts(purpose, list(ACTS))
    ledger, run = _ledger(what, sounds, quiet=quiet or as_json)
    found = [verdict(ledger, act, actor=actor, commercial=commercial) for act in acts] if ledger.clips else []
    owed = [duties(ledger, act, actor=actor, commercial=commercial) for act in acts] if ledger.clips else []
    written = _papers(ledger, run, found, papers)
    if out is not None:
        plan = {"acts": purpose, "actor": actor, "commercial": commercial, "resemble": resemble}
        written.append(_draft(ledger, run, out, lang, {key: each for key, each in plan.items() if each is not None}))
    if as_json:
        speech.document(_as_data(ledger, found, owed, written))
    else:
        for line in _lines(ledger, found, owed, lang):
            speech.result(line)
        for file in written:
            speech.result(f"{_WORDS[lang]['written']}: {file}")
    return 3 if strict and _troubled(ledger, found) else 0


def _troubled(ledger: Any, found: Sequence[Any]) -> bool:
    """Whether something is refused, by a licence or by whoever is heard, contradicted or unknown."""
    open_ones = any(each.answer in ("ask", "refused") or each.consent == "refused" for each in found)
    return bool(ledger.conflicts or ledger.unknown or open_ones)


def _acts(purpose: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    for act in purpose or ():
        if act not in known:
            raise unknown("act", act, known)
    return list(dict.fromkeys(purpose or known))


def _ledger(what: str, sounds: Path | None, *, quiet: bool) -> tuple[Any, Any]:
    """The ledger, and the run if it is that of one: there it is kept."""
    from ganbaru.rights.gathering import gather
    from ganbaru.rights.recalling import keep, of_run
    from ganbaru.runs import Run

    if what.startswith(("speech:", "toy:")) and not Path(what).is_dir():
        raise UserError(f"{what} is a world, not a folder", hint="name a run that was trained on it")
    with speech.bars(quiet=quiet) as progress:
        if (Path(what) / "run.toml").is_file():
            run = Run.open(what)
            return keep(run, of_run(run, sounds=sounds, progress=progress)), run
        if sounds is not None:
            raise UserError(f"{what} is no run, so --sounds means nothing", hint="leave --sounds out")
        return gather(what, progress=progress), None


def _tell_was_in(what: str, clip: Path, *, as_json: bool) -> int:
    from ganbaru.rights.recalling import was_in
    from ganbaru.runs import Run

    found = was_in(Run.open(what), clip)
    if as_json:
        files = [each.path for each in found.clips]
        speech.document({"schema": "ganbaru.was-in/1", "answer": found.answer, "files": files, "said": found.said})
    else:
        speech.result(found.said)
    return 0


def _papers(ledger: Any, run: Any, found: Sequence[Any], folder: Path | None) -> list[Path]:
    from ganbaru.rights.travel import write_papers

    if folder is None:
        return []
    return write_papers(ledger, folder, document=run.document if run is not None else None, verdicts=found)


def _draft(ledger: Any, run: Any, out: Path, lang: str, planned: dict[str, Any]) -> Path:
    """Writes the draft for asking an expert."""
    from ganbaru.rights import run_facts
    from ganbaru.rights.drafting import draft

    plan = run_facts.Plan(**planned)
    known = run_facts.RunFacts(plan=plan) if run is None else run_facts.of_run(run, plan)
    out.write_text(draft(ledger, known, "ja" if lang == "ja" else "en"), encoding="utf-8", newline="\n")
    return out


def _lines(ledger: Any, found: Sequence[Any], owed: Sequence[Any], lang: str) -> Iterator[str]:
    """The whole result, in lines."""
    word = _WORDS[lang]
    yield f"{ledger.name}: {word['sounds'].format(count=f'{len(ledger.clips):,}', day=ledger.made_at[:10])}"
    yield from _known(ledger, lang)
    yield from _section(word["acts"], list(_verdicts(found, lang)))
    yield from _section(word["people"], list(_by_consent(found, lang)))
    yield from _section(word["owed"], _few(list(_duties(owed, lang)), lang))
    credits = dict.fromkeys(credit.line(lang) for each in owed for credit in each.credits)
    yield from _section(word["credits"], _few(list(credits), lang))


def _known(ledger: Any, lang: str) -> Iterator[str]:
    """What is stated, what contradicts itself, and of what nothing is known."""
    from ganbaru.rights.conflicts import told
    from ganbaru.rights.law.words import LAMP_NAMES
    from ganbaru.rights.ledger import consents, counts

    word = _WORDS[lang]
    yield from _section(word["licences"], [f"{n:>7,}  {said or word['none']}" for said, n in counts(ledger).items()])
    lamps = [f"{n:>7,}  {LAMP_NAMES[lamp].say(lang)}" for lamp, n in consents(ledger).items()]
    yield from _section(word["consent"], lamps)
    for title, lines in (
        ("conflicts", [told(each, lang) for each in ledger.conflicts]),
        ("unknown", list(ledger.unknown)),
        ("notes", list(ledger.notes)),
    ):
        more = [word["say"]] if title == "unknown" and lines else []
        yield from _section(f"{word[title]}: {len(lines):,}", [*_few(lines, lang), *more], empty=title != "notes")


def _section(title: str, lines: Sequence[str], *, empty: bool = False) -> Iterator[str]:
    if lines or empty:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _few(lines: Sequence[str], lang: str) -> list[str]:
    rest = len(lines) - _SHOWN
    return [*lines[:_SHOWN], _WORDS[lang]["more"].format(count=f"{rest:,}")] if rest > 0 else list(lines)


def _verdicts(found: Sequence[Any], lang: str) -> Iterator[str]:
    """What the licences answer, once for the acts that are answered alike: of how many clips, and the sentence."""
    alike: dict[tuple[Any, str], list[str]] = {}
    for each in found:
        if each.question.act != _CONSENT_ALONE:
            alike.setdefault((each.ruling, _part(each.ruling, each.groups, lang)), []).append(each.question.act)
    for (ruling, part), acts in alike.items():
        yield from _told(_named(acts, lang), ruling, f"{ruling.licence}{part}", lang)


def _by_consent(found: Sequence[Any], lang: str) -> Iterator[str]:
    """The same of what whoever is heard agreed to."""
    alike: dict[tuple[Any, str], list[str]] = {}
    for each in found:
        ruling = each.people[0].ruling
        alike.setdefault((ruling, _part(ruling, each.people, lang)), []).append(each.question.act)
    for (ruling, part), acts in alike.items():
        which = _WORDS[lang]["all"] if len(acts) == len(found) > 1 else _named(acts, lang)
        terms = "" if ruling.licence.startswith("consent: ") else ruling.licence
        yield from _told(which, ruling, f"{terms}{part}".removeprefix(", "), lang)


def _part(ruling: Any, groups: Sequence[Any], lang: str) -> str:
    """Of how many clips a ruling is; "" where it is of all of them."""
    clips = sum(len(group.clips) for group in groups if group.ruling == ruling)
    whole = sum(len(group.clips) for group in groups)
    return f", {_WORDS[lang]['of'].format(part=f'{clips:,}', whole=f'{whole:,}')}" if 0 < clips < whole else ""


def _told(acts: str, ruling: Any, why: str, lang: str) -> Iterator[str]:
    from ganbaru.rights.draft_words import WORDS
    from ganbaru.rights.law.words import ANSWER_NAMES, CONDITION_NAMES, listed

    open_ones = listed([CONDITION_NAMES[name].say(lang) for name in ruling.hangs_on], lang)
    hangs = WORDS["hangs"].say(lang).format(names=open_ones) if open_ones else ""
    yield f"{acts}: {ANSWER_NAMES[ruling.answer].say(lang)}{f' [{why}]' if why else ''}"
    yield f"  {ruling.text.say(lang)}{hangs}"


def _named(acts: Sequence[str], lang: str) -> str:
    """Acts as ``--purpose`` takes them, in Japanese with what they are."""
    from ganbaru.rights.law.words import act_name

    return ", ".join(acts) if lang == "en" else "、".join(f"{act_name(act, lang)} {act}" for act in acts)


def _duties(owed: Sequence[Any], lang: str) -> Iterator[str]:
    """Each duty once, with the acts that bring it."""
    from ganbaru.rights.law.words import DUTY_NAMES

    acts: dict[Any, list[str]] = {}
    for each in owed:
        for duty in each.duties:
            acts.setdefault((duty.kind, duty.text, tuple(duty.licences)), []).append(each.verdict.question.act)
    for (kind, text, licences), names in acts.items():
        yield f"{DUTY_NAMES[kind].say(lang)}: {text.say(lang)} [{', '.join(licences)}; {_named(names, lang)}]"


def _as_data(ledger: Any, found: Sequence[Any], owed: Sequence[Any], written: Sequence[Path]) -> dict[str, Any]:
    """All of it, for machines."""
    from dataclasses import asdict

    from ganbaru.rights.ledger import consents, counts, to_json

    return {
        "schema": "ganbaru.rights/1",
        "licences": counts(ledger),
        "consent": consents(ledger),
        "verdicts": [
            {
                "act": each.question.act,
                "answer": each.answer,
                "consent": each.consent,
                "licence": each.ruling.licence,
                "because": asdict(each.ruling.text),
                "source": asdict(each.ruling.source),
                "groups": [
                    {"statements": group.statements, "answer": group.ruling.answer, "clips": group.clips}
                    for group in each.groups
                ],
            }
            for each in found
        ],
        "duties": [
            {
                "act": each.verdict.question.act,
                "carries": each.carries,
                "duties": [asdict(duty) for duty in each.duties],
                "credits": [{**asdict(credit), "line": credit.line()} for credit in each.credits],
            }
            for each in owed
        ],
        "written": [str(file) for file in written],
        "ledger": to_json(ledger),
    }
