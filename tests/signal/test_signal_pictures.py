"""Laws of pictures: what is drawn stands where its axes say, as bright as it is loud, however long the sound is."""

import base64
import re
import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.errors import UserError
from ganbaru.signal import raster
from ganbaru.signal.axes import Frequency, amplitude_axis, frequency_axis, level_axis, time_axis
from ganbaru.signal.framing import check
from ganbaru.signal.pictures import What, draw
from ganbaru.signal.raster import ceiling_of, hop_of, image, levels, peaks, png

RATE = 16_000
KINDS, SCALES = get_args(What), get_args(Frequency)
SVG = "{http://www.w3.org/2000/svg}"


def _tone(hertz: float, *, seconds: float = 1.0, rate: int = RATE) -> Any:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def _parsed(picture: Any) -> Any:
    return ElementTree.fromstring(picture.svg)


def _words(root: Any) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


def _word(root: Any, words: str, along: str) -> float:
    """Where a tick's words stand."""
    (found,) = [element for element in root.iter(f"{SVG}text") if element.text == words]
    return float(found.get(along))


def _raster(root: Any) -> tuple[Any, dict[str, float]]:
    """The shades of the spectrogram, and its place."""
    element = next(root.iter(f"{SVG}image"))
    return _shades(element.get("href")), {key: float(element.get(key)) for key in ("x", "y", "width", "height")}


