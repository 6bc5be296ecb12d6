"""The study of vanishing gradients: its gauges on known gradients, its judge on planted results, and real and tiny."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from planted_results import planted

import ganbaru as gb
from ganbaru.distances import wasserstein
from ganbaru.studies import Results, results
from ganbaru.studies.kinds.playing import training
from ganbaru.studies.kinds.vanishing import vanishing
from ganbaru.studies.kinds.vanishing_judge import judge
from ganbaru.studies.kinds.vanishing_trial import (
    PRACTICE,
    THEORY,
    flat,
    generator_gradient,
    told,
    transport_gradient,
    trial,
)
from ganbaru.training.randomness import latents
from ganbaru.training.step import Batch, generate

STEADY = {"steps": 100, "vanished": 0, "weak": 0, "exploded": 0, "direction": 0.5, "uphill": 0.0, "move": 1.0}
OUTCOME = {"least": -0.1, "greatest": 0.1, "distance": 0.2, "collapsed": 0}


def planted_study(vanished: dict[str, int], *, seeds: int = 20, places: int = 4) -> Results:
    """A study in which so many runs of each objective have all their steps vanished, and fail."""
    cells: dict[str, dict[str, Any]] = {}
    details: dict[tuple[str, int], dict[str, Any]] = {}
    for name, count in vanished.items():
        for place in range(places):
            cell = f"{name}: {PRACTICE}, place {place}"
            cells[cell] = {"part": PRACTICE, "objective": name, "world": "toy:ring"}
            for seed in range(seeds):
                hit = place * seeds + seed < count
                details[cell, seed] = {**STEADY, **OUTCOME, **({"vanished": 100, "distance": 0.9} if hit else {})}
        cell = f"{name}: {THEORY}, toy:ring, apart"
        cells[cell] = {"part": THEORY, "objective": name, "world": "toy:ring", "live": 0, "spread": 0.1}
        change = -3.0 if name == "minimax" else 2.0
        for seed in range(seeds):
            curve = {"marks": [0, 10], "norms": [1.0, 10**change], "cosines": [0.5, 0.1], "cosine": 0.1}
            details[cell, seed] = {**curve, "score": change + 0.01 * seed}
    return planted(cells, {key: each.get("score", 0.0) for key, each in details.items()}, details)


@pytest.mark.parametrize(("count", "verdict"), [(0, "rare"), (30, "common"), (4, "can't tell")])
def test_planted(count: int, verdict: str) -> None:
    answer = judge(planted_study({"minimax": 0, "non-saturating": count}), limit=0.05)
    assert answer.verdict == verdict
    shown = answer.evidence["non-saturating: runs vanished"]
    assert isinstance(shown, gb.Estimate)
    assert shown.low <= count / 80 <= shown.high
    assert "minimax by -2.9" in answer.sentence
    assert "non-saturating by 2.09" in answer.sentence


def test_few_runs_show_no_rarity() -> None:
    assert judge(planted_study({"non-saturating": 0}, seeds=6), limit=0.05).verdict == "can't tell"


def test_without_the_objective_that_it_asks_of_it_cannot_tell() -> None:
    answer = judge(planted_study({"hinge": 0}), limit=0.05)
    assert answer.sentence == "can't tell: no training of the non-saturating objective is done yet"


def test_vanishing_is_kept_apart_from_failing() -> None:
    answer = judge(planted_study({"minimax": 30, "non-saturating": 0}), limit=0.05)
    rows = {
        row[0]: list(row[1:]) for row in next(g for g in answer.grids if g.title == "Vanishing is not failing").rows
    }
    assert rows == {"minimax": [0, 30, 50, 0], "non-saturating": [0, 0, 80, 0]}


def test_what_steps_say() -> None:
    falling = told([1.0] * 10 + [1e-3] * 90, [1.0] * 10, [1e-3] * 100)
    assert (falling["vanished"], falling["weak"], falling["exploded"]) == (90, 90, 0)
    assert falling["score"] == pytest.approx(-3.0)
    assert falling["least"] == pytest.approx(-3.0)
    growing = told([1.0] * 50 + [1e3] * 50, [-1.0] * 6, [1e-3] * 50 + [1e-4] * 50)
    assert (growing["vanished"], growing["exploded"]) == (0, 50)
    assert (growing["direction"], growing["uphill"], growing["move"]) == (-1.0, 1.0, pytest.approx(0.1))


def test_a_gradient_of_exactly_nothing_or_of_no_number_is_counted() -> None:
    gone, lost = told([1.0] * 10 + [0.0] * 10, [0.0], [0.0] * 20), told([1.0] * 10 + [math.nan] * 10, [0.0], [1.0] * 20)
    assert (gone["vanished"], lost["exploded"]) == (10, 10)
    assert all(math.isfinite(value) for value in (*gone.values(), *lost.values()))


def test_the_gradient_of_transport_is_the_slope_of_w1() -> None:
    """Against the difference quotient of exact distances, along the gradient itself."""
    tiny = {"steps": 1, "generator.channels": 8, "generator.layers": 1, "critic.channels": 8}
    with training("toy:ring", tiny, 3) as played:
        session = played.session
        real, _ = session.held_out.feed.take(np.arange(64))
        batch = Batch(real, None, latents(0, "fixed", count=64, size=session.deck.latent))
        found = transport_gradient(session, batch)

        def moved(by: float) -> float:
            with torch.no_grad():
                for weight, slope in zip(session.game.generator.parameters(), found, strict=True):
                    weight += by * slope
                made = generate(session.game.generator, batch.latents, None)
            return wasserstein(made.double().numpy(), real.double().numpy()).value

        step, size = 1e-3, float(flat(found).norm())
        there = moved(step / size)
        back = moved(-2 * step / size)
        assert (there - back) / (2 * step) == pytest.approx(size, rel=0.02)


def test_a_saturating_gradient_vanishes_before_a_perfect_critic_and_the_other_does_not() -> None:
    slopes = {}
    for name in ("minimax", "nonsaturating", "wasserstein"):
        tiny = {"objective": name, "constraint": "none", "generator.channels": 8, "critic.channels": 8}
        with training("toy:ring", tiny, 3) as played:
            session = played.session
            real, _ = session.held_out.feed.take(np.arange(32))
            batch = Batch(real, None, latents(0, "fixed", count=32, size=session.deck.latent))
            plain = float(flat(generator_gradient(session, batch)).norm())
            with torch.no_grad():  # a critic that is sure that what is made is made
                list(session.game.critic.parameters())[-1].sub_(20.0)
            slopes[name] = float(flat(generator_gradient(session, batch)).norm()) / plain
    assert slopes["minimax"] < 1e-6
    assert slopes["nonsaturating"] > 1
    assert slopes["wasserstein"] == pytest.approx(1.0)


def test_real(tmp_path: Path) -> None:
    how = {"seeds": range(1), "steps": 12, "updates": 12, "channels": 8, "jobs": 0}
    answer = vanishing(out=tmp_path / "study", worlds=("toy:ring",), objectives=("minimax",), **how)
    assert answer.verdict == "can't tell"
    found = results(tmp_path / "study")
    assert found.complete
    assert len(found.cells) == 6
    curve = found.trials[found.cells[0], 0].details
    assert curve["marks"][0] == 0
    assert curve["marks"][-1] == 12
    assert all(-1 <= each <= 1 for each in curve["cosines"])
    assert np.nanmax(found.detail("steps")) == 12


def test_the_picture_of_the_theorem(tmp_path: Path) -> None:
    """Samples apart from the real ones: the saturating gradient dies as the critic learns, the other one grows."""
    about = {"part": THEORY, "world": "toy:ring", "representation": None, "critic": "even", "live": 0, "spread": 0.1}
    how = {"steps": 1, "updates": 300, "channels": 32, **about}
    assert trial({**how, "objective": "minimax"}, 0, tmp_path)["score"] < -1
    assert trial({**how, "objective": "non-saturating"}, 0, tmp_path)["score"] > 0.3


def test_sounds(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    world = "speech:yes,no?count=80"
    how = {"seeds": range(1), "sound_steps": 2, "updates": 1, "channels": 8, "jobs": 0}
    vanishing(out=tmp_path / "study", worlds=(world,), representations=("log-mel",), objectives=("hinge",), **how)
    found = results(tmp_path / "study")
    assert found.complete
    assert found.detail("distance")[found.cells.index(f"hinge: in practice, {world}, log-mel"), 0] > 0
    assert len(found.trials[f"hinge: in theory, {world}, untrained", 0].details["norms"]) == 2


def test_an_unknown_objective_is_refused(tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="minimax"):
        vanishing(out=tmp_path / "study", objectives=("minmax",))
