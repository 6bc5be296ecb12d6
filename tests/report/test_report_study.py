"""The page of a study: what it says, and what a reader can do with it in a real browser."""

import base64
import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import ganbaru as gb
from ganbaru.distances import Estimate
from ganbaru.report import build
from ganbaru.report.graphs import figure
from ganbaru.report.layout import laid_out
from ganbaru.report.scales import Names, scale, written
from ganbaru.studies import Plan, extend_study, results, run_study
from ganbaru.studies.answer import Answer, Graph, Grid, Series, write_answer
from ganbaru.studies.ledger import Ledger
from ganbaru.studies.plan import write_plan

HOSTILE = "<script>alert(1)</script>"
FORMULA = "=2+3"
CELLS = {"plain": 0.0, HOSTILE: 1.0, FORMULA: 2.0}
SEEDS = 4


def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """One is a failure, one collapses, all others have a score of their own."""
    if (settings["level"], seed) == (1.0, 2):
        raise ValueError(f"out of luck {HOSTILE}")
    value = math.nan if (settings["level"], seed) == (2.0, 1) else 1 + settings["level"] + 0.0625 * seed
    return {"score": Estimate(value, value - 0.25, value + 0.25), "cost": 10.0 + seed}


def asked() -> Plan:
    """What the study of these tests asks."""
    cells = {name: {"level": level} for name, level in CELLS.items()}
    return Plan(f"Does the level matter, {HOSTILE}?", "Yes if the interval excludes 0.", cells, range(SEEDS))


