"""Duties through mixing and merging: equal to what trying every choice finds, and the cases that people meet."""

import random

import pytest
import rights_mixtures as mixtures

from ganbaru import UserError
from ganbaru.rights.combining import combined
from ganbaru.rights.facts import Clip, Grant, Ledger
from ganbaru.rights.matrix import ANSWERS, OWN, licence
from ganbaru.rights.owing import Duties, duties


def expected(case: mixtures.Case, *, merged: bool) -> dict[str, object]:
    """What is owed, by trying every choice and every result."""
    whole = sum(clip.share for clip in case.ledger.clips)
    shares = {clip.path: clip.share / whole for clip in case.ledger.clips}
    per_licence: dict[str, float] = {}
    for path, tree in case.trees.items():
        for name in frozenset().union(*mixtures.choices(tree)):
            per_licence[name] = per_licence.get(name, 0.0) + shares[path]
    released = {name for name, share in per_licence.items() if merged and share < licence(name).follows_from - 1e-9}
    exempt = frozenset(released)
    fitting = mixtures.fitting(case.trees, case, exempt)
    answer = max(mixtures.of_clip(path, case) for path in case.trees) if fitting else 3
    return {
        "answer": ANSWERS[answer],
        "accepts": fitting,
        "released": released,
        "duties": _owed(case, fitting, exempt, shares),
    }


def _owed(
    case: mixtures.Case, fitting: set[str], exempt: frozenset[str], shares: dict[str, float]
) -> dict[tuple[str, str], tuple[set[str], set[str], float]]:
    carried = [grant.licence.replace("(", "").replace(")", "").split() for c in case.ledger.clips for grant in c.grants]
    names = [name for words in carried for name in words]
    result = OWN if OWN in fitting else max(fitting, key=lambda name: (names.count(name), name), default="")
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for path in case.trees:
        for name in _taken(path, case, result if case.act in mixtures.RESULTS else "", exempt):
            for duty in licence(name).duties:
                if case.act in duty.acts and (duty.always or name not in exempt):
                    licences, clips = found.setdefault((duty.kind, duty.text.en), (set(), set()))
                    licences.add(name)
                    clips.add(path)
    return {key: (names, paths, sum(shares[path] for path in paths)) for key, (names, paths) in found.items()}


def _taken(path: str, case: mixtures.Case, result: str, exempt: frozenset[str]) -> frozenset[str]:
    """The best way to take a clip: of the choices that suit the result, by answer, number of duties and name."""

    def suits(choice: frozenset[str]) -> bool:
        return result != "" and all(name in exempt or mixtures.accepts(name, result) for name in choice)

    def order(choice: frozenset[str]) -> tuple[int, int]:
        owed = sum(case.act in duty.acts for name in choice for duty in licence(name).duties)
        return mixtures.of_choice(choice, case), owed

    usable = mixtures.usable(path, case)
    among = [choice for choice in usable if suits(choice)] or usable
    best = min(map(order, among))
    return min(
        (choice for choice in among if order(choice) == best), key=lambda choice: _as_written(choice, path, case)
    )


def _as_written(choice: frozenset[str], path: str, case: mixtures.Case) -> tuple[str, ...]:
    written = next(clip for clip in case.ledger.clips if clip.path == path).grants[0].licence
    return tuple(sorted(choice, key=written.index))


def said(found: Duties) -> dict[tuple[str, str], tuple[set[str], set[str], float]]:
    return {
        (duty.kind, duty.text.en): (set(duty.licences), set(duty.clips), pytest.approx(duty.share))
        for duty in found.duties
    }


@pytest.mark.parametrize("merged", [False, True])
def test_duties_of_200_random_mixtures_equal_those_found_by_trying_everything(merged: bool) -> None:
    owed, clashing = 0, 0
    for seed in range(200):
        case = mixtures.draw(1000 + seed)
        found = duties(case.ledger, case.act, actor=case.actor, commercial=case.commercial, merged=merged)
        truth = expected(case, merged=merged)
        assert found.verdict.answer == truth["answer"], seed
        assert found.accepts == truth["accepts"], seed
        assert {name for name, _, _ in found.released} == truth["released"], seed
        assert said(found) == truth["duties"], seed
        owed += bool(found.duties)
        clashing += not found.accepts
    assert owed >= 100
    assert clashing >= 20


def clip(path: str, licence: str, holder: str = "", origin: str = "", share: float = 0.0) -> Clip:
    return Clip(path, "0" * 64, 1.0, [Grant(licence, mixtures.PROOF, holder=holder, source=origin)], share=share)


def kinds(found: Duties) -> set[str]:
    return {duty.kind for duty in found.duties}


