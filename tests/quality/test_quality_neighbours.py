"""Laws of what neighbours say, on points whose answer is known."""

from typing import Any

import numpy as np
import pytest

from ganbaru.quality import diversity, memorisation, precision_recall

Array = np.ndarray[Any, Any]


def cloud(seed: int, count: int, size: int = 6, centre: float = 0.0) -> Array:
    return np.random.default_rng([7, seed]).standard_normal((count, size)) + centre


def column(*values: float) -> Array:
    return np.array(values)[:, None]


def test_it_is_what_the_papers_define() -> None:
    """Balls of the real 0, 1, 10 reach 1, 1, 9; those of the fake 0.5, 18, 20 reach 17.5, 2, 2."""
    found = precision_recall(column(0, 1, 10), column(0.5, 18, 20), k=1)
    assert found["precision"].value == pytest.approx(2 / 3)
    assert found["recall"].value == 1
    assert found["density"].value == pytest.approx((2 + 1 + 0) / 3)
    assert found["coverage"].value == 1
    assert precision_recall(column(0, 1, 10), column(18, 20, 21), k=1)["coverage"].value == pytest.approx(1 / 3)


def test_of_one_distribution_precision_and_recall_are_near_one() -> None:
    """And density is 1, coverage 1 − 2^−k, in expectation (Naeem et al. 2020, section 3.3)."""
    found = precision_recall(cloud(0, 500), cloud(1, 500))
    assert found["precision"].value > 0.93
    assert found["recall"].value > 0.93
    assert found["density"].value == pytest.approx(1, abs=0.1)
    assert found["coverage"].value == pytest.approx(1 - 1 / 32, abs=0.03)
    for name, figure in found.items():
        assert figure.low <= figure.value <= figure.high, name


def test_of_the_set_itself_everything_is_one() -> None:
    found = precision_recall(cloud(0, 200), cloud(0, 200))
    assert {name: found[name].value for name in ("precision", "recall", "coverage")} == dict.fromkeys(
        ("precision", "recall", "coverage"), 1.0
    )


def test_of_noise_far_away_everything_is_nothing() -> None:
    found = precision_recall(cloud(0, 200), cloud(1, 200, centre=20))
    assert all(figure.value == 0 for figure in found.values())


def test_a_lost_half_costs_recall_and_an_invented_half_costs_precision() -> None:
    both = np.concatenate([cloud(0, 200), cloud(1, 200, centre=30)])
    one = cloud(2, 400)
    lost, invented = precision_recall(both, one), precision_recall(one, both)
    assert lost["precision"].value > 0.9
    assert lost["recall"].value == pytest.approx(0.5, abs=0.05)
    assert lost["coverage"].value == pytest.approx(0.5, abs=0.05)
    assert invented["precision"].value == pytest.approx(0.5, abs=0.05)
    assert invented["recall"].value > 0.9


def test_one_outlier_among_the_real_fools_precision_and_not_density() -> None:
    real = np.concatenate([cloud(0, 300), np.full((1, 6), 40.0)])
    fake = cloud(1, 300, centre=25)
    found = precision_recall(real, fake)
    assert found["precision"].value == 1
    assert found["density"].value < 0.25


def test_sounds_that_are_training_sounds_are_found_out() -> None:
    train, held_out = cloud(0, 600), cloud(1, 400)
    for copies in (train[:200], train[:200] + 1e-3 * cloud(2, 200)):
        found = memorisation(train, held_out, copies)
        assert found.value == 1
        assert found.distinguishable


@pytest.mark.parametrize("copied", [0.25, 0.5])
def test_half_a_memory_is_half_found_out(copied: float) -> None:
    train, held_out = cloud(0, 600), cloud(1, 400)
    count = int(400 * copied)
    found = memorisation(train, held_out, np.concatenate([train[:count], cloud(2, 400 - count)]))
    assert found.value == pytest.approx(copied + 0.05 * (1 - copied), abs=0.03)
    assert found.distinguishable
    assert (found.floor, found.samples) == (0.05, (400, 600))