def answer(folder: Path) -> Answer:
    """An answer with a graph on names and one on numbers."""
    found = results(folder)
    dots = [(cell, float(score)) for cell, row in zip(found.cells, found.scores, strict=True) for score in row]
    levels = [CELLS[cell] for cell, _ in dots]
    means = [float(np.nanmean(row)) for row in found.scores]
    by_name = Graph(
        "Score by cell",
        "cell",
        "score (dB)",
        [
            Series("runs", [cell for cell, _ in dots], [score for _, score in dots]),
            Series("mean", list(CELLS), means, [mean - 0.1 for mean in means], [mean + 0.1 for mean in means], "line"),
        ],
        levels={"real against real": 0.5},
    )
    curve = Series(
        "band", [0.0, 1.0, 2.0], means, [mean - 0.3 for mean in means], [mean + 0.3 for mean in means], "band"
    )
    runs = Series(HOSTILE, levels, [score for _, score in dots])
    by_level = Graph("Score by level", "level", "score (dB)", [runs, curve], marks={"present": 1.0}, log_y=True)
    return Answer(
        "data",
        found.plan.question,
        found.plan.rule,
        "still rising",
        f"A level costs 1 dB [0.9, 1.1] {HOSTILE}.",
        {"slope": Estimate(1.0, 0.9, 1.1), "pairs": 4},
        [by_name, by_level],
        [Grid("By cell", ["cell", "mean"], [[cell, mean] for cell, mean in zip(CELLS, means, strict=True)], note="n")],
        ["One look was taken."],
        {"critic.channels": 32},
        ("plain", 0),
        (FORMULA, 3),
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study with an answer, a failed and a collapsed trial."""
    folder = tmp_path_factory.mktemp("study-report") / "study"
    run_study(folder, asked(), trial, jobs=0)
    write_answer(folder, answer(folder))
    return folder


def test_the_page_says_what_was_asked_and_answered(study: Path) -> None:
    page = gb.report(study).html
    for said in (
        "A level costs 1 dB [0.9, 1.1]",
        "still rising",
        "Yes if the interval excludes 0.",
        "One look was taken.",
    ):
        assert said in page
    assert "--set critic.channels=32" in page
    assert "95 %: 0.9 to 1.1" in page
    assert HOSTILE not in page
    assert build(study).save() == study / "report.html"


def test_what_failed_and_collapsed_stands_before_the_graphs(study: Path) -> None:
    page = build(study).html
    head = page[: page.index("<h2>Graphs</h2>")]
    assert "11 of 12 planned trials are done, 1 failed, 0 are missing." in head
    assert f"1 done, but collapsed: {FORMULA} (seed 1)" in head
    assert "seed 2: ValueError: out of luck &lt;script&gt;" in head


def test_every_trial_is_listed(study: Path) -> None:
    page = build(study).html
    table = page[page.index('data-name="trials"') :]
    table = table[: table.index("</table>")]
    assert table.count("<tr>") == 1 + len(CELLS) * SEEDS
    assert table.count(">1.125<") == 1
    assert "0.875 to 1.375" in table


def test_who_had_a_trial_is_told_where_machines_share_the_study(tmp_path: Path, study: Path) -> None:
    plan = write_plan(tmp_path, asked())
    ledger = Ledger(tmp_path, plan.keys)
    ledger.adopt(("plain", 0), "done", by="elsewhere", score=1.0, details={})
    ledger.start(("plain", 1), worker=1)
    ledger.finish(("plain", 1), score=1.0, details={}, seconds=1.0, cpu_seconds=1.0)
    page = build(tmp_path).html
    assert '<th scope="col">by</th>' in page
    assert (page.count("<td>elsewhere</td>"), page.count("<td>this machine</td>")) == (1, 1)
    assert '<th scope="col">by</th>' not in build(study).html


def test_an_unfinished_study_says_so(tmp_path: Path) -> None:
    def stopping(settings: dict[str, Any], seed: int, folder: Path) -> float:
        if seed == 1:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        run_study(tmp_path / "study", asked(), stopping, jobs=0)
    page = build(tmp_path / "study").html
    assert "There is none yet." in page
    assert f"{len(CELLS)} of {len(CELLS) * SEEDS} planned trials are done, 0 failed, 9 are missing." in page
    assert "interrupted" in page


def test_a_damaged_answer_is_named_and_the_trials_are_shown(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "study"
    run_study(copy, asked(), trial, jobs=0)
    (copy / "answer.json").write_bytes((study / "answer.json").read_bytes().replace(b"still", b"never"))
    page = build(copy).html
    assert "answer.json is damaged" in page
    assert "There is none yet." in page
    assert 'data-name="trials"' in page


def test_a_damaged_plan_is_one_line(study: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes((study / "plan.json").read_bytes()[:-9])
    with pytest.raises(gb.UserError, match=r"plan\.json is damaged"):
        build(tmp_path)


def test_extensions_stand_with_what_was_done_by_then(tmp_path: Path) -> None:
    run_study(tmp_path / "s", asked(), trial, jobs=0)
    extend_study(tmp_path / "s", why="for the sake of power", seeds=[7])
    page = build(tmp_path / "s").html
    could_see = "1 seed: extended after 11 trials were done, so whoever asked could have seen them"
    assert f"{could_see}: for the sake of power" in page


def test_where_seeds_are_too_few_for_an_interval_the_page_says_so(tmp_path: Path) -> None:
    run_study(tmp_path / "s", asked(), trial, jobs=0)
    none = {"gain": Estimate(0.5, -math.inf, math.inf), "knee": Estimate(8.0, 8.0, math.inf)}
    rows = [[name, value] for name, value in none.items()] + [["lost", Estimate(math.nan, -math.inf, math.inf)]]
    said = Answer("data", "q", "r", "can't tell", "No.", none, [], [Grid("By cell", ["cell", "mean"], rows)])
    write_answer(tmp_path / "s", said)
    page = build(tmp_path / "s").html
    assert '<p class="interval">too few seeds for an interval</p>' in page
    assert '<p class="interval">95 %: 8 to ∞</p>' in page
    table = page[page.index('data-name="By cell"') :]
    table = table[: table.index("</table>")]
    assert ">0.5 (too few seeds for an interval)<" in table
    assert ">8.000 [8.000, ∞]<" in table
    assert ">no number<" in table
    assert "−∞" not in page


def test_the_samples_of_the_best_and_the_worst_trial_are_heard(sound_run: gb.Run, tmp_path: Path) -> None:
    plan = Plan("Which?", "The higher.", {"one": {}, "two": {}}, [0])
    folder = tmp_path / "study"
    found = run_study(folder, plan, lambda settings, seed, place: 1.0, jobs=0)
    for cell in plan.cells:
        (found.place((cell, 0)) / "run").symlink_to(sound_run.path)
    write_answer(
        folder, Answer("data", "Which?", "The higher.", "can't tell", "No.", best=("two", 0), worst=("one", 0))
    )
    page = build(folder).html
    assert page.count('data-wav="') == 3 * 4
    assert "best: two, seed 0" in page
    assert "worst: one, seed 0" in page


def test_clouds_of_points_are_drawn_instead(point_run: gb.Run, tmp_path: Path) -> None:
    plan = Plan("Which?", "The higher.", {"one": {}}, [0])
    found = run_study(tmp_path / "s", plan, lambda settings, seed, place: 1.0, jobs=0)
    (found.place(("one", 0)) / "run").symlink_to(point_run.path)
    write_answer(tmp_path / "s", Answer("data", "Which?", "The higher.", "can't tell", "No.", best=("one", 0)))
    assert "best: one, seed 0" in build(tmp_path / "s").html


@pytest.mark.parametrize(
    ("values", "log", "ticks"),
    [
        ([0.0, 1.0], False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([1e-9, 100.0], True, ["1e−08", "1e−06", "0.0001", "0.01", "1", "100"]),
        ([1.0, 80.0], True, ["1", "2", "5", "10", "20", "50"]),
        ([2.0, 32.0], True, ["2", "5", "10", "20"]),
        ([0.4, 0.5], True, ["0.4", "0.42", "0.44", "0.46", "0.48", "0.5"]),
        ([-3.0, 3.0], False, ["−2", "0", "2"]),
    ],
)
def test_axes_write_round_numbers(values: list[float], log: bool, ticks: list[str]) -> None:
    axis = scale(values, log=log)
    assert [words for _, words in axis.ticks(6)] == ticks
    assert all(0 <= place <= 1 for place, _ in axis.ticks(6))
    assert 0 < axis.place(values[0]) < axis.place(values[1]) < 1


def test_what_has_no_place_on_an_axis_is_not_a_number() -> None:
    assert math.isnan(scale([1.0, 10.0], log=True).place(0.0))
    assert math.isnan(scale([1.0, 2.0]).place(math.inf))
    assert isinstance(scale(["a", 2.0]), Names)
    assert scale(["a", 2.0]).place("b") != 0.5
    assert math.isfinite(scale([]).place(0.5))
    assert scale([7.0, 7.0]).place(7.0) == pytest.approx(0.5)
    assert written(-1234.0) == "−1,234"


def test_an_interval_without_end_does_not_squeeze_the_points() -> None:
    ends = ([-math.inf, 0.5, 2.5], [1e300, 1.5, math.inf])
    drawn = laid_out(Graph("t", "x", "y", [Series("s", [1.0, 2.0, 3.0], [1.0, 1.25, 3.0], *ends)]))
    first, second, third = drawn.points(drawn.graph.series[0])
    assert (first.low, first.high) == (drawn.box.bottom, drawn.box.top)
    assert third.high == drawn.box.top
    assert drawn.box.top < second.high < second.y < second.low < drawn.box.bottom
    assert first.y - third.y > 0.5 * drawn.box.height


def test_dots_of_two_arms_stand_beside_each_other() -> None:
    arms = [Series("a", [1.0, 2.0], [5.0, 5.0]), Series("b", [1.0, 3.0], [5.0, 5.0])]
    line = Series("a", [1.0, 2.0], [5.0, 5.0], drawn="line")
    drawn = laid_out(Graph("t", "x", "y", [*arms, line]))
    (a, lone), (b, _), (mean, _) = (drawn.points(series) for series in drawn.graph.series)
    assert 4 < b.x - a.x < 20
    assert mean.x == drawn.across(1.0) == pytest.approx((a.x + b.x) / 2)
    assert lone.x == drawn.across(2.0)


def test_marks_without_a_place_are_left_out() -> None:
    graph = Graph(
        "t", "x", "y", [Series("s", [1.0], [1.0])], log_x=True, log_y=True, marks={"m": 0.0}, levels={"l": -1}
    )
    shown = figure(graph, lambda x, y: None)
    assert "nan" not in shown
    assert ">m<" not in shown
    assert ">l<" not in shown


browsing = pytest.mark.browser


@pytest.fixture
def opened(browser: Any, study: Path) -> Iterator[Callable[..., Any]]:
    """Opens the study's page; ``page.said`` collects what the console, errors, dialogs and requests said."""
    contexts = []

    def open_report(*, width: int = 1280, scheme: str = "light", scripts: bool = True, touch: bool = False) -> Any:
        seen = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        context = browser.new_context(**seen, java_script_enabled=scripts, has_touch=touch)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.said.append(request.url) if request.url[:4] == "http" else None)
        page.goto(f"file://{build(study).save().resolve()}")
        return page

    yield open_report
    for context in contexts:
        context.close()