def test_credits_name_the_holder_the_origin_and_the_licence_once_each() -> None:
    clips = [clip(f"{n}.wav", "CC-BY-4.0", "Jane", "https://example.org/drums") for n in range(3)]
    found = duties(Ledger("drums", [*clips, clip("free.wav", "CC0-1.0", "Ken")]))
    assert [credit.line() for credit in found.credits] == [
        "Jane, https://example.org/drums, CC-BY-4.0 <https://creativecommons.org/licenses/by/4.0/legalcode>"
    ]
    assert found.credits[0].clips == ("0.wav", "1.wav", "2.wav")
    assert found.carries == OWN
    assert found.duties[0].share == pytest.approx(0.75)


def test_a_share_alike_decides_what_the_weights_carry_and_the_latest_version_wins() -> None:
    ledger = Ledger("two", [clip("a.wav", "CC-BY-SA-2.0"), clip("b.wav", "CC-BY-SA-4.0"), clip("c.wav", "CC0-1.0")])
    found = duties(ledger)
    assert (found.verdict.answer, found.carries) == ("allowed with duties", "CC-BY-SA-4.0")
    assert kinds(found) == {"credit", "share-alike"}


def test_share_alikes_that_exclude_each_other_are_refused() -> None:
    found = duties(Ledger("two", [clip("a.wav", "CC-BY-SA-1.0"), clip("b.wav", "CC-BY-SA-4.0")]))
    assert (found.verdict.answer, found.carries, found.accepts) == ("refused", "", frozenset())


def test_restrictions_are_passed_on_by_a_licence_of_ones_own() -> None:
    found = duties(Ledger("two", [clip("a.wav", "CC-BY-NC-4.0"), clip("b.wav", "CC-BY-4.0")]), commercial=False)
    assert (found.carries, found.restrictions) == (OWN, ["noncommercial"])
    assert kinds(found) == {"credit", "non-commercial"}


def test_an_alternative_that_suits_the_result_is_taken() -> None:
    ledger = Ledger("two", [clip("a.wav", "CC-BY-SA-4.0"), clip("b.wav", "CC-BY-NC-4.0 OR CC-BY-SA-3.0")])
    found = duties(ledger, commercial=False)
    assert found.carries == "CC-BY-SA-4.0"
    assert {name for duty in found.duties for name in duty.licences} == {"CC-BY-SA-4.0", "CC-BY-SA-3.0"}


HERS = Ledger("hers", [clip("ami.wav", "LicenseRef-terms-amitaro", "あみたろ")])
OTHERS = Ledger("others", [clip("x.wav", "CC0-1.0"), clip("y.wav", "CC-BY-4.0", "Jane")])


@pytest.mark.parametrize(("weight", "follows"), [(0.24, False), (0.25, True), (0.26, True)])
def test_terms_follow_into_a_merge_from_a_quarter_on(weight: float, follows: bool) -> None:
    merged = combined({"hers": (HERS, weight), "others": (OTHERS, 1 - weight)})
    found = duties(merged, merged=True)
    assert ("terms" in kinds(found)) is follows
    assert "permission" in kinds(found)  # the owners of other voices must have agreed, whatever the share
    assert [name for name, _, _ in found.released] == ([] if follows else ["LicenseRef-terms-amitaro"])
    assert found.restrictions == (["terms of あみたろの声素材工房"] if follows else [])
    trained = duties(merged)
    assert "terms" in kinds(trained), "in training every share counts"


def test_a_quarter_made_of_many_parts_is_a_quarter() -> None:
    parts = {f"hers {n}": (HERS, 0.05) for n in range(5)}
    found = duties(combined({**parts, "others": (OTHERS, 0.75)}), merged=True)
    assert "terms" in kinds(found)


def test_shares_are_kept_through_two_rounds_of_merging() -> None:
    first = combined({"hers": (HERS, 1), "others": (OTHERS, 1)})
    second = combined({"first": (first, 1), "others": (OTHERS, 3)})
    shares = {c.path: c.share for c in second.clips}
    assert shares["first/hers/ami.wav"] == pytest.approx(0.125)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_model_of_which_nothing_is_known_makes_it_a_question() -> None:
    found = duties(combined({"base": (None, 0.1), "others": (OTHERS, 0.9)}))
    assert found.verdict.answer == "ask"
    assert found.verdict.groups[0].clips == ("base",)


def test_merging_in_any_order_owes_the_same() -> None:
    rng, parts = (
        random.Random(0),
        {"a": (HERS, 1.0), "b": (OTHERS, 2.0), "c": (Ledger("sa", [clip("s", "CC-BY-SA-3.0")]), 1.0)},
    )
    truth = said(duties(combined(parts), merged=True))
    for _ in range(5):
        names = rng.sample(sorted(parts), 3)
        assert said(duties(combined({name: parts[name] for name in names}), merged=True)) == truth


def test_weights_of_parts_must_be_weights() -> None:
    with pytest.raises(UserError, match="must be 0 or more"):
        combined({"a": (OTHERS, -1), "b": (HERS, 2)})
    with pytest.raises(UserError, match="not all of them 0"):
        combined({"a": (OTHERS, 0)})
