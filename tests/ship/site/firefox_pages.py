"""Firefox without a window, told what to do in WebDriver BiDi, its own protocol: Playwright's needs a later Firefox."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
PATIENCE = 120.0
SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.cubeb.force_mock_context": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
}
"""So that it asks nobody for anything by itself, and takes a loudspeaker to be there: without one, it never plays."""
_CENTRE = """(() => {
  const all = (root) => [...root.querySelectorAll("button"),
    ...[...root.querySelectorAll("*")].flatMap((each) => (each.shadowRoot ? all(each.shadowRoot) : []))];
  const one = all(document).find((each) => each.textContent.trim() === NAME);
  one.scrollIntoView({ block: "center" });
  const { x, y, width, height } = one.getBoundingClientRect();
  return [Math.round(x + width / 2), Math.round(y + height / 2)];
})()"""


def installed() -> str | None:
    """Where Firefox lies; None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Page:
    """The one page of a browser.

    Attributes:
        version: of the browser.
        said: what the console, errors and requests to elsewhere said since it was opened.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.said: list[str] = []
        self._socket, self._count, self._home = socket, 0, ""
        self.version: str = self._do("session.new", capabilities={})["capabilities"]["browserVersion"]
        self._context = self._do("browsingContext.getTree")["contexts"][0]["context"]
        self._do("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def open(self, home: str, place: str, before: str = "") -> None:
        """Opens a page of a server, and runs a script before its own."""
        if before:
            self._do("script.addPreloadScript", functionDeclaration=f"() => {{ {before} }}")
        self.said, self._home = [], home
        self._do("browsingContext.navigate", context=self._context, url=f"{home}/{place}", wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, which JSON can hold."""
        text = f"(async () => JSON.stringify(await ({expression})))()"
        made = self._do("script.evaluate", expression=text, target={"context": self._context}, awaitPromise=True)
        assert made["type"] == "success", made["exceptionDetails"]["text"]
        return json.loads(made["result"]["value"]) if made["result"]["type"] == "string" else None

    def press(self, name: str) -> None:
        """Presses the button of that text, as a person does with a mouse."""
        x, y = self.evaluate(_CENTRE.replace("NAME", json.dumps(name)))
        steps = [{"type": "pointerMove", "x": x, "y": y}]
        steps += [{"type": f"pointer{each}", "button": 0} for each in ("Down", "Up")]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}
        self._do("input.performActions", context=self._context, actions=[mouse])

    def _do(self, method: str, **told: Any) -> Any:
        """The answer to a command; what is told meanwhile is kept."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": told}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._count:
                assert answer["type"] == "success", f"{method}: {answer.get('message')}"
                return answer["result"]
            self._hear(answer)

    def _hear(self, event: dict[str, Any]) -> None:
        told = event["params"]
        if event["method"] == "log.entryAdded":
            self.said.append(told["text"])
        elif event["method"] == "network.beforeRequestSent":
            url = told["request"]["url"]
            if not url.startswith((f"{self._home}/", "blob:", "data:", "about:")):
                self.said.append(url)


@contextmanager
def firefox(path: str, profile: Path, **changed: Any) -> Iterator[Page]:
    """A browser with a profile of its own, which is ended with the block; ``changed`` stands in its settings."""
    settings = {**SETTINGS, **changed}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    log = profile / "said.txt"
    with log.open("w", encoding="utf-8") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            with connect(f"{_address(process, log)}/session", max_size=None, open_timeout=PATIENCE) as socket:
                yield Page(socket)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where it listens, once it says so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"Firefox does not listen; it said: {log.read_text(encoding='utf-8')[-2000:]}")
