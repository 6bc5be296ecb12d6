"""A draft for asking an expert: a project's facts, the questions that follow from them, the articles that they touch.

It tells what files state and what was measured, says what is not verified, and gives no opinion.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from ganbaru.errors import unknown
from ganbaru.rights.draft_facts import facts
from ganbaru.rights.draft_table import sources, verdicts
from ganbaru.rights.facts import Ledger
from ganbaru.rights.law import Article, Question, articles, questions
from ganbaru.rights.law.rules import RULES
from ganbaru.rights.law.words import count
from ganbaru.rights.picture import Picture
from ganbaru.rights.run_facts import RunFacts
from ganbaru.rights.said import LANGUAGES, Source
from ganbaru.rights.writing_words import Writer, plain

Lang = Literal["en", "ja"]


def draft(ledger: Ledger, run_facts: RunFacts | None = None, lang: Lang = "en") -> str:
    """The draft, as Markdown.

    Args:
        ledger: what is known of the sounds.
        run_facts: what was trained, measured and is planned; None: nothing was trained, and the usual is planned.
        lang: "en" or "ja".

    Raises:
        UserError: there is no such language, or not a single clip.
    """
    if lang not in LANGUAGES:
        raise unknown("language", lang, LANGUAGES)
    picture, write = Picture.of(ledger, run_facts or RunFacts()), Writer(lang)
    asked = list(following(picture, lang))
    touched = [articles()[key] for key in articles() if any(key in question.articles for question, _ in asked)]
    lines = [
        write("title", name=ledger.name.rstrip("/").rpartition("/")[2]),
        "",
        write("opening", day=write.day(ledger.made_at[:10])),
        *facts(picture, write),
        *verdicts(picture, write),
        *_questions(asked, write),
        *_articles(touched, write),
        *_doubts(picture, [*sources(picture), *(article.source for article in touched)], write),
    ]
    return "\n".join(lines).rstrip() + "\n"


def following(picture: Picture, lang: Lang) -> Iterator[tuple[Question, dict[str, str]]]:
    """The questions that follow from the facts, with what fills their places."""
    for question in questions():
        places = RULES[question.name](picture, lang)
        if places is not None:
            yield question, dict(places)


def _questions(asked: Sequence[tuple[Question, dict[str, str]]], write: Writer) -> Iterator[str]:
    yield from ("", write("questions"))
    for number, (question, places) in enumerate(asked, 1):
        names = [articles()[key].name.say(write.lang) for key in question.articles]
        safe = {name: plain(value) for name, value in places.items()}
        yield from ("", f"**{number}. {question.text.say(write.lang).format(**safe)}**", "")
        yield "- " + write("why", why=question.why.say(write.lang).format(**safe))
        yield "- " + write("touches", names="; ".join(names) if write.lang == "en" else "、".join(names))


def _articles(touched: Sequence[Article], write: Writer) -> Iterator[str]:
    yield from ("", write("articles"), "", write("articles note"), "")
    for article in touched:
        name, text = article.name.say(write.lang), article.text.say(write.lang)
        yield (
            f"- **{name}.** {text} ({article.source.line(write.lang)})"
            if write.lang == "en"
            else (f"- **{name}** {text}({article.source.line(write.lang)})")
        )


def _doubts(picture: Picture, read: Sequence[Source], write: Writer) -> Iterator[str]:
    yield from ("", write("doubts"), "")
    for key, mark in (("doubt sources", "unverified"), ("doubt secondary", "secondary")):
        names = list(dict.fromkeys(source.name(write.lang) for source in read if source.mark == mark))
        if names:
            yield write(key, names="; ".join(names))
    if picture.facts.trained and picture.facts.trained.started_from:
        yield write("doubt base", name=picture.facts.trained.started_from)
    unsure = picture.clips(lambda clip: clip.consent.lamp == "unknown")
    for key, number in (
        ("doubt unknown", len(picture.ledger.unknown)),
        ("doubt contradiction", len(picture.contradicted)),
        ("doubt consent", len(unsure)),
        ("doubt length", len(picture.clips(lambda clip: clip.seconds is None))),
    ):
        if number:
            yield write(key, count=count(number, picture, write.lang))
    yield write("doubt statements")
