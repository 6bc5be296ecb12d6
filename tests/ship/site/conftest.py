"""Sites, a server for them on this machine, and pages opened from it or from disk."""

import functools
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from asked_pages import REMEMBERING, until
from shipped_models import shipped

from ganbaru.ship.site import Export, Function, Inside, Section, write_site

LABELS = ("kick", "snare", "hi-hat")
SHOWN = Inside(
    (Section("code", 6144), Section("data", 229376)),
    (Export("generate", "function (i64) -> i32", "draws the latent vector of a seed and runs"),),
    (Function("run", "all layers", "(func $run (result i32)\n  (i32.const 0)) ;; <done>"),),
)


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing; a folder's name beginning with ``untyped`` hides what a model is."""

    def log_message(self, *_: Any) -> None:
        pass

    def guess_type(self, path: Any) -> str:
        return "application/octet-stream" if re.search("untyped.*wasm$", str(path)) else super().guess_type(path)


@pytest.fixture(scope="session")
def module() -> bytes:
    """A shipped module with labels."""
    return shipped(LABELS)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is served."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def site(root: Path, module: bytes) -> Path:
    """The site of that module."""
    write_site(root / "site", module, inside=SHOWN)
    return root / "site"


@pytest.fixture(scope="session")
def base(root: Path) -> Iterator[str]:
    """Where it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def opened(browser: Any, root: Path, base: str) -> Iterator[Callable[..., Any]]:
    """Opens a page and waits until its first element shows a sound or says why not.

    ``page.said`` collects what the console, errors and requests to elsewhere said, ``events`` in the page its events.
    """
    contexts = []

    def open_page(place: str = "site/index.html", *, disk: bool = False, before: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.said = []
        home = root.as_uri() if disk else base
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda asked: None if _at_home(asked.url, home) else page.said.append(asked.url))
        page.add_init_script(REMEMBERING + before)
        page.goto(f"{home}/{place}")
        until(page, "['ready', 'broken'].includes(voice.state)")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def embedded(root: Path, site: Path, opened: Callable[..., Any]) -> Callable[..., Any]:
    """Writes somebody's own page with elements as given, and models beside it, and opens it."""

    def embed(body: str, models: dict[str, bytes], *, policy: str = "", prefix: str = "page", **options: Any) -> Any:
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
        for name, content in models.items():
            (place / name).write_bytes(content)
        said = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
        script = '<script src="../site/ganbaru-voice.js"></script>'
        html = f'<!doctype html><html lang="en"><head><link rel="icon" href="data:,">{said}{script}</head>{body}</html>'
        (place / "index.html").write_text(html, encoding="utf-8")
        return opened(f"{place.name}/index.html", **options)

    return embed


def _at_home(url: str, home: str) -> bool:
    return url.startswith((f"{home}/", "blob:", "data:"))
