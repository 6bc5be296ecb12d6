"""What is set where a setting is off: its usual value where that is far, a step towards it where it is near."""

from typing import Any

import numpy as np
import pytest

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series
from ganbaru.training.settings import WORLDS

BY_SLUG = {cause.slug: cause for cause in CAUSES}
USUAL = WORLDS["points"]["constraint_strength"]
RATE = WORLDS["points"]["critic.learning_rate"]


def change(slug: str, facts: dict[str, Any], **series: float) -> dict[str, Any]:
    """What a cause sets in a game of 100 steps with these facts and numbers, which stay as they are."""
    known = {"kind": "gan", "data": "points", "steps": 100, "step": 100, **facts}
    told = {name: Series.of(np.arange(0, 101, 10), np.full(11, value)) for name, value in series.items()}
    return dict(BY_SLUG[slug].change(Evidence("a game", known, told, {}, {})) or {})


def moving(generator: float, critic: float, optimizer: str = "adam") -> dict[str, Any]:
    """Learning rates, and networks with weights enough to have a scale."""
    both = {"generator": generator, "critic": critic}
    named = {f"{name}_learning_rate": rate for name, rate in both.items()}
    return named | {f"{name}_{of}": v for name in both for of, v in (("optimizer", optimizer), ("parameters", 1000))}


@pytest.mark.parametrize(
    ("slug", "constraint", "data", "before", "after"),
    [
        ("penalty-too-large", "r1", "points", 200.0, USUAL),
        ("penalty-too-large", "r1", "points", 5 * USUAL, 0.5 * USUAL),
        ("penalty-too-large", "gradient-penalty", "points", 3000.0, 10.0),
        ("penalty-too-large", "r1", "other", 200.0, 20.0),
        ("penalty-too-small", "r1+r2", "points", 2e-6, USUAL),
        ("penalty-too-small", "lipschitz-penalty", "other", 1e-6, 10.0),
        ("penalty-too-small", "r1", "points", 0.5 * USUAL, 5 * USUAL),
    ],
)
def test_a_weight_that_is_far_off_goes_to_the_usual_one(
    slug: str, constraint: str, data: str, before: float, after: float
) -> None:
    facts = {"constraint": constraint, "constraint_strength": before, "data": data}
    assert change(slug, facts) == {"constraint_strength": pytest.approx(after)}


def test_of_a_rate_that_is_too_high_it_is_lowered_where_it_leaps() -> None:
    high = {"generator_update_ratio": 0.01, "critic_update_ratio": 0.9}
    assert change("learning-rate-high", moving(1e-3, 0.1), **high) == {"critic.learning_rate": RATE}
    assert change("learning-rate-high", moving(1e-3, 5e-3), **high)["critic.learning_rate"] < 5e-4
    plain = change("learning-rate-high", moving(0.1, 0.1, "sgd"), generator_update_ratio=0.2, critic_update_ratio=0.2)
    assert list(plain.values()) == pytest.approx([0.01, 0.01])


def test_a_clipped_critic_goes_with_its_generator() -> None:
    clipped = {"constraint": "clip"}
    high = change("learning-rate-high", moving(3e-2, 3e-2) | clipped, generator_update_ratio=0.5, critic_update_ratio=9)
    assert set(high.values()) == {RATE}
    low = moving(2e-6, 2e-6) | clipped
    raised = change("learning-rate-low", low, generator_update_ratio=1e-4, critic_update_ratio=0.1)
    assert raised == {"generator.learning_rate": RATE, "critic.learning_rate": RATE}


def test_of_a_rate_that_is_too_low_the_network_that_stands_still_is_hastened() -> None:
    slow = change("learning-rate-low", moving(1e-6, 1e-3), generator_update_ratio=1e-5, critic_update_ratio=0.02)
    assert slow == {"generator.learning_rate": RATE}
    near = change("learning-rate-low", moving(5e-4, 5e-4), generator_update_ratio=1e-3, critic_update_ratio=1e-3)
    assert list(near.values()) == pytest.approx([0.015, 0.015])


def test_updates_that_are_saved_are_steps() -> None:
    many = {"n_critic": 60, "objective": "wasserstein"}
    assert change("n-critic-high", many) == {"n_critic": 5, "steps": 100 * 61 // 6}
    assert change("n-critic-high", {**many, "steps": None}) == {"n_critic": 5}


def test_a_recipe_is_taken_with_rates_that_are_usual_on_such_data() -> None:
    assert change("clip-saturation", {}) == {
        "objective": "wgan-gp",
        "generator.learning_rate": RATE,
        "critic.learning_rate": RATE,
    }
