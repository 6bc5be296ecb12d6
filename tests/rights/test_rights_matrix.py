"""The matrix: every cell has a source, every family that was promised is in it, and what it says holds as data."""

import re
from itertools import product
from pathlib import Path

import pytest

from ganbaru import UserError
from ganbaru.rights.asking import asked
from ganbaru.rights.facts import Clip, Conflict, Consent, Grant, Ledger, Proof
from ganbaru.rights.matrix import ACTORS, ACTS, ANSWERS, CONDITIONS, OWN, Licence, licence, matrix, named
from ganbaru.rights.matrix.reading import family
from ganbaru.rights.rulings import expression_ruling, ruling
from ganbaru.rights.verdicts import refuse_forbidden, verdict

LICENCES = sorted({known.name: known for known in matrix().values()}.values(), key=lambda known: known.name)
WITHOUT_ADDRESS = {
    "A licence that is not known here",
    "Common Voice, cards of older versions",
    "Seuri, UTAU voicebank terms (the address of the page was not kept)",
}
PROOF = Proof("rights.toml", "line 1", "0" * 64, "2026-11-30T00:00:00Z")


def clip(path: str, *licences: str, consent: Consent | None = None) -> Clip:
    """A clip of one second under these licences."""
    grants = [Grant(name, PROOF, holder=path.split(".")[0]) for name in licences]
    return Clip(path, "0" * 64, 1.0, grants, consent or Consent())


@pytest.mark.parametrize("known", LICENCES, ids=lambda known: known.name)
def test_every_cell_has_a_sentence_in_both_languages_and_a_source(known: Licence) -> None:
    for cell in known.cells:
        assert cell.answer in ANSWERS
        assert cell.text.en.endswith((".", ".)"))
        assert cell.text.ja.endswith("。")
        assert cell.source.title
        assert re.fullmatch(r"2026-11-\d\d", cell.source.read)
        assert cell.source.url or cell.source.date or cell.source.title in WITHOUT_ADDRESS
    for duty in known.duties:
        assert duty.text.en
        assert duty.text.ja
        assert duty.source.title


def test_every_act_of_every_actor_under_every_condition_is_answered() -> None:
    cases = [dict(zip(CONDITIONS, values, strict=True)) for values in product((False, True), repeat=len(CONDITIONS))]
    for known, act, actor, case in product(LICENCES, ACTS, ACTORS, cases):
        cell = known.cell(act, actor, case)
        assert act == "imitate" or cell is not None, (known.name, act, actor, case)
        assert cell is None or cell.answer != "allowed with duties" or list(known.duties_of(act))