def taken(page: Any, kind: str, tmp_path: Path, *, graph: int = 0) -> Path:
    """What the button of a graph gives to keep."""
    figure = page.locator("figure.graph").nth(graph)
    with page.expect_download() as download:
        figure.get_by_role("button", name=kind, exact=True).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    return file


@browsing
def test_a_dot_says_which_trial_it_is(opened: Callable[..., Any]) -> None:
    page = opened()
    dot = page.locator("figure.graph").first.locator('g[data-series="0"] [data-point="3"]')
    dot.hover()
    read = page.locator("figure.graph").first.locator(".read")
    assert read.inner_text().split("\n") == ["runs", "cell plain, seed 3", "cell: plain", "score (dB): 1.188"]
    page.mouse.move(2, 2)
    assert read.inner_text() == ""
    assert page.said == []


@browsing
def test_a_tap_says_it_too_until_another_place_is_tapped(opened: Callable[..., Any]) -> None:
    page = opened(width=390, touch=True)
    figure = page.locator("figure.graph").first
    figure.locator('g[data-series="0"] [data-point="3"]').tap()
    assert "cell plain, seed 3" in figure.locator(".read").inner_text()
    page.locator("h1").tap()
    assert figure.locator(".read").inner_text() == ""


@browsing
def test_keys_go_from_dot_to_dot(opened: Callable[..., Any]) -> None:
    page = opened()
    plot = page.locator(".plot").nth(1)
    read = page.locator("figure.graph").nth(1).locator(".read")
    plot.focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End"):
        page.keyboard.press(key)
        seen.append(read.inner_text())
    assert seen[0] == seen[2] != seen[1]
    assert f"cell {HOSTILE}" not in seen[0]
    assert f"cell {FORMULA}, seed 3" in seen[3]
    page.keyboard.press("Escape")
    assert read.inner_text() == ""


