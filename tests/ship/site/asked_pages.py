"""Questions to an opened page, in JavaScript in which ``voice`` is its first element."""

import time
from typing import Any

import numpy as np

PATIENCE = 10.0
REMEMBERING = """globalThis.events = [];
  for (const name of ["play", "ended", "error"]) document.addEventListener(name, ({ target, detail }) => {
    const number = [...document.querySelectorAll("ganbaru-voice")].indexOf(target);
    const line = !target.shadowRoot?.querySelector(".head")?.hidden;
    if (number >= 0) events.push({ name, number, line, code: detail.code ?? "" });
  }, true);"""
"""Keeps in ``events`` what elements told: a sound may be over before anybody asks whether it plays."""


def ask(page: Any, expression: str) -> Any:
    """The value of an expression."""
    return page.evaluate(
        f"(async () => {{ const voice = document.querySelector('ganbaru-voice'); return {expression}; }})()"
    )


def samples(page: Any, expression: str = "voice.sound") -> np.ndarray:
    """Those of a sound."""
    return np.array(ask(page, f"[...({expression}).samples]"), np.float32)


def until(page: Any, condition: str) -> None:
    """Waits; not by Playwright's own function, which runs text as a script where the page allows none."""
    end = time.monotonic() + PATIENCE
    while not ask(page, condition):
        assert time.monotonic() < end, condition
        time.sleep(0.01)
