"""`ganbaru distance`: every kind of argument, what is printed, what is refused, what is drawn."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
import soundfile
from commanding import RATE, TINY, Said

from ganbaru.cli.apart import KINDS, number
from ganbaru.distances import Estimate, dual_wasserstein

Say = Callable[..., Said]
Array = np.ndarray[Any, Any]
SHIFT = 2.0


def _value(said: Said) -> float:
    assert said.code == 0, said.err
    return float(said.out.split()[0])


def _cloud(seed: int, shift: float = 0.0, count: int = 120, size: int = 2) -> Array:
    points = np.random.default_rng(seed).standard_normal((count, size))
    points[:, 0] += shift
    return points


def _table(path: str, points: Array, delimiter: str, header: str = "") -> None:
    lines = [delimiter.join(repr(float(value)) for value in row) for row in points]
    Path(path).write_text("\n".join([*([header] if header else []), *lines, ""]), encoding="utf-8")


@pytest.fixture
def clouds(ganbaru: Say) -> Say:
    """Two samples of one Gaussian in the working folder, and one that is shifted by 2."""
    for name, seed, shift in (("a", 0, 0.0), ("again", 1, 0.0), ("shifted", 2, SHIFT)):
        np.save(f"{name}.npy", _cloud(seed, shift))
    return ganbaru


def test_a_shift_is_told_from_chance(clouds: Say) -> None:
    far, near = clouds("distance", "a.npy", "shifted.npy"), clouds("distance", "a.npy", "again.npy")
    estimate, method, sentence = far.out.splitlines()
    assert abs(float(estimate.split()[0]) - SHIFT) < 0.3
    assert "(floor " in estimate
    assert method.startswith("W1 of the distributions")
    assert "units of the data" in sentence
    assert "further apart than two samples of one distribution would be" in sentence
    assert "120 and 120 points in 2 dimensions" in sentence
    assert "not distinguishable from two samples of one distribution" in near.out


def test_the_distance_of_samples_is_a_question_of_its_own(clouds: Say) -> None:
    said = clouds("distance", "a.npy", "again.npy", "--of", "samples")
    assert _value(said) > 0.1
    assert "floor" not in said.out
    assert "these very points" in said.out
    assert "--of distributions" in said.out


def test_every_format_holds_the_same_points(clouds: Say) -> None:
    a = np.load("a.npy")
    np.savez("one.npz", a)
    np.savez("two.npz", first=a, second=a + 1)
    np.save("high.npy", a.reshape(120, 1, 2))
    _table("comma.csv", a, ",", "x,y")
    _table("semicolon.csv", a, ";", '"first";"second"')
    _table("tab.tsv", a, "\t")
    _table("space.txt", a, "  ", "# x y")
    Path("dos.csv").write_bytes(b"\xef\xbb\xbfx, y\r\n" + "\r\n".join(f"{x!r}, {y!r}" for x, y in a.tolist()).encode())
    expected = clouds("distance", "a.npy", "shifted.npy", "--kind", "energy").out.replace("a.npy", "NAME")
    names = ("one.npz", "two.npz:first", "high.npy", "comma.csv", "semicolon.csv", "tab.tsv", "space.txt", "dos.csv")
    for name in names:
        said = clouds("distance", name, "shifted.npy", "--kind", "energy")
        assert said.out.replace(name, "NAME") == expected, said.err
        assert ("(120, 1, 2) is taken as 120 points" in said.err) == (name == "high.npy")


def test_a_row_of_numbers_is_points_on_the_line(ganbaru: Say) -> None:
    np.save("a.npy", np.arange(40))
    _table("b.csv", np.arange(40.0)[:, None] + 3, ",", "value")
    assert _value(ganbaru("distance", "a.npy", "b.csv", "--of", "samples")) == 3
    np.save("shares.npy", np.full(40, 1 / 40))
    assert "40 and 40 points in 1 dimension)" in ganbaru("distance", "shares.npy", "shares.npy", "--kind", "js").out


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"w1", "dual"}))
def test_every_kind_sees_the_shift_and_not_chance(kind: str, clouds: Say) -> None:
    for other, distinguishable in (("shifted.npy", True), ("a.npy", False)):
        document = json.loads(clouds("distance", "a.npy", other, "--kind", kind, "--json").out)
        assert document["kind"] == kind
        assert document["distinguishable"] is distinguishable
        assert document["sentence"].endswith("(120 and 120 points in 2 dimensions).")


def test_a_critic_can_be_asked(ganbaru: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(dual_wasserstein, critic="1-lipschitz", steps=200, batch=32, width=16)
    monkeypatch.setattr("ganbaru.distances.dual_wasserstein", quick)
    np.save("a.npy", _cloud(0, count=80))
    np.save("b.npy", _cloud(1, 10.0, count=80))
    said = ganbaru("distance", "a.npy", "b.npy", "--kind", "dual")
    assert 5 < _value(said) < 11
    assert "A critic finds a.npy and b.npy to be at least" in said.out


def test_json_is_the_only_thing_on_stdout(clouds: Say) -> None:
    said = clouds("distance", "a.npy", "shifted.npy", "--json", "--seed", "3", "--confidence", "0.8", "--plot", "p.svg")
    document = json.loads(said.out)
    assert document["schema"] == "ganbaru.distance/1"
    assert document["a"] == {"path": "a.npy", "kind": "array", "points": 120, "dimensions": 2}
    assert document["b"]["path"] == "shifted.npy"
    assert document["distinguishable"] is True
    assert document["plot"] == "p.svg"
    estimate = Estimate.from_json(document["estimate"])
    assert estimate.confidence == 0.8
    assert estimate.low < estimate.value < estimate.high
    assert "a.npy is an array" in said.err
    assert clouds("distance", "a.npy", "shifted.npy", "--quiet").err == ""


def test_equal_seeds_give_equal_numbers(clouds: Say) -> None:
    first, again, other = (
        clouds("distance", "toy:grid", "a.npy", "--kind", "sliced", "--seed", seed).out for seed in ("4", "4", "5")
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("x,y\n", "is empty"),
        ("x,y\n1,2\n3,four\n", "line 3, column 2 is 'four'"),
        ("1,2\n\n3,\n", "line 3, column 2 is empty"),
        ("1,2\n3,nan\n", "line 2, column 2 is nan"),
        ("1;2\n-inf;1\n", "line 2, column 1 is -inf"),
        ("1,2\n1,2,3\n", "line 2 has 3 columns where others have 2"),
        ("1,x\n1,2\n", "line 1, column 2 is 'x'"),
    ],
)
def test_a_bad_cell_is_named(content: str, said: str, clouds: Say) -> None:
    Path("bad.csv").write_text(content, encoding="utf-8")
    answer = clouds("distance", "a.npy", "bad.csv")
    assert answer.code == 1
    assert "bad.csv" in answer.complaint
    assert said in answer.complaint
    assert answer.out == ""


def _bad_arrays() -> dict[str, str]:
    """Files that are no points, and what is to be said of each."""
    holed, pickled = _cloud(0), np.array([{"a": 1}], dtype=object)
    holed[6, 1] = np.nan
    np.save("holed.npy", holed)
    np.save("pickled.npy", pickled, allow_pickle=True)
    np.savez("pickled.npz", pickled)
    np.save("empty.npy", np.zeros((0, 2)))
    np.save("lone.npy", np.float64(3))
    np.save("complex.npy", holed * 1j)
    np.save("words.npy", np.array(["a", "b"]))
    np.save("wide.npy", _cloud(0, size=5))
    np.save("few.npy", _cloud(0, count=5))
    np.savez("two.npz", first=holed, second=holed)
    np.savez("none.npz")
    Path("cut.npy").write_bytes(Path("wide.npy").read_bytes()[:-100])
    Path("cut.npz").write_bytes(Path("two.npz").read_bytes()[:-100])
    Path("noise.npy").write_bytes(b"\x80\x04" + bytes(range(200)))
    Path("noise.csv").write_bytes(b"\xff\xfe\x00")
    Path("song.mp3").write_bytes(b"ID3")
    Path("nothing").mkdir()
    return {
        "holed.npy": "row 7, column 2 is nan",
        "pickled.npy": "Python objects",
        "pickled.npz": "Python objects",
        "empty.npy": "is empty",
        "lone.npy": "is empty: its shape is ()",
        "complex.npy": "complex128",
        "words.npy": "not numbers",
        "wide.npy": "points of 2 dimensions, wide.npy of 5",
        "few.npy": "too small",
        "two.npz": "two.npz:NAME, one of first, second",
        "two.npz:frist": "did you mean 'first'?",
        "none.npz": "holds no array",
        "cut.npy": "cannot be read",
        "cut.npz": "cannot be read",
        "noise.npy": "noise.npy",
        "noise.csv": "is no text",
        "song.mp3": "no file of numbers",
        "nothing": "nothing",
        "nowhere.npy": "there is nothing at nowhere.npy",
        "nowhere.npz:a": "there is nothing at nowhere.npz:a",
        "toy:rong": "did you mean 'ring'?",
    }


def test_what_cannot_be_read_is_said_in_one_line(clouds: Say) -> None:
    for name, said in _bad_arrays().items():
        answer = clouds("distance", "a.npy", name)
        assert answer.code == 1, name
        assert said in answer.complaint
        assert answer.out == ""
        assert "a fault in ganbaru" not in answer.complaint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "slicd"], "did you mean 'sliced'?"),
        (["--of", "sample"], "did you mean 'samples'?"),
        (["--of", "samples", "--kind", "kernel"], "always of distributions"),
        (["--count", "30"], "--count is for runs and worlds"),
        (["--plot", "p.pdf"], "did you mean '.png'?"),
    ],
)
def test_options_that_do_not_fit_are_named(words: list[str], said: str, clouds: Say) -> None:
    answer = clouds("distance", "a.npy", "again.npy", *words)
    assert answer.code == 1
    assert said in answer.complaint
    assert answer.out == ""


def test_bins_in_many_dimensions_are_refused(ganbaru: Say) -> None:
    np.save("a.npy", _cloud(0, size=9))
    assert "9 dimensions" in ganbaru("distance", "a.npy", "a.npy", "--kind", "tv").complaint


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a.npy"],
        ["a.npy", "a.npy", "--seed", "-1"],
        ["a.npy", "a.npy", "--confidence", "1"],
        ["a", "a", "--count", "0"],
    ],
)
def test_wrong_usage_ends_in_2(words: list[str], clouds: Say) -> None:
    assert clouds("distance", *words).code == 2


def _high(folder: Path, count: int) -> Path:
    """Tones of 1.5 kHz and more."""
    folder.mkdir()
    time = np.arange(RATE // 4) / RATE
    for index in range(count):
        soundfile.write(folder / f"{index}.wav", 0.5 * np.sin(2 * np.pi * (1500 + 40 * index) * time), RATE)
    return folder


def _content(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


def test_folders_of_sounds_are_compared_in_decibels(ganbaru: Say, sounds: Path, tmp_path: Path) -> None:
    high = _high(tmp_path / "high", 16)
    (high / "broken.wav").write_bytes(b"RIFF0000")
    before = _content(sounds), _content(high)
    far, same = ganbaru("distance", sounds, high), ganbaru("distance", sounds, sounds)
    assert "left out: broken.wav" in far.err
    assert " dB of log-mel statistics" in far.out
    assert "further apart" in far.out
    assert "16 and 16 points in 85 dimensions" in far.out
    assert "not distinguishable" in same.out
    assert _value(far) > 10 > _value(same)
    assert (_content(sounds), _content(high)) == before
    np.save("flat.npy", _cloud(0))
    mixed = ganbaru("distance", sounds, "flat.npy")
    assert mixed.code == 1
    assert "a sound is 85 numbers here" in mixed.complaint


def test_a_run_is_compared_by_what_it_generates(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", "--quiet", *TINY).code == 0
    before = _content(Path("r"))
    said = ganbaru("distance", "r", "toy:ring", "--count", "50", "--json", "--plot", "p.svg")
    document = json.loads(said.out)
    assert document["a"] == {"path": "r", "kind": "run", "points": 50, "dimensions": 2}
    assert document["b"]["kind"] == "world"
    assert document["distinguishable"] is True
    assert "step" in [element.text for element in fromstring(Path("p.svg").read_text(encoding="utf-8")).iter()]
    np.save("few.npy", _cloud(0, count=30))
    assert "30 and 30 points" in ganbaru("distance", "few.npy", "r").out
    assert "not distinguishable" in ganbaru("distance", "r", "r", "--count", "100").out
    assert _content(Path("r")) == before


@pytest.mark.long
def test_a_run_of_sounds_decides_their_rate_and_length(ganbaru: Say, sounds: Path) -> None:
    assert ganbaru("fit", sounds, "--rate", str(RATE), "--out", "r", "--quiet", *TINY).code == 0
    said = ganbaru("distance", sounds, "r")
    assert "8,000 Hz" in said.err
    assert "16 and 16 points in 85 dimensions" in said.out
    assert "further apart" in said.out
    assert ganbaru("fit", sounds, "--rate", "4000", "--out", "slow", "--quiet", *TINY).code == 0
    assert "compare runs of one rate" in ganbaru("distance", "r", "slow").complaint


def test_the_picture_names_both_whatever_their_letters(ganbaru: Say) -> None:
    Path("of").mkdir()
    for name, seed in (("<b>.csv", 0), ("of/ä & 'ö'.csv", 1)):
        _table(name, _cloud(seed, count=30), ",")
    for ending in ("svg", "png", "html"):
        assert ganbaru("distance", "<b>.csv", "of/ä & 'ö'.csv", "--kind", "energy", "--plot", f"p.{ending}").code == 0
    svg = Path("p.svg").read_text(encoding="utf-8")
    words = " ".join(element.text or "" for element in fromstring(svg).iter())
    assert "<b>.csv" in words
    assert "of/ä & 'ö'.csv" in words
    assert "<b>" not in svg
    assert "<b>" not in Path("p.html").read_text(encoding="utf-8")
    assert Path("p.png").read_bytes().startswith(b"\x89PNG")


def test_help_imports_nothing_heavy_and_names_every_kind() -> None:
    code = (
        "import sys; from ganbaru.cli.app import run; run(['distance', '--help']); "
        "print([name for name in ('torch', 'numpy', 'scipy', 'numba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *shown, heavy = done.stdout.splitlines()
    assert heavy == "[]"
    assert all(kind in " ".join(shown) for kind in KINDS)


def test_tiny_and_huge_numbers_keep_their_digits(ganbaru: Say) -> None:
    for scale in (1e-9, 1e12):
        np.save("a.npy", scale * _cloud(0))
        np.save("b.npy", scale * _cloud(1, SHIFT))
        said = ganbaru("distance", "a.npy", "b.npy", "--kind", "sliced")
        assert 0.5 < _value(said) / scale < 2
        assert "0.000" not in said.out
    assert number(float("inf")) == "∞"


def test_names_that_people_know_are_aliases(ganbaru: Say) -> None:
    np.save("a.npy", _cloud(0))
    np.save("b.npy", _cloud(1, SHIFT))
    assert (
        ganbaru("distance", "a.npy", "b.npy", "--kind", "mmd").out
        == ganbaru("distance", "a.npy", "b.npy", "--kind", "kernel").out
    )
