"""Where a race is run: a process of node, or a page in Chromium, both told the same four things."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).parent
RELAXED = "--experimental-wasm-relaxed-simd"
"""Without it, node 20 refuses relaxed multiply-adds; a later node may not know it any more."""
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


class Engine(Protocol):
    """Runs what `sides.mjs` does; ``told`` is ``{"do": …}`` with what that takes."""

    version: str

    def do(self, told: dict[str, Any]) -> Any:
        """The answer."""

    def path(self, file: Path) -> str:
        """How the engine calls a file of the folder of models."""


class Node:
    """A process of node."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.version = self._answer()["version"]

    def do(self, told: dict[str, Any]) -> Any:
        """A line to its standard input, the answer from its output."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def path(self, file: Path) -> str:
        """Its own."""
        return str(file)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("node has ended; what it said stands above")
        return json.loads(line)


@contextmanager
def node(packages: Path) -> Iterator[Node]:
    """A process that ends with the block."""
    knows = subprocess.run(["node", RELAXED, "--eval", "0"], capture_output=True).returncode == 0
    command = ["node", *([RELAXED] if knows else []), str(HERE / "node.mjs"), str(packages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Node(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


class Chromium:
    """A browser without a window, and the server that it reads from."""

    def __init__(self, browser: Any, address: str) -> None:
        self._browser, self._address = browser, address
        self.version = f"Chromium {browser.version}"
        self._page = self._blank()
        self._page.goto(f"{address}/shipped/race.html")
        self._page.wait_for_function("window.DO !== undefined")

    def do(self, told: dict[str, Any]) -> Any:
        """Called in the page."""
        return self._page.evaluate("(told) => DO[told.do](told)", told)

    def path(self, file: Path) -> str:
        """As the server has it."""
        return f"/models/{file.name}"

    def first(self, page: str) -> dict[str, float]:
        """What a page says of its first sound, opened by a browser that has nothing of it yet."""
        opened = self._blank()
        with opened.expect_console_message(lambda said: said.text.startswith("{")) as said:
            opened.goto(f"{self._address}/shipped/{page}", wait_until="commit")
        told: dict[str, float] = json.loads(said.value.text)
        opened.context.close()
        return told

    def _blank(self) -> Any:
        page = self._browser.new_context().new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: print(f"  {page.url}: {error}", flush=True))
        return page


@contextmanager
def chromium(packages: Path, models: Path) -> Iterator[Chromium]:
    """A browser that is closed with the block.

    Raises:
        SystemExit: there is none, or no playwright; says what to install.
    """
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    path = next((each for each in found if each), None)
    if path is None:
        raise SystemExit("no Chromium is installed (on Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("playwright is needed (pip install playwright)") from None

    with _served({"packages": packages, "models": models, "shipped": HERE}) as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=list(SWITCHES))
        try:
            yield Chromium(browser, address)
        finally:
            browser.close()


_TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".html": "text/html",
    "": "application/octet-stream",
}


class _Handler(SimpleHTTPRequestHandler):
    """Files of a few folders, with the headers that give a page its finest clock."""

    protocol_version = "HTTP/1.1"
    extensions_map = _TYPES

    def __init__(self, *given: Any, folders: dict[str, Path], **told: Any) -> None:
        self._folders = folders
        super().__init__(*given, **told)

    def translate_path(self, path: str) -> str:
        """By the first part of the path."""
        _, first, rest = path.split("?")[0].split("/", 2)
        return str(self._folders.get(first, HERE / "nowhere") / rest)

    def end_headers(self) -> None:
        """With isolation from other origins."""
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *told: Any) -> None:
        """Says nothing."""


@contextmanager
def _served(folders: dict[str, Path]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, folders=folders)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
