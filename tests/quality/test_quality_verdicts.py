"""Laws of the sentences: each follows its figures, and nothing is said of what was not measured."""

import pytest

from ganbaru.distances import Estimate, proportion
from ganbaru.quality import verdicts


def distance(value: float, low: float, floor: float | None = 0.1) -> dict[str, Estimate]:
    return {"distance": Estimate(value, low, value + 0.1, floor=floor)}


def only(figures: dict[str, Estimate], untrained: dict[str, Estimate] | None = None) -> str:
    (sentence,) = verdicts(figures, untrained or {})
    return sentence


def test_nothing_measured_is_nothing_said() -> None:
    assert verdicts({}, {}) == []
    assert verdicts({"precision": proportion(1, 2), "balance": proportion(1, 2)}, distance(1, 0.9)) == []
    assert verdicts(distance(1.0, 0.9, floor=None), {}) == []


def test_what_does_not_clear_its_floor_cannot_be_told_from_real() -> None:
    for value, low in ((0.05, 0.0), (0.3, 0.1)):
        assert "cannot be told from real" in only(distance(value, low), distance(2.0, 1.9))


def test_what_an_embedding_tells_and_the_distance_does_not_is_said() -> None:
    told = {"kernel_log_mel": Estimate(0.3, 0.2, 0.4, floor=0.1), "frechet_log_mel": Estimate(5, 4, 6, floor=1)}
    assert only({**distance(0.05, 0.0), **told}) == (
        "At this sample size it cannot be told from real by its distance, but by the kernel and Fréchet "
        "distance of log-mel statistics it can."
    )
    untold = {"kernel_log_mel": Estimate(0.3, 0.0, 0.4, floor=0.1)}
    assert only({**distance(0.05, 0.0), **untold}).endswith("by its distance.")
    assert "kernel" not in only({**distance(0.5, 0.4), **told})


def test_what_clears_its_floor_is_compared_with_the_untrained() -> None:
    assert only(distance(0.5, 0.4), distance(2.0, 1.9)) == (
        "Its distance from real is 25% of what it was untrained; the floor is 5%."
    )
    assert only(distance(0.5, 0.4)) == "It can be told from real: its distance 0.5 is above the floor 0.1."


@pytest.mark.parametrize(("near", "says"), [(0, False), (5, False), (9, False), (14, True), (100, True)])
def test_memorisation_is_said_when_the_interval_clears_the_floor(near: int, says: bool) -> None:
    share = proportion(near, 100)
    sentence = only({"memorisation": Estimate(share.value, share.low, share.high, floor=0.05)})
    assert sentence.startswith("It memorises") == says
    assert sentence.startswith("No sign of memorisation") != says
    assert not says or (f"{near}.0%" in sentence and "95% of held-out" in sentence)


@pytest.mark.parametrize(("value", "high", "little"), [(0.5, 0.69, True), (0.5, 0.71, False), (1.1, 1.2, False)])
def test_too_little_variety_is_said_when_the_whole_interval_is_below(value: float, high: float, little: bool) -> None:
    sentence = only({"diversity": Estimate(value, value - 0.1, high)})
    assert ("too little" in sentence) == little
    assert f"{value:.0%}" in sentence


def test_labels_are_said_as_asked_for_where_they_were_asked_for() -> None:
    figures = {"recognised": proportion(90, 100), "labels_covered": Estimate(7, 7, 7, samples=(100, 10))}
    assert only(figures) == "90.0% of its sounds are recognised; it covers 7 of 10 labels."
    figures["right_label"] = proportion(80, 100)
    assert only(figures) == (
        "80.0% of its sounds are recognised as the very label asked for; it covers 7 of 10 labels."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("right", "fooled", "doubted"), [(99, 1, False), (95, 5, False), (94, 0, True), (100, 6, True)]
)
def test_a_judge_that_errs_is_doubted(right: int, fooled: int, doubted: bool) -> None:
    judge = {"accuracy": proportion(right, 100), "false_acceptance": proportion(fooled, 100)}
    said = verdicts({}, {}, judge)
    assert [sentence.startswith("Read that with care") for sentence in said] == [True] * doubted
    assert not doubted or f"{right}.0%" in said[0]


def test_modes_are_counted_out() -> None:
    figures = {"modes": Estimate(6, 6, 6, samples=(50, 8)), "high_quality": proportion(45, 50)}
    assert only(figures) == "It covers 6 of 8 modes; 90.0% of its points lie on one."


def test_every_figure_has_its_sentence() -> None:
    figures = {
        **distance(0.5, 0.4),
        "memorisation": Estimate(0.05, 0.02, 0.08, floor=0.05),
        "diversity": Estimate(0.9, 0.8, 1.0),
        "recognised": proportion(9, 10),
        "labels_covered": Estimate(7, 7, 7, samples=(10, 10)),
    }
    said = verdicts(figures, {})
    assert [sentence.split()[0] for sentence in said] == ["90.0%", "It", "No", "It"]
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in said)
