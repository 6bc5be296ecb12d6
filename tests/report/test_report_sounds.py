"""Laws of the players: equally loud, pictured, and never too much for one page."""

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
import soundfile

import ganbaru as gb
from ganbaru.report import build, players
from ganbaru.report.facts import gather, spread
from ganbaru.report.pictures import closer, spectrogram
from ganbaru.signal.loudness import loudness

RATE = 8000
TIME = np.arange(RATE // 2) / RATE


def _tone(hertz: float, amplitude: float) -> Any:
    return amplitude * np.sin(2 * np.pi * hertz * TIME)


def test_every_player_has_the_gain_that_makes_it_as_loud_as_the_others(sound_run: gb.Run) -> None:
    players_of = re.findall('data-wav="(.*?)" data-gain="(.*?)"', build(sound_run).html)
    sounds = [float(gain) * soundfile.read(io.BytesIO(base64.b64decode(wav)))[0] for wav, gain in players_of]
    levels = [loudness(sound, RATE, block=0.1) for sound in sounds]
    assert len(levels) == 16
    assert max(levels) - min(levels) < 0.1
    assert max(np.abs(sound).max() for sound in sounds) <= 1


def test_a_small_picture_is_small() -> None:
    assert spectrogram(_tone(500, 0.1), RATE).startswith("data:image/png;base64,")
    assert len(spectrogram(np.random.default_rng(0).normal(size=10 * RATE), RATE)) < 20_000


def test_large_pictures_are_folded_away_with_their_names_as_text() -> None:
    folded = closer({"a <b>": _tone(500, 0.1), "made": _tone(300, 0.1)}, RATE)
    assert folded.startswith("<details><summary>with axes: a &lt;b&gt; · made</summary>")
    assert folded.count('role="img"') == 2
    assert "<b>" not in folded


def test_the_first_real_and_the_last_generated_sound_have_axes(sound_run: gb.Run) -> None:
    page = build(sound_run).html
    (said,) = re.findall("<summary>with axes: (.*?)</summary>", page)
    assert [name.rpartition(", ")[2] for name in said.split(" · ")] == ["real", "step 4"]
    assert page.count('role="img" viewBox=') == 2


def test_a_page_holds_only_so_many_bytes_of_sound(sound_run: gb.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = gather(sound_run)
    one = len(next(iter(facts.real.values())))
    monkeypatch.setattr(players, "_SOUND_BYTES", 9 * one)
    fewer_steps = players.table(facts)
    assert fewer_steps.count('class="sound') == 8  # real and the last step
    assert "2 of the steps" in fewer_steps
    monkeypatch.setattr(players, "_SOUND_BYTES", 3 * one)
    fewer_rows = players.table(facts)
    assert fewer_rows.count('class="sound') == 2
    assert "3 of the 4 sounds" in fewer_rows


@pytest.mark.parametrize(("count", "kept"), [(1, [0]), (2, [0, 9]), (3, [0, 4, 9]), (20, list(range(10)))])
def test_steps_are_spread_from_first_to_last(count: int, kept: list[int]) -> None:
    assert spread(list(range(10)), count) == kept or count == 1
