"""Draws of a study are nested, keep groups whole and labels in their shares, and never reach what is held out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.errors import UserError
from ganbaru.studies import subsets
from ganbaru.studies.drawing import RowPool, pool
from ganbaru.studies.trainee import OfFunction, trainee

SEEDS = st.integers(0, 2**31)


def told(data: Any, *, held_out: Any) -> float:
    """Notes nothing, returns nothing of interest."""
    return 0.0


@settings(max_examples=40, deadline=None)
@given(labels=st.lists(st.integers(0, 4), min_size=2, max_size=120), seed=SEEDS)
def test_an_order_holds_every_unit_once_and_every_draw_keeps_the_shares_of_labels(labels: list[int], seed: int) -> None:
    of = np.array(labels)
    order = subsets.nested(of, seed)
    assert sorted(order) == list(range(len(of)))
    for size in range(1, len(of) + 1):
        for label in set(labels):
            share = size * labels.count(label) / len(of)
            assert abs(int((of[order[:size]] == label).sum()) - share) <= len(set(labels))


def test_seeds_give_other_orders_and_the_same_seed_the_same() -> None:
    labels = np.zeros(50, dtype=int)
    assert (subsets.nested(labels, 3) == subsets.nested(labels, 3)).all()
    assert (subsets.nested(labels, 3) != subsets.nested(labels, 4)).any()


@settings(max_examples=40, deadline=None)
@given(groups=st.lists(st.sampled_from("abcdefgh"), min_size=12, max_size=80), seed=SEEDS, size=st.integers(1, 5))
def test_a_group_is_never_split_and_a_larger_draw_holds_a_smaller_one(groups: list[str], seed: int, size: int) -> None:
    x = np.arange(len(groups))
    drawn = RowPool((x, x % 2), groups)
    trial = OfFunction(told, drawn, 0.2, higher_is_better=True)
    if trial.units < 2:
        return
    size = min(size, trial.units - 1)
    (small, kept), (large, kept_again) = trial.drawn(size, seed), trial.drawn(size + 1, seed)
    assert set(small) < set(large)
    assert (kept == kept_again).all(), "what is held out is the same for every size of a seed"
    assert not set(large) & set(kept)
    rows = set(drawn.take(large)[0])
    for group in set(groups):
        of = {index for index, each in enumerate(groups) if each == group}
        assert of <= rows or not of & rows
    assert drawn.rows(large) == len(rows)


def test_a_pair_is_drawn_alike_whatever_it_is_made_of() -> None:
    torch = pytest.importorskip("torch")
    x = np.arange(20)
    for first in (x, x.tolist(), torch.from_numpy(x), range(20)):
        some, same = pool((first, x.tolist())).take(np.array([7, 3]))
        assert [int(item) for item in some] == list(same) == [3, 7]
    assert pool(["a", "b", "c"]).take(np.array([2, 0])) == ["a", "c"]


def test_the_fingerprint_is_of_the_values_alone() -> None:
    x, words = np.arange(12.0), ["one", "two"] * 6
    first = pool((x, words)).fingerprint
    assert pool((x.copy(), ["".join(list(word)) for word in words])).fingerprint == first
    assert pool((x + 1e-9, words)).fingerprint != first
    assert pool((x.astype(np.float32), words)).fingerprint != first
    assert pool((x, words), groups=[0, 1] * 6).fingerprint != first
    assert pool((x, words), groups=[1, 0] * 6).fingerprint == pool((x, words), groups=["a", "b"] * 6).fingerprint


def test_numbers_to_be_foretold_are_no_labels_and_classes_are() -> None:
    x = np.arange(100)
    assert set(pool((x, x / 7)).labels) == {0}
    assert set(pool((x, x)).labels) == {0}, "each stands once"
    assert set(pool((x, ["cat", "dog"] * 50)).labels) == {0, 1}
    assert set(pool(x % 2).labels) == {0}, "one sequence has no labels"


@pytest.mark.parametrize(
    ("data", "groups", "said"),
    [
        ((np.zeros(3), np.zeros(4)), None, r"the data have \[3, 4\] samples"),
        ([], None, r"the data have \[0\] samples"),
        (np.zeros(3), [1, 2], "2 groups for 3 samples"),
        (3.0, None, "cannot draw from a float"),
        ({"x": [1]}, None, "cannot draw from a dict"),
        ("toy:ring", [1], "the groups of a source of sounds are its files"),
        ([object(), lambda: 0], None, "which cannot be stored"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(data: Any, groups: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _ = pool(data, groups).fingerprint


def test_a_source_is_drawn_by_its_files_and_holds_out_what_it_did() -> None:
    source = pool("toy:ring")
    some = source.take(np.array([5, 2]), "2 of seed 0")
    whole = source.take(np.arange(3))
    assert len(whole.train) == 100_000
    assert len(some.train) == 2
    assert some.held_out is whole.held_out
    assert (some.train.take([0, 1]) == whole.train.take([2, 5])).all()
    assert some.fingerprint not in (whole.fingerprint, source.take(np.array([5, 3]), "another").fingerprint)
    assert some.centres is whole.centres


def test_a_function_without_a_parameter_for_it_holds_nothing_out() -> None:
    assert trainee(lambda data: 0.0, list(range(10))).units == 10
    assert trainee(told, list(range(10))).units == 8
    assert trainee(told, list(range(10)), held_out=[1, 2]).units == 10
