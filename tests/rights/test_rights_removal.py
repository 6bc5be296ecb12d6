"""The clips that must go: no smaller set would do, by trying every subset."""

from itertools import combinations

import pytest
import rights_mixtures as mixtures

from ganbaru.rights.facts import Clip, Consent, Grant, Ledger
from ganbaru.rights.removing import removal
from ganbaru.rights.rulings import rank


def smallest(case: mixtures.Case, most: int) -> tuple[int, float]:
    """Of the smallest removal: how many clips, and how many seconds, by trying all in order of size."""
    seconds = {clip.path: clip.seconds or 0.0 for clip in case.ledger.clips}
    for size in range(len(seconds) + 1):
        fits = [
            sum(seconds[path] for path in gone)
            for gone in combinations(seconds, size)
            if all(mixtures.of_clip(path, case) <= most for path in seconds.keys() - set(gone))
            and mixtures.fitting(seconds.keys() - set(gone), case)
        ]
        if fits:
            return size, min(fits)
    raise AssertionError("taking out all clips always does")


@pytest.mark.parametrize("leave_asks", [False, True])
def test_of_200_random_mixtures_no_smaller_set_would_do(leave_asks: bool) -> None:
    most, nontrivial = 2 if leave_asks else 1, 0
    for seed in range(200):
        case = mixtures.draw(seed, most=8)
        asked = {"actor": case.actor, "commercial": case.commercial}
        found = removal(case.ledger, case.act, leave_asks=leave_asks, **asked)
        count, seconds = smallest(case, most)
        assert (len(found.clips), found.seconds) == (count, pytest.approx(seconds)), seed
        assert found.after is None or rank(found.after.answer) <= most, seed
        assert (found.after is None) == (count == len(case.ledger.clips))
        nontrivial += len(found.clips) > len(found.forced)
    assert nontrivial >= 15  # how licences go together, not each clip alone, decides often enough


def clip(path: str, licence: str, seconds: float = 1.0, consent: str = "unknown") -> Clip:
    grants = [Grant(licence, mixtures.PROOF)]
    return Clip(path, "0" * 64, seconds, grants, Consent(consent), share=0.25)  # type: ignore[arg-type]


def test_of_two_share_alikes_the_smaller_side_goes_and_of_equals_the_shorter() -> None:
    clips = [clip("a.wav", "CC-BY-SA-4.0"), clip("b.wav", "CC-BY-SA-4.0"), clip("c.wav", "CC-BY-NC-SA-4.0", 90.0)]
    found = removal(Ledger("three", clips), commercial=False)
    assert (found.clips, found.forced, found.seconds) == (("c.wav",), (), 90.0)
    assert found.before.answer == "refused"
    assert found.after is not None
    assert found.after.answer == "allowed with duties"
    assert str(found) == "1 clips must go (90.0 s, 33.3%); then allowed with duties"
    assert removal(Ledger("two", clips[1:]), commercial=False).clips == ("b.wav",)


def test_nothing_goes_where_nothing_stands_in_the_way() -> None:
    found = removal(Ledger("one", [clip("a.wav", "CC-BY-4.0")]))
    assert (found.clips, found.share) == ((), 0.0)


def test_what_a_speaker_refused_is_named_apart() -> None:
    clips = [clip("a.wav", "CC0-1.0", consent="refused"), clip("b.wav", "LicenseRef-terms-utau-seuri")]
    found = removal(Ledger("two", clips), "train")
    assert (found.clips, found.people) == (("b.wav",), ("a.wav",))


def test_the_shares_of_what_stays_fill_the_whole() -> None:
    clips = [clip("a.wav", "CC0-1.0"), clip("b.wav", "LicenseRef-all-rights-reserved"), clip("c.wav", "CC0-1.0")]
    from ganbaru.rights.verdicts import without

    assert [kept.share for kept in without(Ledger("three", clips), ["b.wav"]).clips] == [0.5, 0.5]