@browsing
def test_a_key_entry_hides_its_series_and_shows_it_again(opened: Callable[..., Any]) -> None:
    page = opened()
    figure = page.locator("figure.graph").nth(1)
    entry = figure.get_by_role("button", name=HOSTILE)
    dots = figure.locator('g[data-series="0"] path').first
    assert dots.is_visible()
    entry.focus()
    page.keyboard.press("Enter")
    assert entry.get_attribute("aria-pressed") == "false"
    assert not dots.is_visible()
    page.keyboard.press("Space")
    assert dots.is_visible()


@browsing
def test_numbers_are_taken_as_csv(opened: Callable[..., Any], tmp_path: Path, study: Path) -> None:
    page = opened()
    file = taken(page, "CSV", tmp_path, graph=1)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    found = results(study)
    assert file.name == "score-by-level.csv"
    dots = [row for row in rows if row["series"] == HOSTILE]
    assert len(dots) == len(CELLS) * SEEDS
    for row in dots:
        if row["score (dB)"]:
            cell = row["cell"].removeprefix("'")
            assert float(row["score (dB)"]) == found.trials[cell, int(row["seed"])].score["value"]
            assert float(row["level"]) == CELLS[cell]
            assert (row["cell"] == cell) == (cell != FORMULA)
    assert sum(not row["score (dB)"] for row in dots) == 2
    assert page.said == []