def _shades(uri: str) -> Any:
    """The shades of a palette PNG of filter "Sub", its checksums checked."""
    data = base64.b64decode(uri.partition("base64,")[2])
    chunks, at = {}, 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + size
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    assert (rows[:, 0] == 1).all()
    return np.cumsum(rows[:, 1:], axis=1, dtype=np.uint8)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_a_tone_stands_at_its_tick(scale: Frequency, rate: int) -> None:
    root = _parsed(draw(np.zeros(rate), rate, frequency=scale))
    written = [int(words[:-4]) for words in _words(root) if words.endswith(" kHz")]
    assert scale == "linear" or 1 in written
    for kilohertz in written:
        shades, place = _raster(_parsed(draw(_tone(1_000 * kilohertz, rate=rate), rate, frequency=scale)))
        row = int(shades[:, shades.shape[1] // 2].argmax())
        y = place["y"] + (row + 0.5) * place["height"] / len(shades)
        assert kilohertz == rate / 2_000 or abs(y - _word(root, f"{kilohertz} kHz", "y")) <= 1


@pytest.mark.parametrize("scale", SCALES)
def test_a_click_stands_at_its_tick(scale: Frequency) -> None:
    click = np.zeros(2 * RATE)
    click[RATE // 2] = 1.0
    root = _parsed(draw(click, RATE, frequency=scale))
    tick = _word(root, "0.5 s", "x")
    shades, place = _raster(root)
    column = int(shades.sum(axis=0, dtype=int).argmax())
    assert abs(place["x"] + (column + 0.5) * place["width"] / shades.shape[1] - tick) <= 1
    (outline,) = [path.get("d") for path in root.iter(f"{SVG}path") if "L" in path.get("d")]
    points = np.array([[float(part) for part in point.split(",")] for point in outline[1:].split("L")])
    assert abs(points[points[:, 1].argmin(), 0] - tick) <= 1


def test_both_panels_have_one_axis_of_time() -> None:
    root = _parsed(draw(_tone(440), RATE))
    marks = [path.get("d") for path in root.iter(f"{SVG}path") if re.fullmatch(r"M[\d.]+,[\d.]+v4", path.get("d"))]
    upper, lower = ([mark[1:].split(",")[0] for mark in marks[start::2]] for start in (0, 1))
    assert upper == lower
    assert len(upper) >= 3
    _, place = _raster(root)
    assert float(upper[0]) == place["x"] == _word(root, "0 s", "x")
    assert float(upper[-1]) == pytest.approx(place["x"] + place["width"]) == _word(root, "1 s", "x")


@pytest.mark.parametrize("scale", SCALES)
@settings(deadline=None)
@given(st.floats(-50, 20), st.integers(8, 200))
def test_a_sine_of_amplitude_one_is_zero_decibel(scale: Frequency, decibel: float, bin_number: int) -> None:
    tone = 10 ** (decibel / 20) * _tone(bin_number * RATE / 512, seconds=0.2)
    _, level = levels(tone.astype(np.float32), rate=RATE, frequency=scale, columns=90, rows=70)
    assert level.max() == pytest.approx(decibel, abs=0.05)
    assert level[:, 45].max() == pytest.approx(decibel, abs=0.05)


def test_a_louder_sound_has_the_same_picture() -> None:
    pictures = []
    for amplitude in (0.1, 0.9):
        sound = (amplitude * _tone(500)).astype(np.float32)
        _, level = levels(sound, rate=RATE, frequency="mel", columns=160, rows=80)
        pictures.append(_shades(image(level, ceiling_db=ceiling_of(level), range_db=70)).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 1


def test_pictures_of_one_ceiling_can_be_compared() -> None:
    loud, quiet = (
        _raster(_parsed(draw(amplitude * _tone(1_000), RATE, ceiling_db=0, range_db=60)))[0].max()
        for amplitude in (1.0, 0.1)
    )
    assert loud == 255
    assert quiet == pytest.approx(255 * 40 / 60, abs=1)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 10_000))
def test_a_pixel_is_the_loudest_of_what_falls_into_it(points: int, pixels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, at = rng.normal(size=(points, 2)), np.sort(rng.uniform(size=points))
    edges = np.linspace(rng.uniform(-0.2, 0.4), rng.uniform(0.6, 1.2), pixels + 1)
    drawn = peaks(values, at, edges)
    for pixel, (low, high) in enumerate(pairwise(edges)):
        line = [np.interp((low + high) / 2, at, curve) for curve in values.T]
        expected = np.vstack([line, values[(at >= low) & (at < high)]]).max(axis=0)
        assert drawn[pixel] == pytest.approx(expected)


@pytest.mark.parametrize("seconds", [0.3, 7.0])
@pytest.mark.parametrize("frames", [{}, {"n_fft": 1_009}, {"n_fft": 400, "hop": 7}])
def test_taking_a_sound_in_pieces_changes_nothing(
    seconds: float, frames: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.random.default_rng(0).normal(size=round(seconds * RATE)).astype(np.float32)
    _, whole = levels(sound, rate=RATE, frequency="mel", columns=100, rows=40, **frames)
    monkeypatch.setattr(raster, "_SAMPLES_AT_ONCE", 3_000)
    _, pieces = levels(sound, rate=RATE, frequency="mel", columns=100, rows=40, **frames)
    assert pieces == pytest.approx(whole, abs=1e-3)


@given(st.integers(1, 10**6), st.integers(3, 4_096), st.integers(1, 1_600))
def test_no_column_is_left_without_a_frame_unless_frames_are_close(samples: int, n_fft: int, columns: int) -> None:
    hop = hop_of(samples, n_fft, columns)
    check(n_fft, hop)
    assert hop * columns <= samples or hop == max(1, n_fft // 8)


def test_a_click_survives_in_ten_minutes() -> None:
    sound = np.zeros(600 * 8_000, dtype=np.float32)
    sound[4_321_000] = 1.0
    shades, _ = _raster(_parsed(draw(sound, 8_000)))
    assert np.flatnonzero(shades.max(axis=0)).tolist() == [4_321_000 * shades.shape[1] // len(sound)]


def test_the_largest_picture_of_the_richest_sound_has_less_than_300_kilobytes() -> None:
    rng = np.random.default_rng(0)
    sound = rng.normal(size=8 * RATE) * 10 ** rng.uniform(-4, 0, size=8 * RATE)
    picture = draw(sound, RATE, width=4_000, height=4_000, range_db=20, title="題" * 1_000)
    assert len(picture.svg.encode()) < 300_000


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("samples", [1, 2, 3, 50, 1_000])
def test_silence_and_the_shortest_sounds_are_drawn(what: What, scale: Frequency, samples: int) -> None:
    for sound in (np.zeros(samples), np.ones(samples), np.full(samples, -1e-30), np.full(samples, 1e25)):
        root = _parsed(draw(sound, RATE, what=what, frequency=scale))
        assert len(_words(root)) >= 4
        assert not [path for path in root.iter(f"{SVG}path") if "nan" in path.get("d")]


def test_silence_is_dark() -> None:
    shades, _ = _raster(_parsed(draw(np.zeros(RATE), RATE)))
    assert not shades.any()


def test_each_kind_has_its_panels() -> None:
    images = {what: len(list(_parsed(draw(_tone(440), RATE, what=what)).iter(f"{SVG}image"))) for what in KINDS}
    assert images == {"both": 2, "spectrogram": 2, "waveform": 0}  # the raster and the scale of its colours


def test_arrays_and_tensors_give_one_picture() -> None:
    sound = _tone(440).astype(np.float32)
    expected = draw(sound, RATE).svg
    kept = sound.copy()
    for given_sound in (sound[None], torch.from_numpy(sound), torch.from_numpy(sound)[None].requires_grad_(), kept):
        assert draw(given_sound, RATE).svg == expected
    assert (kept == sound).all()


@given(st.floats(1e-6, 1e6))
def test_times_are_written_at_round_and_different_places(seconds: float) -> None:
    axis = time_axis(seconds)
    _check_ticks(axis, axis.ticks(8), most=9)
    unit = {"ms": 1e-3, "s": 1, "min": 60}
    for place, words in axis.ticks(8):
        number, name = words.split()
        assert place == pytest.approx(float(number) * unit[name] / seconds, rel=1e-4)


@pytest.mark.parametrize("scale", SCALES)
@given(st.floats(100, 1e6))
def test_frequencies_are_written_where_they_stand(scale: Frequency, rate: float) -> None:
    axis = frequency_axis(scale, rate=rate, n_fft=512)
    _check_ticks(axis, axis.ticks(8), most=17)
    for place, words in axis.ticks(8):
        number, name = words.split()
        assert place == pytest.approx(float(axis.place(np.array(float(number) * (1000 if name == "kHz" else 1)))))


@given(st.floats(1e-9, 1e9), st.floats(-100, 20), st.floats(1, 200))
def test_amplitudes_and_levels_have_ticks(reach: float, ceiling: float, span: float) -> None:
    _check_ticks(amplitude_axis(reach), amplitude_axis(reach).ticks(2), most=6)
    _check_ticks(level_axis(ceiling - span, ceiling), level_axis(ceiling - span, ceiling).ticks(6), most=8)
    assert "0" in [words for _, words in amplitude_axis(reach).ticks(2)]


def _check_ticks(axis: Any, ticks: list[tuple[float, str]], *, most: int) -> None:
    places, words = zip(*ticks, strict=True)
    assert 2 <= len(ticks) <= most
    assert len(set(words)) == len(words)
    assert -1e-6 <= places[0] < places[-1] <= 1 + 1e-6
    assert list(places) == sorted(places)
    assert axis.edges(4)[[0, -1]] == pytest.approx([axis.low, axis.high], abs=1e-6 * axis.high)


@pytest.mark.parametrize(
    ("waveform", "options", "says"),
    [
        (_tone(440), {"what": "spectogram"}, "did you mean 'spectrogram'"),
        (_tone(440), {"frequency": "lin"}, "did you mean 'linear'"),
        (np.zeros(0), {}, "the sound is empty"),
        (np.zeros((1, 0)), {}, "the sound is empty"),
        (np.zeros((2, 9)), {}, r"shape \(2, 9\)"),
        (torch.zeros(1, 1, 9), {}, r"shape \(1, 1, 9\)"),
        (np.float32(1), {}, r"shape \(\)"),
        (np.array([0, np.nan, np.inf]), {}, "sample 1 is nan"),
        (np.array([0, 0, -np.inf]), {}, "sample 2 is -inf"),
        (np.zeros(9, dtype=np.int16), {}, "int16"),
        (np.zeros(9, dtype=np.complex64), {}, "complex64"),
        (_tone(440), {"rate": 0}, "rate 0 Hz"),
        (_tone(440), {"rate": float("nan")}, "rate nan Hz"),
        (_tone(440), {"range_db": 0}, "range 0 dB"),
        (_tone(440), {"ceiling_db": float("inf")}, "ceiling inf dB"),
        (_tone(440), {"width": 10}, "fits 10×380"),
        (_tone(440), {"height": 100}, "fits 720×100"),
        (_tone(440), {"n_fft": 0}, "n_fft 0"),
        (_tone(440), {"n_fft": 512, "hop": 500}, "hop 500"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(waveform: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as refused:
        draw(waveform, **{"rate": RATE, **options})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x>', "a\x00b\x1b\n\tc", "\udcff", "&lt;"])
def test_a_title_stays_text(title: str, tmp_path: Path) -> None:
    picture = draw(_tone(440), RATE, title=title)
    root = ElementTree.fromstring(picture.svg.encode())
    assert not [element.tag for element in root.iter() if "script" in element.tag or "img" in element.tag]
    said = " ".join(re.sub("[\x00\x1b\udcff]", "\ufffd", title).split())
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == f"{said}: waveform and spectrogram"
    assert said in _words(root)
    assert picture.title == said
    assert b"<img" not in picture.save(tmp_path / "page.html").read_bytes()


def test_a_long_title_is_cut_where_it_is_seen_and_whole_where_it_is_heard() -> None:
    root = _parsed(draw(_tone(440), RATE, title="long " * 100))
    assert root[0].text.count("long") == 100
    (seen,) = [words for words in _words(root) if "long" in words]
    assert seen.endswith("…")
    assert len(seen) < 100


def test_an_element_for_any_page() -> None:
    root = _parsed(draw(_tone(440), RATE, title="a tone"))
    assert root.get("role") == "img"
    assert not {name for element in root.iter() for name in element.attrib} & {"id", "style", "class"}
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "text", "path", "image")
    }
    assert root.get("fill") == "currentColor"
    assert not [element for element in root.iter(f"{SVG}text") if element.get("fill")]
    assert all(image.get("href").startswith("data:image/png;base64,") for image in root.iter(f"{SVG}image"))


def test_a_picture_is_saved_as_its_name_ends(tmp_path: Path) -> None:
    picture = draw(_tone(440), RATE, title="a tone")
    svg, page, drawn = (picture.save(tmp_path / "deep" / f"tone{ending}") for ending in (".svg", ".html", ".PNG"))
    assert ElementTree.parse(svg).find(f"{SVG}rect").get("fill") == "#ffffff"  # type: ignore[union-attr]
    assert picture.svg in page.read_text(encoding="utf-8")
    assert drawn.read_bytes() == picture.png()
    with pytest.raises(UserError, match=r"'.jpg' .*known: .html, .png, .svg"):
        picture.save(tmp_path / "tone.jpg")


def test_a_png_has_the_size_asked_for() -> None:
    picture = draw(_tone(440), RATE, width=300, height=250)
    for scale in (1, 1.5):
        data = picture.png(scale)
        assert data.startswith(b"\x89PNG")
        assert struct.unpack(">II", data[16:24]) == (300 * scale, 250 * scale)
    with pytest.raises(UserError, match="scale 0"):
        picture.png(0)


def test_notebooks_show_it() -> None:
    picture = draw(_tone(440), RATE, title="a tone")
    assert picture._repr_html_() == picture.svg
    assert repr(picture) == "Picture('a tone', 720×380)"


def test_shades_are_stored_as_they_are() -> None:
    shades = np.random.default_rng(0).integers(0, 256, size=(7, 11), dtype=np.uint8)
    assert (_shades(png(shades)) == shades).all()
