"""The page in Firefox, as far as another browser may differ: it plays, says nothing, and makes what Python makes."""

from collections.abc import Iterator
from pathlib import Path

import firefox_pages
import numpy as np
import pytest
from asked_pages import REMEMBERING, ask, samples, until

from ganbaru.ship.running import Instance

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def path() -> str:
    """Where Firefox lies."""
    found = firefox_pages.installed()
    if found is None:
        pytest.skip("no Firefox is installed (on Debian: apt-get install firefox-esr)")
    return found


@pytest.fixture(scope="module")
def page(path: str, site: Path, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox_pages.Page]:
    """A site in Firefox, ready to play."""
    with firefox_pages.firefox(path, tmp_path_factory.mktemp("firefox")) as page:
        page.open(base, f"{site.name}/index.html", before=REMEMBERING)
        until(page, "voice.state === 'ready'")
        yield page


def test_a_press_plays_in_firefox(page: firefox_pages.Page) -> None:
    page.press("Play")
    until(page, "events.length === 2")
    assert page.evaluate("events.map((each) => each.name)") == ["play", "ended"]
    assert np.sqrt(np.mean(np.square(samples(page)))) > 0.05
    assert page.said == []


def test_firefox_makes_the_samples_that_python_makes(page: firefox_pages.Page, module: bytes) -> None:
    plain, fused = (Instance(module, fused=each).generate(7, 1) for each in (False, True))
    ask(page, "[voice.setAttribute('seed', 7), voice.setAttribute('label', 1), voice.setAttribute('exact', '')]")
    ask(page, "(await voice.ready, null)")
    assert ask(page, "voice.relaxed") is False
    assert np.array_equal(samples(page), plain)
    ask(page, "voice.removeAttribute('exact')")
    ask(page, "(await voice.ready, null)")
    assert ask(page, "voice.relaxed") is True
    stated = np.abs(fused - plain).max()
    assert 0 < stated < 1e-3
    assert np.abs(samples(page) - plain).max() <= 2 * stated
    assert page.said == []


def test_firefox_without_a_loudspeaker_says_so(path: str, site: Path, base: str, tmp_path: Path) -> None:
    without = {"media.cubeb.force_mock_context": False, "media.cubeb.backend": "none of them"}
    with firefox_pages.firefox(path, tmp_path, **without) as page:
        page.open(base, f"{site.name}/index.html", before=REMEMBERING)
        until(page, "voice.state === 'ready'")
        page.press("Play")
        until(page, "events.length === 1")
        assert page.evaluate("events.map(({ name, code }) => [name, code])") == [["error", "device"]]
        assert ask(page, "voice.shadowRoot.querySelector('[role=alert]').textContent").startswith("No sound starts")
        page.press("Play")
        until(page, "events.length === 2")
        assert ask(page, "(await voice.generate(5n)).seed === 5n")
        assert page.said == []
