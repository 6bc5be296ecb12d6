"""The element in somebody else's page, its package, and what it says where something is wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asked_pages import until
from shipped_models import about, shipped

from ganbaru.ship.sections import ABOUT, with_sections

pytestmark = pytest.mark.browser
VOICE = "document.querySelector('ganbaru-voice')"
ONE = '<ganbaru-voice src="m.wasm"></ganbaru-voice>'


def alert(page: Any) -> str:
    """What the page says loudest."""
    return str(page.get_by_role("alert").first.inner_text())


def test_several_elements_keep_to_themselves(module: bytes, embedded: Callable[..., Any]) -> None:
    other = shipped(name="others")
    body = ONE + '<ganbaru-voice src="n.wasm" seed="5" lang="ja"></ganbaru-voice>'
    page = embedded(body, {"m.wasm": module, "n.wasm": other})
    until(page, "[...document.querySelectorAll('ganbaru-voice')].every((each) => each.state === 'ready')")
    told = page.evaluate(
        "[...document.querySelectorAll('ganbaru-voice')]"
        ".map(({ info, sound }) => [info.name, Number(sound.seed), info.labels.length])"
    )
    assert told == [["small tones", 0, 3], ["others", 5, 0]]
    page.get_by_role("button", name="再生", exact=True).click()
    until(page, "events.length === 2")
    assert page.evaluate("events.map(({ name, number }) => [name, number])") == [["play", 1], ["ended", 1]]
    assert page.said == []


def test_a_page_that_allows_no_worker_gets_its_sounds_all_the_same(
    module: bytes, base: str, embedded: Callable[..., Any]
) -> None:
    policy = f"default-src 'none'; script-src {base} 'wasm-unsafe-eval'; connect-src {base}; img-src data:"
    page = embedded(ONE, {"m.wasm": module}, policy=policy)
    assert page.evaluate(f"{VOICE}.state") == "ready"
    assert page.workers == []
    assert all("worker-src" in said or "Worker" in said for said in page.said)


@pytest.mark.parametrize(("prefix", "streams"), [("page", 1), ("untyped", 0)])
def test_a_module_is_compiled_as_it_comes_where_the_server_names_it(
    prefix: str, streams: int, module: bytes, embedded: Callable[..., Any]
) -> None:
    count = """globalThis.streamed = 0; const native = WebAssembly.compileStreaming;
      WebAssembly.compileStreaming = (...all) => { streamed++; return native(...all); };"""
    page = embedded(ONE, {"m.wasm": module}, prefix=prefix, before=count)
    assert page.evaluate(f"[streamed, {VOICE}.state]") == [streams, "ready"]
    assert page.said == []


def test_an_element_that_leaves_takes_its_worker_along(module: bytes, embedded: Callable[..., Any]) -> None:
    page = embedded(ONE, {"m.wasm": module})
    assert len(page.workers) == 1
    page.evaluate(f"globalThis.gone = {VOICE}; gone.remove()")
    assert page.evaluate("gone.state") == "empty"
    for _ in range(100):
        page.wait_for_timeout(20)
        if not page.workers:
            break
    assert page.workers == []
    page.evaluate("document.body.append(gone)")
    until(page, "voice.state === 'ready'")
    assert len(page.workers) == 1
    assert page.said == []


def test_the_package_brings_its_own_model(site: Path, root: Path, opened: Callable[..., Any]) -> None:
    (root / "importing.html").write_text(
        """<!doctype html><link rel="icon" href="data:,"><ganbaru-voice></ganbaru-voice><script type="module">
        import { Model, VoiceError, between } from "./site/package/index.js";
        const model = await Model.load();
        const [one, two] = [await model.draw(1), await model.draw("2")];
        const made = await model.run(between(one, two, 0.5));
        const refused = await model.generate(0, 9).catch((error) => error instanceof VoiceError && error.code);
        globalThis.told = [model.info.name, made.samples.length, refused];
        </script>"""
    )
    page = opened("importing.html")
    until(page, "globalThis.told")
    assert page.evaluate("told") == ["small tones", 4096, "label"]
    assert page.evaluate(f"{VOICE}.info.name") == "small tones"
    assert page.said == []


@pytest.mark.long
def test_ten_thousand_sounds_take_no_more_memory_than_ten(module: bytes, embedded: Callable[..., Any]) -> None:
    kept = """const native = WebAssembly.instantiate; globalThis.kept = [];
      WebAssembly.instantiate = (...all) => native(...all).then((made) => (kept.push(made), made));"""
    page = embedded(ONE, {"m.wasm": module}, before=kept)
    client = page.context.new_cdp_session(page)

    def used(count: int) -> float:
        page.evaluate(f"(async () => {{ for (let i = 0; i < {count}; i++) await model.generate(i, i % 3); }})()")
        client.send("HeapProfiler.collectGarbage")
        usage = client.send("Runtime.getHeapUsage")
        inside = page.evaluate("kept.find((each) => each.exports.memory).exports.memory.buffer.byteLength")
        return float(usage["usedSize"] + usage["backingStorageSize"] + inside)

    page.evaluate(f"(async () => {{ globalThis.model = await {VOICE}.constructor.Model.load('m.wasm'); }})()")
    before = used(10)
    assert used(10_000) - before < 200_000


def _without(module: bytes, name: bytes) -> bytes:
    """A module whose section of that name goes by another one."""
    at = module.rindex(bytes([len(name)]) + name)
    return module[: at + 1] + b"x" * len(name) + module[at + 1 + len(name) :]


def _damages(module: bytes) -> dict[str, tuple[bytes, str]]:
    """Ways to spoil a module, and the error that says so."""
    plain = module[: module.index(b"\x07ganbaru") - 1]
    return {
        "cut in half": (module[: len(module) // 2], "damaged"),
        "nothing left": (b"", "damaged"),
        "a page of HTML": (b"<!doctype html><title>gone</title>", "damaged"),
        "without its account": (_without(module, b"ganbaru"), "foreign"),
        "of a later schema": (shipped(schema="ganbaru.module/2"), "schema"),
        "an account that is no JSON": (with_sections(b"\0asm\1\0\0\0", {ABOUT: b"{"}), "damaged"),
        "an account alone": (with_sections(b"\0asm\1\0\0\0", {ABOUT: json.dumps(about()).encode()}), "damaged"),
        "weights that are no numbers": (_spoilt_weights(module, len(plain)), "broken"),
    }


def _spoilt_weights(module: bytes, end: int) -> bytes:
    return module[: end - 60_000] + b"\xff" * 40_000 + module[end - 20_000 :]


@pytest.mark.parametrize(
    "damage",
    [
        *("cut in half", "nothing left", "a page of HTML", "without its account", "of a later schema"),
        *("an account that is no JSON", "an account alone", "weights that are no numbers"),
    ],
)
def test_a_damaged_model_is_said_on_the_page(damage: str, module: bytes, embedded: Callable[..., Any]) -> None:
    content, code = _damages(module)[damage]
    page = embedded(ONE, {"m.wasm": content})
    assert page.evaluate(f"[{VOICE}.state, ...events.map((each) => each.code)]") == ["broken", code]
    assert len(alert(page)) > 30
    assert page.evaluate(f"{VOICE}.shadowRoot.querySelectorAll('button').length") == 0


@pytest.mark.parametrize("disk", [False, True], ids=["http", "file"])
@pytest.mark.parametrize("how", ["one bit", "cut short"])
def test_a_site_plays_its_own_model_only(
    how: str, disk: bool, site: Path, root: Path, opened: Callable[..., Any]
) -> None:
    place = root / f"changed-{how.replace(' ', '-')}"
    place.mkdir(exist_ok=True)
    for name in ("index.html", "ganbaru-voice.js", "model.wasm", "model.wasm.js"):
        (place / name).write_bytes((site / name).read_bytes())
    module, script = (place / "model.wasm", place / "model.wasm.js")
    content = module.read_bytes()
    at = len(content) // 2
    module.write_bytes(
        content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] if how == "one bit" else content[:-9]
    )
    text = script.read_text()
    middle = len(text) // 2
    other = "A" if text[middle] != "A" else "B"
    script.write_text(text[:middle] + other + text[middle + 1 :] if how == "one bit" else text[:-9])
    page = opened(f"{place.name}/index.html", disk=disk)
    assert page.evaluate(f"{VOICE}.state") == "broken"
    assert re.search("cut short or (was )?changed", alert(page))


@pytest.mark.parametrize("disk", [False, True], ids=["http", "file"])
def test_a_model_that_is_not_there_is_said(disk: bool, embedded: Callable[..., Any]) -> None:
    page = embedded('<ganbaru-voice src="gone.wasm"></ganbaru-voice>', {}, disk=disk)
    assert alert(page).startswith("The model could not be loaded.")
    page.evaluate(f"{VOICE}.lang = 'ja'")
    assert alert(page).startswith("モデルを読み込めませんでした。")


def test_an_element_without_a_model_says_so_and_takes_one(module: bytes, embedded: Callable[..., Any]) -> None:
    page = embedded("<ganbaru-voice></ganbaru-voice>", {"m.wasm": module})
    assert alert(page).startswith("No model is named")
    page.evaluate(f"{VOICE}.src = 'm.wasm'")
    until(page, "voice.state === 'ready'")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("delete globalThis.WebAssembly;", "does not run WebAssembly"),
        ("WebAssembly.validate = () => false;", "lacks SIMD"),
    ],
)
def test_a_browser_that_cannot_is_told_so(before: str, said: str, site: Path, opened: Callable[..., Any]) -> None:
    page = opened(before=before)
    assert said in alert(page)
    assert page.said == []


def test_a_browser_without_relaxed_simd_plays_the_plain_kernels(module: bytes, embedded: Callable[..., Any]) -> None:
    lacking = (
        "const native = WebAssembly.validate; WebAssembly.validate = (bytes) => bytes.length < 100 && native(bytes);"
    )
    page = embedded(ONE, {"m.wasm": module}, before=lacking)
    assert page.evaluate(f"[{VOICE}.state, {VOICE}.relaxed]") == ["ready", False]
