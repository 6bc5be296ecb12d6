"""Laws of the order of data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbaru.sources import indices


@given(st.integers(0, 2**40), st.integers(1, 60), st.integers(1, 150), st.integers(0, 5))
def test_laid_end_to_end_each_epoch_holds_each_sound_once(seed: int, count: int, batch: int, first: int) -> None:
    stream = np.concatenate([indices(seed, update, count, batch) for update in range(3 * count // batch + first + 3)])
    epochs = stream[: len(stream) // count * count].reshape(-1, count)
    assert (np.sort(epochs, axis=1) == np.arange(count)).all()


@given(st.integers(0, 1_000), st.integers(0, 10**6), st.integers(1, 500), st.integers(1, 64))
def test_it_is_a_pure_function(seed: int, update: int, count: int, batch: int) -> None:
    once = indices(seed, update, count, batch)
    once[:] = -1  # what a caller does to its copy is its own affair
    again = indices(seed, update, count, batch)
    assert again.dtype == np.int64
    assert again.shape == (batch,)
    assert (again >= 0).all()
    assert (again < count).all()


def test_epochs_and_seeds_differ() -> None:
    first, second = indices(0, 0, 100, 100), indices(0, 1, 100, 100)
    assert (first != second).any()
    assert (first != indices(1, 0, 100, 100)).any()


def test_a_late_batch_costs_no_more_than_an_early_one() -> None:
    assert len(indices(3, 10**9, 10_000, 32)) == 32


@pytest.mark.parametrize("wrong", [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)])
def test_what_makes_no_sense_is_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        indices(*wrong)
