"""The law as data: each statement with source, date and doubt, each question with articles and a rule."""

import re
from collections import Counter

import pytest

from ganbaru import UserError
from ganbaru.rights.law import articles, questions
from ganbaru.rights.law import reading as law_reading
from ganbaru.rights.law.rules import RULES
from ganbaru.rights.said import MARKS

_PLACE = re.compile(r"\{(\w+)\}")


def test_every_article_has_a_source_with_the_day_it_was_read_and_a_mark() -> None:
    assert len(articles()) >= 20
    for key, article in articles().items():
        assert article.source.mark in MARKS, key
        assert re.fullmatch(r"2026-11-\d\d", article.source.read), key
        assert article.source.title, key
        assert article.text.en.endswith("."), key
        assert article.text.ja.endswith("。"), key


def test_what_the_task_of_asking_needs_is_there() -> None:
    wanted = "jp-2018 jp-30-4 jp-47-4 jp-47-5 jp-102 jp-ucpa jp-panel jp-principle eu-tdm eu-marking us-fair-use"
    assert set(wanted.split()) <= articles().keys()
    assert sum(key.startswith("jp-understanding") for key in articles()) >= 4


def test_what_is_remembered_only_is_marked_unverified() -> None:
    for key in ("jp-understanding-sentence", "jp-understanding-output"):
        assert articles()[key].source.mark == "unverified"
        assert "[unverified]" in articles()[key].source.line("en")
        assert "[未確認]" in articles()[key].source.line("ja")
    assert "[" not in articles()["jp-voices-reply"].source.line("en")


def test_every_question_has_a_rule_and_every_article_a_question() -> None:
    assert Counter(question.name for question in questions()) == Counter(RULES.keys())
    assert len(questions()) >= 14
    touched = {key for question in questions() for key in question.articles}
    assert touched == articles().keys()


def test_both_languages_ask_for_the_same_facts() -> None:
    for question in questions():
        for text in (question.text, question.why):
            assert set(_PLACE.findall(text.en)) == set(_PLACE.findall(text.ja)), question.name
        assert question.text.ja.endswith("。"), question.name


def test_a_statement_without_a_source_is_refused() -> None:
    entry = {"name_en": "A", "name_ja": "A", "source": "nowhere", "en": "B.", "ja": "B。"}
    with pytest.raises(UserError, match="no source that the file knows: 'nowhere'"):
        law_reading._article("jp-x", entry, {}, "japan.toml")
    with pytest.raises(UserError, match="none of them empty"):
        law_reading._article("jp-x", {**entry, "ja": ""}, {}, "japan.toml")


def test_a_question_that_touches_an_unknown_article_is_refused() -> None:
    entry = {"name": "q", "articles": ["jp-0"], "en": "?", "ja": "?", "why_en": "w", "why_ja": "w"}
    with pytest.raises(UserError, match=r"articles that are not there: \['jp-0'\]"):
        law_reading._question(entry)