def test_fresh_sounds_are_not_accused() -> None:
    found = [memorisation(cloud(3 * s, 300), cloud(3 * s + 1, 400), cloud(3 * s + 2, 300)) for s in range(40)]
    assert np.mean([each.value for each in found]) == pytest.approx(0.05, abs=0.01)
    assert sum(bool(each.distinguishable) for each in found) <= 4


def test_sounds_of_nowhere_memorise_nothing() -> None:
    assert memorisation(cloud(0, 100), cloud(1, 100), cloud(2, 100, centre=30)).value == 0


def test_copies_of_one_sound_have_no_diversity() -> None:
    found = diversity(cloud(0, 200), np.repeat(cloud(1, 1), 50, axis=0))
    assert found.high < 1e-6


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.0])
def test_diversity_is_the_ratio_of_spreads(scale: float) -> None:
    found = diversity(cloud(0, 200), scale * cloud(1, 150))
    assert found.value == pytest.approx(scale, rel=0.08)
    assert found.low <= found.value <= found.high
    assert found.high - found.low < 0.3 * scale


def test_the_interval_of_diversity_holds_the_truth_most_of_the_time() -> None:
    found = [diversity(cloud(2 * s, 60), 2 * cloud(2 * s + 1, 40)) for s in range(100)]
    assert 0.88 <= np.mean([each.low <= 2 <= each.high for each in found]) <= 0.99


def test_a_handful_is_as_diverse_as_a_crowd() -> None:
    found = [diversity(cloud(2 * s, 60), cloud(2 * s + 1, 5)) for s in range(100)]
    assert np.mean([each.value for each in found]) == pytest.approx(1, abs=0.04)
    assert np.mean([(each.low + each.high) / 2 for each in found]) == pytest.approx(1, abs=0.08)


def test_a_label_that_is_said_in_one_way_only_is_no_diversity() -> None:
    labels = np.arange(120) % 4
    centres = 20 * cloud(5, 4)
    real, fake = cloud(0, 120) + centres[labels], 1e-3 * cloud(1, 120) + centres[labels]
    assert diversity(real, fake).value == pytest.approx(1, rel=0.1)
    assert diversity(real, fake, (labels, labels)).value < 0.01
    assert diversity(real, cloud(2, 120) + centres[labels], (labels, labels)).value == pytest.approx(1, rel=0.12)


@pytest.mark.parametrize("labelled", [False, True])
def test_the_order_of_the_sounds_does_not_matter(labelled: bool) -> None:
    """Sounds of a label stand sorted by voice, 12 voices of 100 each here."""
    voice = np.repeat(np.arange(12), 100)
    centres = 6 * cloud(5, 12)
    real = cloud(0, 1_200) + centres[voice]
    fake = cloud(1, 1_200) + centres[voice[np.random.default_rng(0).permutation(1_200)]]
    groups = (np.zeros(1_200, int), np.zeros(1_200, int)) if labelled else None
    for a, b in ((real, fake), (fake, real), (real, real[::-1])):
        assert diversity(a, b, groups).value == pytest.approx(1, rel=0.12)


def test_labels_of_one_sound_only_have_no_diversity_to_measure() -> None:
    found = diversity(cloud(0, 4), cloud(1, 4), (np.arange(4), np.arange(4)))
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert "no two" in found.method
    some = diversity(cloud(0, 40), cloud(1, 41), (np.zeros(40, int), np.r_[np.zeros(40, int), 1]))
    assert some.value == pytest.approx(1, rel=0.15)


def test_the_same_seed_gives_the_same_figures() -> None:
    real, fake = cloud(0, 300), cloud(1, 300)
    assert precision_recall(real, fake, seed=3) == precision_recall(real, fake, seed=3)
    assert diversity(real, fake, seed=3) == diversity(real, fake, seed=3) != diversity(real, fake, seed=4)
