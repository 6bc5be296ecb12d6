"""What axe-core has to say of the page: nothing."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe() -> str:
    """The rules, as a script."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (pip install axe-playwright-python)")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
@pytest.mark.long
def test_axe_finds_nothing(locale: str, scheme: str, axe: str, site: Any, opened: Callable[..., Any]) -> None:
    page = opened(locale=locale, color_scheme=scheme)
    page.locator("summary").click()
    page.evaluate(axe)
    found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })")
    assert len(found["passes"]) > 20
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


def test_axe_finds_nothing_where_a_model_is_missing(axe: str, embedded: Callable[..., Any]) -> None:
    page = embedded('<title>x</title><main><h1>x</h1><ganbaru-voice src="gone.wasm"></ganbaru-voice></main>', {})
    page.evaluate(axe)
    assert [each["id"] for each in page.evaluate("axe.run()")["violations"]] == []