def test_the_families_that_were_promised_are_in_it() -> None:
    variants = ["BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND"]
    wanted = [f"CC-{variant}-{version}" for variant in variants for version in ("1.0", "2.0", "2.5", "3.0", "4.0")]
    wanted += ["CC-BY-3.0-DE", "CC-BY-3.0-US", "LicenseRef-CC-BY-2.0-JP", "LicenseRef-CC-BY-2.1-JP", "CC-BY-SA-2.1-JP"]
    wanted += ["LicenseRef-CC-BY-2.0-DE", "CC0-1.0", "LicenseRef-public-domain-mark", "LicenseRef-cc-sampling-plus-1.0"]
    wanted += ["MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "GPL-2.0-only", "GPL-3.0-or-later", "LGPL-2.1-only"]
    wanted += ["OFL-1.1", "LicenseRef-all-rights-reserved", "LicenseRef-nothing-said", "LicenseRef-unknown-licence"]
    assert [name for name in wanted if named(name) is None] == []


def test_at_least_eight_voice_libraries_that_were_read_are_in_it() -> None:
    terms = {known.name for known in LICENCES if known.name.startswith("LicenseRef-terms-")}
    read = {known.name for known in LICENCES if known.name in terms and known.source.mark != "unverified"}
    assert len(read) >= 8
    assert licence("LicenseRef-terms-jvs").source.mark == "unverified"


@pytest.mark.parametrize(
    ("name", "act", "conditions", "answer"),
    [
        ("CC0-1.0", "redistribute-clips", {}, "allowed"),
        ("LicenseRef-public-domain-mark", "sell-sounds", {}, "ask"),
        ("CC-BY-4.0", "sell-sounds", {}, "allowed with duties"),
        ("CC-BY-SA-4.0", "publish-weights", {}, "allowed with duties"),
        ("CC-BY-SA-4.0", "sell-sounds", {}, "ask"),
        ("CC-BY-NC-4.0", "measure", {"commercial": False}, "allowed"),
        ("CC-BY-NC-4.0", "measure", {"commercial": True}, "refused"),
        ("CC-BY-NC-4.0", "sell-sounds", {}, "refused"),
        ("CC-BY-ND-4.0", "train", {}, "allowed"),
        ("CC-BY-ND-3.0", "train", {}, "ask"),
        ("CC-BY-ND-4.0", "redistribute-clips", {"changed": True}, "refused"),
        ("CC-BY-ND-4.0", "redistribute-clips", {"changed": False}, "allowed with duties"),
        ("LicenseRef-cc-sampling-plus-1.0", "redistribute-clips", {"commercial": True}, "refused"),
        ("LicenseRef-cc-sampling-plus-1.0", "publish-sounds", {"advertising": True}, "refused"),
        ("LicenseRef-cc-sampling-plus-1.0", "train", {}, "ask"),
        ("MIT", "publish-weights", {}, "allowed with duties"),
        ("GPL-3.0-or-later", "publish-weights", {}, "ask"),
        ("LicenseRef-all-rights-reserved", "train", {}, "ask"),
        ("LicenseRef-all-rights-reserved", "redistribute-clips", {}, "refused"),
        ("LicenseRef-something-else", "train", {}, "ask"),
        ("LicenseRef-terms-jsut", "train", {"commercial": True}, "refused"),
        ("LicenseRef-terms-utau-seuri", "measure", {}, "refused"),
        ("LicenseRef-terms-utau-baini", "train", {"commercial": False}, "allowed"),
        ("LicenseRef-terms-utau-baini", "publish-weights", {}, "refused"),
        ("LicenseRef-terms-j-chat", "train", {"commercial": False}, "allowed with duties"),
        ("LicenseRef-terms-common-voice", "redistribute-clips", {}, "refused"),
    ],
)
def test_cells_say_what_their_sources_say(name: str, act: str, conditions: dict[str, bool], answer: str) -> None:
    assert ruling(name, asked(act, **conditions)).answer == answer


def test_terms_may_answer_a_firm_otherwise_than_a_private_person() -> None:
    name = "LicenseRef-terms-voicevox-voidoll"
    assert ruling(name, asked("publish-sounds", "person")).answer == "allowed with duties"
    assert ruling(name, asked("publish-sounds", "firm")).answer == "refused"


def test_the_sentences_and_the_recordings_of_a_corpus_are_different_things() -> None:
    corpus = "LicenseRef-terms-ita-reader"
    assert ruling(corpus, asked("redistribute-clips", thing="text")).answer == "allowed"
    assert ruling(corpus, asked("redistribute-clips")).answer == "ask"
    assert ruling("CC0-1.0", asked("redistribute-clips", thing="text")).text.en.startswith("The licence says nothing")


def test_a_condition_that_was_not_said_makes_it_a_question_and_is_named() -> None:
    found = ruling("CC-BY-NC-4.0", asked("train"))
    assert (found.answer, found.hangs_on) == ("ask", ("commercial",))
    assert ruling("CC-BY-4.0", asked("train")).hangs_on == ()


def test_of_alternatives_the_best_for_the_act_is_taken_and_of_what_all_binds_the_strictest() -> None:
    found = expression_ruling("CC-BY-NC-4.0 OR CC-BY-SA-4.0", asked("publish-weights", commercial=True))
    assert (found.answer, found.chosen) == ("allowed with duties", "CC-BY-SA-4.0")
    assert expression_ruling("CC0-1.0 AND CC-BY-NC-4.0", asked("train", commercial=True)).answer == "refused"
    nested = expression_ruling("MIT AND (CC-BY-NC-4.0 OR CC0-1.0)", asked("sell-sounds"))
    assert (nested.answer, nested.chosen) == ("allowed", "MIT AND CC0-1.0")


def test_every_licence_that_a_result_may_carry_is_in_the_matrix() -> None:
    assert {name for known in LICENCES for name in known.share_alike if named(name) is None} == set()
    assert {known.name for known in LICENCES if known.share_alike and known.name not in known.share_alike} == {
        "LicenseRef-terms-jvnv"  # a corpus under CC BY-SA
    }


def test_versions_of_share_alike_reach_as_far_as_their_texts() -> None:
    assert licence("CC-BY-SA-1.0").share_alike == {"CC-BY-SA-1.0"}
    assert {"CC-BY-SA-2.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0-DE"} <= licence("CC-BY-SA-2.0").share_alike
    assert "CC-BY-SA-2.0" not in licence("CC-BY-SA-3.0").share_alike
    assert licence("CC-BY-SA-4.0").share_alike == {"CC-BY-SA-4.0", "GPL-3.0-only"}
    assert licence("CC-BY-4.0").share_alike == frozenset()


def test_a_conflict_or_nothing_said_is_a_question_for_the_whole() -> None:
    clips = [clip("a.wav", "CC0-1.0"), clip("b.wav", "CC0-1.0", "CC-BY-NC-4.0"), clip("c.wav")]
    plain = verdict(Ledger("three", clips[:1]), "publish-weights")
    assert plain.answer == "allowed"
    conflict = Conflict("b.wav", clips[1].grants, "a tag says CC0-1.0, rights.toml says CC-BY-NC-4.0")
    both = verdict(Ledger("two", clips[:2], [conflict]), "publish-weights", commercial=True)
    assert both.answer == "ask"
    assert "a tag says CC0-1.0" in both.ruling.text.en
    assert verdict(Ledger("one", clips[2:]), "publish-weights").answer == "ask"
    assert verdict(clips[2], "redistribute-clips").answer == "refused"


def test_a_conflict_of_which_both_sides_refuse_is_refused() -> None:
    bad = clip("b.wav", "CC-BY-NC-ND-4.0", "CC-BY-NC-4.0")
    ledger = Ledger("one", [bad], [Conflict("b.wav", bad.grants, "they differ")])
    assert verdict(ledger, "sell-sounds").answer == "refused"


def test_consent_is_a_lamp_of_its_own() -> None:
    refused = clip("a.wav", "CC0-1.0", consent=Consent("refused"))
    found = verdict(refused, "publish-weights")
    assert (found.answer, found.consent) == ("allowed", "refused")
    assert verdict(refused, "imitate").answer == "refused"
    assert verdict(clip("a.wav", "CC-BY-NC-4.0", consent=Consent("given")), "imitate").answer == "ask"
    expressly = Consent("given", scope=["imitate"])
    assert verdict(clip("a.wav", "CC-BY-NC-4.0", consent=expressly), "imitate").answer == "allowed"
    assert verdict(clip("a.wav", "CC0-1.0"), "imitate").answer == "ask"
    some = Consent("given", scope=["train"])
    assert verdict(clip("a.wav", "CC0-1.0", consent=some), "train").consent == "allowed"
    assert verdict(clip("a.wav", "CC0-1.0", consent=some), "publish-weights").consent == "ask"
    drum = clip("a.wav", "LicenseRef-all-rights-reserved", consent=Consent("none"))
    assert (verdict(drum, "train").answer, verdict(drum, "train").consent) == ("ask", "allowed")


def test_terms_that_forbid_passing_for_a_person_hold_even_with_consent() -> None:
    hers = clip("a.wav", "LicenseRef-terms-amitaro", consent=Consent("given"))
    assert verdict(hers, "imitate").answer == "refused"


def test_the_whole_is_refused_where_no_result_suits_all() -> None:
    ledger = Ledger("two", [clip("a.wav", "CC-BY-SA-4.0"), clip("b.wav", "CC-BY-NC-4.0")])
    found = verdict(ledger, "publish-weights", commercial=False)
    assert found.answer == "refused"
    assert "CC-BY-SA-4.0" in found.ruling.text.en
    assert "CC-BY-NC-4.0" in found.ruling.text.ja
    assert [group.ruling.answer for group in found.groups] == ["allowed with duties"] * 2
    assert verdict(ledger, "train", commercial=False).answer == "allowed"
    free = verdict(
        Ledger("two", [clip("a.wav", "CC-BY-4.0"), clip("b.wav", "CC-BY-NC-4.0")]), "train", commercial=False
    )
    assert OWN in free.accepts


def test_the_gate_stops_with_the_sentence_and_lets_questions_pass() -> None:
    with pytest.raises(UserError, match=r"publish-weights is refused: LicenseRef-terms-utau-baini: .* \(a.wav\)"):
        refuse_forbidden(Ledger("one", [clip("a.wav", "LicenseRef-terms-utau-baini")]), "publish-weights")
    with pytest.raises(UserError, match="has refused"):
        refuse_forbidden(Ledger("one", [clip("a.wav", "CC0-1.0", consent=Consent("refused"))]), "publish-sounds")
    assert refuse_forbidden(Ledger("one", [clip("a.wav")]), "publish-weights").answer == "ask"


def test_what_cannot_be_asked_is_said_in_one_line() -> None:
    with pytest.raises(UserError, match=r"unknown act 'publish'.*did you mean"):
        verdict(clip("a.wav", "MIT"), "publish")
    with pytest.raises(UserError, match="unknown actor 'company'"):
        verdict(clip("a.wav", "MIT"), "train", actor="company")
    with pytest.raises(UserError, match="not a single clip in empty"):
        verdict(Ledger("empty", []), "train")


GOOD = """
[sources.text]
title = "A text"
read = "2026-11-30"
mark = "verified"
[[cells]]
acts = ["measure", "train", "convert", "merge", "publish-weights", "publish-sounds", "sell-sounds",
        "redistribute-clips"]
answer = "allowed"
source = "text"
en = "Yes."
ja = "はい。"
[licences."LicenseRef-x"]
title = "X"
read = "2026-11-30"
mark = "verified"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "text"', 'source = "nowhere"', "no source that the file knows"),
        ('source = "text"\n', "", "no source that the file knows"),
        ('"measure", ', "", "no cell for measure"),
        ('"measure"', '"measur"', "measur"),
        ('answer = "allowed"', 'answer = "fine"', "is none of"),
        ('answer = "allowed"', 'answer = "allowed with duties"', "names none"),
        ('ja = "はい。"\n', "", "wants a sentence in en and in ja"),
        ('mark = "verified"\n[[', 'mark = "sure"\n[[', "a source needs"),
        ('title = "X"', 'title = "X"\nlike = "LicenseRef-y"', "leads nowhere"),
        ('title = "X"', 'title = "X"\nsharealike = ["MIT"]', "unknown keys"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_the_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [name for name, _ in family(path)] == ["LicenseRef-x"]
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        list(family(path))
