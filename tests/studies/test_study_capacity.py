"""The study of capacity: planted knees are told, each setting on its own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from ganbaru.errors import UserError
from ganbaru.studies import kinds, results


def planted(data: Any, *, seed: int, wide: int = 8, deep: int = 4, knee: int = 32) -> float:
    """Better up to the knee of its width; its depth does nothing."""
    return -1.0 / min(wide, knee) + 0.001 * float(np.random.default_rng([seed, wide, deep]).normal())


def run(out: Path, **given: Any) -> Any:
    return kinds.capacity(planted, [1, 2], out=out, jobs=0, **given)


def test_a_planted_knee_is_found_and_recommended(tmp_path: Path) -> None:
    answer = run(tmp_path, sizes={"wide": [4, 8, 16, 32, 64, 128]})
    assert answer.verdict == "too small"
    assert answer.change == {"wide": 32}
    assert answer.grids[0].rows[0][:3] == ["wide", 8, "too small"]
    assert answer.evidence["wide: what the best larger one brings"].low > 0.08
    assert answer.graphs[0].marks == {"present": 8.0}


def shared(data: Any, *, seed: int, share: float = 0.25) -> float:
    """Better the larger a share under 1."""
    return -1.0 / share + 0.001 * float(np.random.default_rng([seed, int(100 * share)]).normal())


def test_a_size_that_is_no_whole_number_is_recommended_as_it_is(tmp_path: Path) -> None:
    answer = kinds.capacity(shared, [1, 2], out=tmp_path, jobs=0, sizes={"share": [0.25, 0.5, 0.75]})
    assert answer.change == {"share": 0.75}


def test_a_model_over_the_knee_is_large_enough(tmp_path: Path) -> None:
    answer = run(tmp_path, sizes=["wide"], present={"wide": 64}, worthwhile=0.01)
    assert answer.verdict == "large enough"
    assert answer.change is None
    assert results(tmp_path).setting("wide").tolist() == [64.0, 16.0, 32.0, 128.0, 256.0]


def test_each_setting_is_changed_alone_and_answered_apart(tmp_path: Path) -> None:
    answer = run(tmp_path, sizes={"wide": [8, 32], "deep": [2, 4, 8]}, worthwhile=0.01)
    found = results(tmp_path)
    assert found.cells == ["present", "wide 32", "deep 2", "deep 8"]
    assert {tuple(cell[name] for name in ("wide", "deep")) for cell in found.plan.cells.values()} == {
        (8, 4),
        (32, 4),
        (8, 2),
        (8, 8),
    }
    assert [row[2] for row in answer.grids[0].rows] == ["too small", "large enough"]
    assert answer.verdict == "too small"
    assert answer.change == {"wide": 32}
    assert len(answer.graphs) == 2


def test_noise_is_not_read_as_a_gain(tmp_path: Path) -> None:
    answer = run(tmp_path, sizes={"deep": [4, 8, 16]}, settings={"knee": 1})
    assert answer.verdict != "too small"
    assert answer.change is None


def test_without_a_larger_one_nothing_can_be_told(tmp_path: Path) -> None:
    assert run(tmp_path, sizes={"wide": [2, 4]}).verdict == "can't tell"


def test_an_estimator_says_what_it_is_at_present(tmp_path: Path) -> None:
    x = np.linspace(0, 1, 400)
    pair = x[:, None], np.sin(20 * x)
    answer = kinds.capacity(DecisionTreeRegressor(max_depth=2), pair, out=tmp_path, jobs=0, sizes={"max_depth": [6]})
    assert answer.verdict == "too small"
    assert answer.change == {"max_depth": 6}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "it is not said what makes the model larger"),
        ({"sizes": ["wide"], "seeds": [1, 2]}, "at least 3 seeds"),
        ({"sizes": ["width"]}, "it is not known what width is at present"),
        ({"sizes": ["width"], "present": {"width": 3}}, "unknown setting 'width'.*did you mean 'wide'"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        run(tmp_path, **given)
    assert not list(tmp_path.iterdir())
