"""The draft for an expert: committed examples that cannot rot, and questions that follow from facts, and only then."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from draft_examples import DOCS, demo, drafts, one_speaker

import ganbaru.rights as rights
from ganbaru import UserError
from ganbaru.rights.drafting import draft, following
from ganbaru.rights.facts import Clip, Consent, Grant, Ledger, Proof
from ganbaru.rights.picture import Picture
from ganbaru.rights.run_facts import Plan, RunFacts, Trained, of_run
from ganbaru.runs import Run

PROOF = Proof("rights.toml", "line 1", "0" * 64, "2026-11-30T00:00:00Z")
TRAINED = Trained("wasserstein", "stft", 10, 4, 0, 100, 20, None, 8000, "2026-11-30")
CALM = {"value": 0.01, "low": 0.0, "high": 0.03, "floor": 0.05, "samples": [1000, 100]}


def clip(path: str, licence: str = "CC0-1.0", lamp: str = "none", **more: object) -> Clip:
    grant = Grant(licence, PROOF, kind="rights.toml", **more)  # type: ignore[arg-type]
    return Clip(path, "0" * 64, 1.0, [grant], Consent(lamp))  # type: ignore[arg-type]


def asked(ledger: Ledger, facts: RunFacts) -> list[str]:
    return [question.name for question, _ in following(Picture.of(ledger, facts), "en")]


@pytest.mark.parametrize("file", sorted(drafts()))
def test_the_committed_examples_are_what_is_written_today(file: str) -> None:
    written = drafts()[file]
    assert (DOCS / file).read_text(encoding="utf-8") == written, "run: python tests/rights/draft_examples.py"


def test_no_place_is_left_open_and_each_language_is_its_own() -> None:
    for file, text in drafts().items():
        assert not re.search(r"\{\w+\}", text), file
        assert text.count("##") >= 5
    assert len(re.findall(r"[ぁ-ん]", drafts()["demo.ja.md"])) > 1000
    english = [line for line in drafts()["demo.en.md"].splitlines() if not line.startswith("- ")]
    assert not re.search(r"[ぁ-ん]", "".join(english))


def test_it_says_once_that_it_is_no_opinion() -> None:
    for file, text in drafts().items():
        assert text.count("no legal opinion" if ".en." in file else "法的な意見は含みません") == 1, file
        assert text.count("opinion") == (1 if ".en." in file else 0), file


def test_of_sounds_that_are_free_and_hold_no_voice_little_is_asked() -> None:
    ledger = Ledger("free", [clip("a.wav"), clip("b.wav")], made_at="2026-11-30")
    assert asked(ledger, RunFacts(TRAINED, CALM, Plan(("measure",)))) == ["proof"]
    assert asked(ledger, RunFacts(TRAINED, CALM, Plan())) == ["whose-law", "proof"]


@pytest.mark.parametrize(
    ("name", "ledger", "facts"),
    [
        ("enjoyment", [clip("a.wav", lamp="given", holder="Ami")], RunFacts(TRAINED, CALM)),
        ("voices-final", [clip("a.wav", lamp="given")], RunFacts(TRAINED, CALM)),
        (
            "little-known",
            [replace(clip("a.wav"), consent=Consent("given", "Ami"))],
            RunFacts(TRAINED, CALM, Plan(("measure",))),
        ),
        ("measuring-only", [clip("a.wav", "LicenseRef-all-rights-reserved")], RunFacts(plan=Plan(("measure",)))),
        ("neighbours", [clip("a.wav", "LicenseRef-terms-jsut")], RunFacts(TRAINED, CALM, Plan(shows_clips=True))),
        ("terms-bind", [clip("a.wav", "LicenseRef-terms-jsut")], RunFacts()),
        ("reservations", [replace(clip("a.wav"), wishes=[("tdm-reservation", "1")])], RunFacts()),
        ("derived", [clip("a.wav", "LicenseRef-all-rights-reserved")], RunFacts(TRAINED, CALM)),
        ("memorised", [clip("a.wav")], RunFacts(TRAINED, {**CALM, "value": 0.1, "low": 0.06, "high": 0.2})),
        ("memorised", [clip("a.wav")], RunFacts(TRAINED, None)),
        ("merged", [clip("a.wav")], RunFacts(replace(TRAINED, parts=("one", "two")), CALM)),
        ("distilled", [clip("a.wav", "LicenseRef-terms-voicevox-nemo")], RunFacts()),
        ("whose-law", [clip("a.wav")], RunFacts(plan=Plan(("publish-sounds",)))),
        ("withdrawal", [clip("a.wav", lamp="given")], RunFacts(TRAINED, CALM)),
        ("uploader", [clip("a.wav", source="https://freesound.org/s/1/")], RunFacts()),
    ],
)
def test_a_question_follows_from_its_facts_and_not_without_them(name: str, ledger: list[Clip], facts: RunFacts) -> None:
    plain = RunFacts(TRAINED, CALM, Plan(("measure",)))
    assert name in asked(Ledger("with", ledger), facts)
    assert name not in asked(Ledger("without", [clip("a.wav"), clip("b.wav")]), plain)


def test_a_creator_of_less_than_half_is_no_one_creator() -> None:
    clips = [clip(f"{n}.wav", lamp="given", holder=f"singer {n}") for n in range(3)]
    assert "enjoyment" not in asked(Ledger("three", clips), RunFacts(TRAINED, CALM))


def test_the_facts_of_the_ledger_and_the_run_are_told() -> None:
    ledger, facts = one_speaker()
    text = draft(ledger, facts, "en")
    for said in (
        "There are 140 clips, 11.8 min of sound.",
        "booth/118.wav: a tag (RIFF ICOP) says CC0-1.0, rights.toml says CC-BY-NC-4.0",
        "has agreed: 119 of 140 clips (Sakura Mio); for training and publishing generated sounds",
        "12.7% [10.8%, 14.9%] of 1,000 generated sounds",
        "The largest share of one creator: 100%, Sakura Mio.",
        "Without 22 of 140 clips (booth/118.wav, streams/00.wav",
        "What voice-base, an earlier model by the same maker was trained on",
    ):
        assert said in text


def test_consent_never_stands_in_the_table_of_licences() -> None:
    ledger, facts = one_speaker()
    table = [line for line in draft(ledger, facts, "en").splitlines() if line.startswith("|")]
    assert not any("agreed" in line for line in table)


def test_a_folder_of_which_nothing_was_trained_has_a_draft_too() -> None:
    text = draft(Ledger("drums", [Clip("a.wav", "0" * 64)], unknown=["a.wav"], made_at="2026-11-30"))
    assert "Nothing was trained on these sounds yet." in text
    assert "Nothing is stated of the one clip: a.wav." in text
    assert "nothing is stated" in text


def test_the_facts_of_a_run_come_from_its_own_files(tmp_path: Path) -> None:
    document = {
        "created": "2026-11-30T12:00:00+00:00",
        "seed": 7,
        "config": {"objective": "hinge", "representation": "log-mel", "batch": 8},
        "source": {"counts": {"train": 90, "held_out": 10}, "rate": 8000, "recipe": {"seconds": 0.5}},
    }
    run = Run.create(tmp_path / "run", document)
    assert of_run(run) == RunFacts(Trained("hinge", "log-mel", 0, 8, 7, 90, 10, 0.5, 8000, "2026-11-30"), None, Plan())
    run.write_json("quality", {"step": 120, "figures": {"memorisation": CALM}})
    found = of_run(run, Plan(("measure",)))
    assert found.trained is not None
    assert (found.trained.steps, found.memorisation) == (120, CALM)


def test_names_that_others_wrote_are_text_and_no_markup() -> None:
    nasty = "<img src=x onerror=alert(1)>|[a](javascript:b)\n# Heading\u202e"
    wicked = replace(clip(nasty, holder=nasty, source=nasty), consent=Consent("given", nasty), wishes=[(nasty, nasty)])
    text = draft(Ledger(nasty, [wicked], notes=[nasty], unknown=[nasty]), RunFacts(TRAINED, CALM))
    assert "<img" not in text
    assert "](java" not in text
    assert "\n# Heading" not in text
    assert "\u202e" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {5, 6}


def test_a_condition_that_is_open_is_named_in_words() -> None:
    text = draft(Ledger("nc", [clip("a.wav", "CC-BY-NC-4.0")]), RunFacts(TRAINED, CALM))
    assert "(It hangs on whether money is meant to be made.)" in text


def test_the_room_offers_them_by_name() -> None:
    ledger, facts = demo()
    assert rights.verdict(ledger, "train").answer == "allowed"
    assert rights.duties(ledger).verdict.answer == "ask"
    assert rights.removal(ledger).after is None
    assert rights.draft(ledger, facts, "ja").startswith("# 専門家への質問")


def test_what_is_wrong_is_said_in_one_line() -> None:
    ledger, facts = demo()
    with pytest.raises(UserError, match="unknown language 'fr'"):
        draft(ledger, facts, "fr")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="not a single clip"):
        draft(Ledger("empty", []))
    with pytest.raises(UserError, match="a plan without any act"):
        Plan(())
    with pytest.raises(UserError, match="unknown act 'sell'"):
        Plan(("sell",))
