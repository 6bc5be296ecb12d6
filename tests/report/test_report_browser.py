"""The report in a real browser: it plays, it fits, it runs nothing but its own script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ganbaru as gb
from ganbaru.report import build

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a run's report; ``page.said`` collects what the console, errors, dialogs and requests said."""
    contexts = []

    def open_report(run: gb.Run, *, width: int = 1280, scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.said.append(request.url) if request.url[:4] == "http" else None)
        page.goto(f"file://{build(run).save().resolve()}")
        return page

    yield open_report
    for context in contexts:
        context.close()


def test_a_click_plays_a_sound_to_its_end(sound_run: gb.Run, opened: Callable[..., Any]) -> None:
    page = opened(sound_run)
    page.locator("button.sound").nth(1).click()
    page.wait_for_selector("button.playing")
    page.wait_for_selector("button.playing", state="detached")
    assert page.said == []


def test_keys_switch_between_real_and_generated(sound_run: gb.Run, opened: Callable[..., Any]) -> None:
    page = opened(sound_run)
    page.locator(".players tbody tr").nth(2).locator("button.sound").nth(1).focus()
    heard = []
    for key in ("a", "b"):
        page.keyboard.press(key)
        page.wait_for_selector("button.playing")
        heard.append(page.locator("button.playing").get_attribute("aria-label"))
    assert heard[0].endswith(", real")
    assert heard[1].endswith(", step 4")
    assert heard[0].split(",")[0] == heard[1].split(",")[0]


def test_arrows_move_between_sounds(sound_run: gb.Run, opened: Callable[..., Any]) -> None:
    page = opened(sound_run)
    page.locator(".players tbody tr").nth(0).locator("button.sound").nth(0).focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == page.locator(".players tbody tr").nth(1).locator("button.sound").nth(1).get_attribute("aria-label")


def test_a_column_plays_one_after_another(sound_run: gb.Run, opened: Callable[..., Any]) -> None:
    page = opened(sound_run)
    page.locator("button.column").first.click()
    for row in range(2):
        page.wait_for_selector(f".players tbody tr:nth-child({row + 1}) td:nth-child(2) button.playing")


def test_every_picture_is_shown(sound_run: gb.Run, opened: Callable[..., Any]) -> None:
    page = opened(sound_run)
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_with_axes_unfold_within_the_page(sound_run: gb.Run, width: int, opened: Callable[..., Any]) -> None:
    page = opened(sound_run, width=width)
    page.locator("summary", has_text="with axes").click()
    pictures = page.locator(".closer svg")
    assert pictures.count() == 2
    for picture in pictures.all():
        box = picture.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert page.said == []


@pytest.mark.parametrize("kind", ["sound_run", "point_run"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out(kind: str, width: int, opened: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    page = opened(request.getfixturevalue(kind), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.said == []


def test_light_and_dark_have_readable_contrast(point_run: gb.Run, opened: Callable[..., Any]) -> None:
    for scheme in ("light", "dark"):
        page = opened(point_run, scheme=scheme)
        ink, ground = (
            page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor")
        )
        assert _contrast(ink, ground) > 7


def _contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two CSS colours ``rgb(r, g, b)``."""
    light, dark = sorted((_luminance(colour) for colour in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
