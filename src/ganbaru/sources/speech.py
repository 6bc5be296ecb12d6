"""The speech world: every word by every voice at every pitch and speed, said by espeak-ng, labelled by the word."""

import importlib.metadata
import importlib.util
from collections.abc import Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

from ganbaru.errors import UserError, unknown
from ganbaru.progress import Progress
from ganbaru.sources import crew, slicing
from ganbaru.sources.arranging import Wish, first_reasons, prepared
from ganbaru.sources.cache import cache_folder
from ganbaru.sources.folder import check_rate, check_seconds, remembered
from ganbaru.sources.naming import printable
from ganbaru.sources.rows import Rows, Spooled, digest
from ganbaru.sources.source import SoundSource
from ganbaru.sources.store import unfinished
from ganbaru.sources.vocabulary import Vocabulary, vocabulary, voices

RATE = 8_000
"""The rate (Hz) where none is given."""
PITCHES = (20, 30, 40, 50, 60, 70, 80)
SPEEDS = (170, 185, 200, 215, 230, 245)
"""Words a minute."""
PEAK = 0.9
DIGITS_SECONDS = 0.512
VERSION = 1
"""Raised whenever the same words would sound otherwise; part of every key and recipe."""


def speech(
    words: str,
    *,
    sample_rate: int | None = None,
    seconds: float | None = None,
    labels: str = "auto",
    count: int | None = None,
    language: str | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> SoundSource:
    """Spoken words with known labels, by text to speech: 1,008 utterances of each word.

    The label is the word; voice, pitch and speed are in the names and in ``attributes``. The bytes depend on nothing
    but the words and these options. The synthesiser is an optional package under GPL-3.0, loaded at run time.

    Args:
        words: ``"digits"`` (zero to nine), or words with commas between; ``speech:`` may stand before, and options
            after, as in ``"speech:digits?count=2000"``.
        sample_rate: Hz; 8,000 if not given. seconds: of each sound; 0.512 for the digits, else so that nearly all fit.
        labels: ``"auto"`` or ``"folder"``: the word; ``"none"``.
        count: how many utterances, the same number of each word, spread over the voices; None: all.
        language: of the voices, such as ``"de"``; None: by the script of each word.
        seed: of the split: about 15 % of each word's utterances are held out.

    Raises:
        UserError: if the package is missing, a word cannot be spoken, or an option is out of range.
    """
    text, given = _parse(words)
    count = given.get("count", count)
    spoken = vocabulary(text, given.get("language", language))
    rate = check_rate(sample_rate, RATE)
    samples = check_seconds(seconds, rate)
    wish = Wish("none" if len(spoken.words) == 1 else labels, seed, _check_count(count, spoken))
    package = _package()
    cache = cache_folder()
    key = digest(VERSION, "speech", package, spoken.words, spoken.languages, rate)[:32]
    with ExitStack() as stack:  # what is said lasts until the rows are cut from it
        said = lru_cache(lambda: _say(spoken, rate, stack.enter_context(unfinished(cache / key)).path, progress))
        if samples is None and spoken.name == "digits":
            samples = slicing.round_up(DIGITS_SECONDS * rate)
        samples = samples or remembered(cache / f"{key}.json", lambda: _fitting(said(), rate))
        return prepared(
            cache / f"{key}-{samples}",
            wish,
            name=f"speech:{printable(spoken.name)}",
            recipe={"name": _spell(spoken, wish.count, language)},
            rules=_rules(rate, samples, package),
            make=lambda: _rows(spoken, said(), samples, rate),
        )


def _parse(words: str) -> tuple[str, dict[str, Any]]:
    text, _, query = words.removeprefix("speech:").partition("?")
    given: dict[str, Any] = {}
    for pair in filter(None, query.split("&")):
        key, _, value = pair.partition("=")
        if key not in ("count", "language"):
            raise unknown("option of speech", key, ("count", "language"))
        if key == "count" and not value.isdecimal():
            raise UserError(f"speech: count is {value!r}", hint="write speech:digits?count=2000")
        given[key] = int(value) if key == "count" else value
    return text, given


def _spell(spoken: Vocabulary, count: int | None, language: str | None) -> str:
    options = {"count": count, "language": language}
    query = "&".join(f"{key}={value}" for key, value in options.items() if value is not None)
    return f"speech:{spoken.name}" + (f"?{query}" if query else "")


def _check_count(count: int | None, spoken: Vocabulary) -> int | None:
    every = sum(len(voices(language)) for language in spoken.languages) * len(PITCHES) * len(SPEEDS)
    least = max(8, 2 * len(spoken.words))
    if count is not None and not least <= count <= every:
        raise UserError(f"speech: count is {count:,}", hint=f"of these words there are {least:,} to {every:,}")
    return None if count == every else count


def _package() -> str:
    if importlib.util.find_spec("espeakng_loader") is None:
        raise UserError("the speech world needs the package espeakng-loader", hint="pip install 'ganbaru[speech]'")
    return f"espeakng-loader {importlib.metadata.version('espeakng-loader')}"


def _rules(rate: int, samples: int, package: str) -> dict[str, Any]:
    return {
        "rate": rate,
        "seconds": samples / rate,
        "synthesiser": f"espeak-ng, from {package}",
        "licence": "GPL-3.0-or-later (the synthesiser)",
        "pitches": list(PITCHES),
        "speeds": list(SPEEDS),
        "resampling": "soxr, high quality",
        "trim": "ends at or below 0.02 of the peak are cut",
        "level": f"peak: each utterance is scaled so that its loudest sample is {PEAK:g}",
        "cut": "what is longer is cut, with a fade of 5 ms; zeros after what is shorter",
        "version": VERSION,
    }


def _say(spoken: Vocabulary, rate: int, spools: Any, progress: Progress | None) -> list[crew.Answer]:
    """One answer for each word and voice."""
    jobs = _jobs(spoken, rate)
    workers = crew.how_many(len(jobs), least=20)
    answers = crew.run(jobs, task="speak", spools=spools, workers=workers, what="speaking", progress=progress)
    refused = [
        (f"{job['text']} by {job['voice']}", answer["refused"])
        for job, answer in zip(jobs, answers, strict=True)
        if "refused" in answer
    ]
    if refused:
        raise UserError(f"speech:{printable(spoken.name)}{first_reasons(refused)}", hint="choose other words or voices")
    return [{**job, **answer} for job, answer in zip(jobs, answers, strict=True)]


def _jobs(spoken: Vocabulary, rate: int) -> list[crew.Job]:
    how = {"pitches": PITCHES, "speeds": SPEEDS, "rate": rate}
    return [
        {"text": word, "voice": voice, **how}
        for word, language in zip(spoken.words, spoken.languages, strict=True)
        for voice in voices(language)
    ]


def _fitting(said: Sequence[crew.Answer], rate: int) -> int:
    lengths = [utterance["length"] for answer in said for utterance in answer["done"]["utterances"]]
    return slicing.automatic_samples(lengths, rate, share=0.99, longest=2.0)


def _rows(spoken: Vocabulary, said: Sequence[crew.Answer], samples: int, rate: int) -> Rows:
    keys = ("name", "file", "sound", "start", "label", "word", "voice", "pitch", "speed")
    columns: dict[str, list[Any]] = {key: [] for key in keys}
    spooled = Spooled([], [], [], [], [], [], round(slicing.FADE * rate))
    ways = [(pitch, speed) for pitch in PITCHES for speed in SPEEDS]
    for answer in said:
        word, voice = answer["text"], answer["voice"]
        for (pitch, speed), utterance in zip(ways, answer["done"]["utterances"], strict=True):
            name = printable(f"{word}/{voice}/pitch{pitch}/speed{speed}")
            row = (name, name, utterance["sound"], 0.0, word, word, voice, pitch, speed)
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
            spooled.add(answer["spool"], utterance, samples, PEAK)
    contents = dict(zip(columns["file"], columns["sound"], strict=True))
    return Rows(samples, spooled, columns, contents, label_order=list(spoken.words))
