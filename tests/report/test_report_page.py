"""What the report promises: it holds what was measured, needs nothing beside it, and runs no script but its own."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

import ganbaru as gb
from ganbaru.report import build
from ganbaru.report.markup import Markup, join, tag
from ganbaru.report.words import wording

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><svg onload=alert(1)>",
    "&lt;b&gt;",
    "\u202e",
]


class Seen(HTMLParser):
    """Counts what a browser would act upon."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_the_page_needs_nothing_beside_it(sound_run: gb.Run) -> None:
    seen = Seen(build(sound_run).html)
    loading = [value for name, value in seen.attributes if name in ("src", "href", "srcset", "action", "data")]
    assert loading
    assert all(value.startswith("data:image/png;base64,") for value in loading)


def test_the_policy_names_the_very_style_and_script(sound_run: gb.Run) -> None:
    page = build(sound_run).html
    policy = next(value for name, value in Seen(page).attributes if name == "content" and "default-src" in value)
    for name in ("style", "script"):
        (body,) = re.findall(f"<{name}>(.*?)</{name}>", page, flags=re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_names_of_labels_run_nothing(sound_run: gb.Run) -> None:
    page = build(sound_run).html
    seen = Seen(page)
    assert sound_run.document["source"]["label_names"]
    assert seen.tags.count("script") == 1
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("text", NASTY)
def test_text_stays_text_wherever_it_is_put(text: str) -> None:
    seen = Seen(tag("p", text, title=text, data_x=text) + join([text]))
    assert seen.tags == ["p"]
    assert seen.attributes == [("title", text), ("data-x", text)]


def test_markup_is_not_escaped_twice() -> None:
    assert tag("b", tag("i", "&")) == "<b><i>&amp;</i></b>"
    assert isinstance(tag("p"), Markup)
    assert tag("input", checked=True, disabled=False, id=None) == "<input checked>"


def test_distances_over_the_embedding_stand_in_the_full_measurement_only_and_deny_their_namesakes(
    sound_run: gb.Run,
) -> None:
    measured = sound_run.read_json("quality")
    assert measured is not None
    names = {"kernel_log_mel": "not KAD", "frechet_log_mel": "not FAD"}
    assert set(names) <= set(measured["figures"])
    assert not any(set(names) & set(line) for line in sound_run.metrics.read())
    page = build(sound_run).html
    for name, denial in names.items():
        assert str(tag("th", wording(name).name, scope="row")) in page
        assert wording(name).value(measured["figures"][name]["value"]) in page
        assert denial in page
    assert wording("frechet_log_mel").value(3.25) == "3.25 dB²"


def test_the_figures_are_those_measured(sound_run: gb.Run) -> None:
    page = build(sound_run).html
    measured = sound_run.read_json("quality")
    assert measured is not None
    assert f"{measured['figures']['diversity']['value']:.1%}" in page
    for sentence in measured["verdicts"]:
        assert str(tag("li", sentence)) in page


def test_a_player_for_every_sound_of_the_listening_set(sound_run: gb.Run) -> None:
    page = build(sound_run).html
    stored = [data for name in sound_run.samples() for data in sound_run.read_samples(name).values()]
    assert len(stored) == 4 * 4  # real, untrained, step 2, step 4
    for data in stored:
        assert base64.b64encode(data).decode() in page


def test_points_are_drawn_instead_of_played(point_run: gb.Run) -> None:
    page = build(point_run).html
    assert "<svg" in page
    assert 'id="listen"' not in page
    assert "modes covered" in page


def test_equal_runs_give_equal_pages(sound_run: gb.Run) -> None:
    assert build(sound_run).html == gb.report(sound_run.path).html


def test_a_damaged_file_is_named_and_the_rest_is_shown(sound_run: gb.Run, tmp_path: Path) -> None:
    shutil.copytree(sound_run.path, tmp_path / "run")
    wav = next((tmp_path / "run" / "samples" / "step-000002").glob("*.wav"))
    wav.write_bytes(wav.read_bytes()[:-3] + b"???")
    page = build(tmp_path / "run").html
    assert wav.name in page
    assert "step 4" in page


def test_an_unmeasured_run_is_reported_too(tmp_path: Path, point_run: gb.Run) -> None:
    fresh = gb.Run.create(tmp_path / "fresh", {key: v for key, v in point_run.document.items() if key != "check"})
    assert "not measured yet" in build(fresh).html


def test_it_is_saved_into_the_run_or_where_it_is_told(point_run: gb.Run, tmp_path: Path) -> None:
    assert build(point_run).save() == point_run.path / "report.html"
    elsewhere = build(point_run).save(tmp_path / "deep" / "page.html")
    assert elsewhere.read_text(encoding="utf-8") == build(point_run).html
    assert [file.name for file in elsewhere.parent.iterdir()] == ["page.html"]


def test_what_is_no_run_is_refused() -> None:
    with pytest.raises(gb.UserError, match="no run"):
        build("/nonexistent")
