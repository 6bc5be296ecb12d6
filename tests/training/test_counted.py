"""Normal numbers that are the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbaru.training import counted


@pytest.mark.parametrize(
    ("counter", "seed", "expected"),
    [
        (0, 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (0xFFFFFFFF, -1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ],
)
def test_bits_are_those_that_the_authors_of_philox_publish(counter, seed, expected) -> None:
    found = counted.philox(np.full((4, 1), counter, np.uint64), seed)[:, 0]
    assert tuple(int(each) for each in found) == expected


def test_quantiles_are_right_from_end_to_end() -> None:
    rng = np.random.default_rng(0)
    bits = np.concatenate([[0, 2**31, 2**32 - 1], rng.integers(0, 2**32, 20_000)]).astype(np.uint64)
    expected = stats.norm.ppf((bits + 0.5) / 2**32)
    assert np.abs(counted.quantile(bits) - expected).max() < 1e-14


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 50), st.integers(1, 9))
def test_a_sound_has_its_numbers_whichever_others_are_drawn_with_it(seed, first, size) -> None:
    many = counted.normals(seed, first, 3, size)
    assert np.array_equal(many[1:2], counted.normals(seed, first + 1, 1, size))
    assert np.array_equal(many[:, :1], counted.normals(seed, first, 3, 1))


def test_numbers_are_normal_and_independent() -> None:
    drawn = counted.normals(5, 0, 20_000, 4).astype(np.float64)
    assert all(stats.kstest(column, "norm").pvalue > 1e-4 for column in drawn.T)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(4)).max() < 0.03
    assert np.abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.03
