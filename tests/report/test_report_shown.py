"""What shows a finding beside its curves: samples beside real ones, and the stretch of a bad sound."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import ganbaru as gb
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.report import examined
from ganbaru.report.facts import Facts, gather
from ganbaru.report.samples import beside_real
from ganbaru.report.stretches import LOOKS, stretch

NASTY = '<script>alert(1)</script>"&.wav'


def excerpt(cause: str = "clipped", **parts: Any) -> dict[str, Any]:
    """A short waveform with one place marked."""
    waves = np.sin(np.arange(50)).round(3).tolist()
    whole = {"cause": cause, "file": NASTY, "start": 1.5, "seconds": 0.02, "low": waves, "high": waves}
    return {**whole, "marks": [[1.505, 1.506]], "level": 0.1, **parts}


def facts_of(made: np.ndarray, real: np.ndarray, *, rate: int) -> Facts:
    """A run of which only samples are known."""

    def files(samples: np.ndarray) -> dict[str, bytes]:
        if rate == 0:
            rows = "\n".join(f"{x},{y}" for x, y in samples)
            return {"points.csv": f"x,y\n{rows}\n".encode()}
        return {f"{index:02d}-a.wav": _wav(sound, rate) for index, sound in enumerate(samples)}

    known = {"steps": [], "measures": [], "layers": {}, "events": [], "quality": {}, "damaged": []}
    run = gb.Run(Path("runs/first"), {})
    sets = {0: files(real), 7: files(made)}
    findings = Findings([Finding("mode-collapse", "found")])
    return Facts(run=run, document={"source": {"rate": rate}}, findings=findings, sets=sets, real=files(real), **known)


def _wav(sound: np.ndarray, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format="WAV")
    return file.getvalue()


def test_points_of_a_collapse_stand_beside_real_ones_and_those_beyond_are_counted() -> None:
    real = np.random.default_rng(0).normal(size=(300, 2))
    made = np.zeros((20, 2))
    made[:3] = 1e6
    page = examined.section(facts_of(made, real, rate=0))
    assert "points at step 7" in page
    assert page.count('aria-roledescription="circle"') == 300 + 17
    assert "3 of 20 generated points lie beyond this picture." in page


def test_sounds_of_a_collapse_stand_in_a_grid_beside_real_ones() -> None:
    real = 0.5 * np.random.default_rng(0).normal(size=(12, 4000)).clip(-1, 1)
    made = np.repeat(real[:1], 12, axis=0)
    page = examined.section(facts_of(made, real, rate=8000))
    assert "sounds at step 7" in page
    generated, others = (part.split("<img")[1:] for part in page.split('class="samples"')[1:])
    assert len(generated) == len(others) == 8
    assert len({each.partition("alt")[0] for each in generated}) == 1
    assert len({each.partition("alt")[0] for each in others}) == 8
    assert len(page) < 150_000


def test_silence_is_dark_beside_real_sounds() -> None:
    real = np.sin(np.arange(8000) * 0.3).reshape(2, 4000)
    quiet, silent = (facts_of(gain * real, real, rate=8000) for gain in (1.0, 0.0))
    assert beside_real(quiet).count(beside_real(quiet).split('src="')[1].partition('"')[0]) == 2
    assert len(beside_real(silent)) < len(beside_real(quiet))


def test_without_samples_there_is_no_picture() -> None:
    bare = replace(facts_of(np.zeros((2, 2)), np.zeros((2, 2)), rate=0), sets={})
    assert beside_real(bare) == ""
    assert "points at step" not in examined.section(bare)


@pytest.mark.parametrize("cause", sorted(LOOKS))
def test_a_stretch_is_drawn_small_and_its_name_runs_nothing(cause: str) -> None:
    drawn = stretch(excerpt(cause))
    assert "<svg" in drawn
    assert "<script" not in drawn
    assert "style=" not in drawn
    assert len(drawn) < 10_000
    assert LOOKS[cause].mark in drawn
    assert LOOKS[cause].level in drawn
    assert drawn.count("<rect") == 1


def test_a_mark_lies_where_it_was_found() -> None:
    rect = re.search("<rect[^>]*>", stretch(excerpt(marks=[[1.51, 1.52]])))
    assert rect is not None
    left, width = (float(re.findall(f' {name}="([0-9.]+)"', rect[0])[0]) for name in ("x", "width"))
    assert left == pytest.approx(44 + 254 / 2, abs=0.1)
    assert width == pytest.approx(254 / 2, abs=0.1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": []},
        {"low": [0.0]},
        {"high": ["a"] * 50},
        {"low": [1e300] * 50},
        {"seconds": 0.0},
        {"start": None},
        {"marks": [[1.0]]},
        {"marks": 3},
        {"level": "x"},
    ],
)
def test_what_is_no_excerpt_shows_nothing_and_stops_nothing(wrong: dict[str, Any]) -> None:
    facts = replace(facts_of(np.zeros((2, 2)), np.ones((2, 2)), rate=0), excerpts=[excerpt(**wrong)])
    page = examined.section(replace(facts, findings=Findings([Finding("clipped", "found")])))
    assert "cut off" in page  # what the cause means
    assert "<svg" not in page


def test_excerpts_of_the_run_are_shown_with_their_findings(point_run: gb.Run) -> None:
    before = {path: path.read_bytes() for path in point_run.path.glob("*.json")}
    point_run.write_json("findings", Findings([Finding("silence", "found", files=(NASTY,))]).to_json())
    point_run.write_json("excerpts", {"excerpts": [3, {}, excerpt("clipped"), excerpt("silence")]})
    try:
        page = gb.report(point_run).html
        assert "the whole sound of " in page
        assert "the worst moment" not in page
        assert NASTY not in page
        point_run.write_json("excerpts", {"excerpts": {}})
        assert gather(point_run).excerpts == []
    finally:
        for path in point_run.path.glob("*.json"):
            path.unlink() if path not in before else path.write_bytes(before[path])