@browsing
def test_a_picture_is_taken_as_svg_without_what_is_hidden(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened(scheme="dark")
    page.locator("figure.graph").first.get_by_role("button", name="mean").click()
    file = taken(page, "SVG", tmp_path)
    root = ElementTree.parse(file).getroot()
    text = file.read_text(encoding="utf-8")
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in text
    assert len([each for each in root.iter() if "data-point" in each.attrib]) == len(CELLS) * SEEDS - 2
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Score by cell", "score (dB)", "runs", HOSTILE} <= set(words)
    assert "mean" not in words


@browsing
def test_a_picture_is_taken_as_png(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened()
    data = taken(page, "PNG", tmp_path, graph=1).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
    assert width > 900
    assert height > 600
    assert page.said == []
    colours = page.evaluate(
        """async (text) => {
          const image = new Image();
          image.src = `data:image/png;base64,${text}`;
          await image.decode();
          const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
          const pen = canvas.getContext("2d");
          pen.drawImage(image, 0, 0);
          return new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer)).size;
        }""",
        base64.b64encode(data).decode(),
    )
    assert colours > 20


@browsing
def test_trials_are_sorted_by_a_column(opened: Callable[..., Any]) -> None:
    page = opened()
    table = page.locator('table[data-name="trials"]')
    head = table.locator("thead th", has_text="score")
    scores = table.locator("tbody tr td:nth-child(4)")
    head.get_by_role("button").click()
    rising = scores.all_inner_texts()
    assert head.get_attribute("aria-sort") == "ascending"
    numbers = [float(text) for text in rising[:-2]]
    assert numbers == sorted(numbers)
    assert set(rising[-2:]) == {"no number", ""}
    head.get_by_role("button").click()
    assert [float(text) for text in scores.all_inner_texts()[:-2]] == numbers[::-1]


@browsing
def test_trials_are_taken_as_csv(opened: Callable[..., Any], tmp_path: Path, study: Path) -> None:
    page = opened()
    section = page.locator("section", has=page.locator('table[data-name="trials"]'))
    with page.expect_download() as download:
        section.get_by_role("button", name="CSV", exact=True).click()
    assert download.value.suggested_filename == "trials.csv"
    download.value.save_as(tmp_path / "trials.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "trials.csv").read_text(encoding="utf-8"))))
    assert [row["state"] for row in rows].count("done") == len(CELLS) * SEEDS - 2
    assert float(rows[3]["score"]) == results(study).trials["plain", 3].score["value"]


@browsing
def test_without_scripts_the_picture_is_whole(opened: Callable[..., Any]) -> None:
    page = opened(scripts=False)
    figure = page.locator("figure.graph").first
    assert figure.locator("[data-point]").count() == len(CELLS) * SEEDS - 2 + len(CELLS)
    assert figure.get_by_role("button").count() == 0
    assert figure.locator('g[data-series="0"] title').first.text_content().startswith("runs\ncell plain, seed 0")


@browsing
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_sticks_out(width: int, opened: Callable[..., Any]) -> None:
    page = opened(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dot = page.locator("figure.graph").nth(1).locator('g[data-series="0"] [data-point]').last
    dot.hover()
    box = page.locator("figure.graph").nth(1).locator(".read").bounding_box()
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert page.said == []


@browsing
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.long
def test_axe_finds_nothing(width: int, scheme: str, opened: Callable[..., Any]) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (pip install axe-playwright-python)")
    page = opened(width=width, scheme=scheme)
    page.locator("summary").first.click()
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })")
    assert len(found["passes"]) > 20
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


def test_the_numbers_of_a_graph_are_strict_json(study: Path) -> None:
    page = build(study).html
    held = page.split('data-graph="')[1:]
    assert len(held) == 2
    for each in held:
        data = json.loads(each[: each.index('"')].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&"))
        assert {"title", "x", "y", "series"} == set(data)
