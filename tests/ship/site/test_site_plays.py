"""The page in a real browser: it plays, it makes what Python makes, it asks nobody for anything."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
from asked_pages import ask, samples, until
from shipped_models import LATENT, LENGTH, RATE, shipped

from ganbaru.ship.running import Instance

pytestmark = pytest.mark.browser
VOICE = "document.querySelector('ganbaru-voice')"


@pytest.mark.parametrize("disk", [False, True], ids=["http", "file"])
def test_a_press_plays_and_nothing_is_asked_of_anybody(disk: bool, site: Any, opened: Callable[..., Any]) -> None:
    counted = """globalThis.outputs = globalThis.instances = 0; const native = WebAssembly.instantiate;
      AudioContext = class extends AudioContext { constructor() { super(); outputs++; } };
      WebAssembly.instantiate = (...all) => (instances++, native(...all));"""
    page = opened(disk=disk, before=counted)
    assert page.evaluate("[outputs, ...events]") == [0]
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "events.length === 2")
    assert page.evaluate("[outputs, ...events.map((each) => each.name)]") == [1, "play", "ended"]
    assert page.evaluate("instances") == 0, "a sound was made in the page's own thread"
    heard = page.evaluate(
        """async () => {
          const { sound, info } = document.querySelector("ganbaru-voice");
          const context = new OfflineAudioContext(1, info.length, info.sample_rate);
          const buffer = context.createBuffer(1, info.length, info.sample_rate);
          buffer.copyToChannel(sound.samples, 0);
          const node = new AudioBufferSourceNode(context, { buffer });
          node.connect(context.destination);
          node.start();
          return [...(await context.startRendering()).getChannelData(0)];
        }"""
    )
    assert np.sqrt(np.mean(np.square(heard))) > 0.05
    assert len(page.workers) == 1
    assert page.said == []


def test_the_model_is_on_its_way_before_the_script_is_run_and_asked_for_once(
    site: Any, opened: Callable[..., Any]
) -> None:
    page = opened()
    asked = page.evaluate(
        """performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("model.wasm"))
          .map(({ initiatorType }) => initiatorType)"""
    )
    assert asked == ["link"]
    assert page.said == []


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_a_seed_makes_the_samples_that_python_makes(seed: int, module: bytes, embedded: Callable[..., Any]) -> None:
    page = embedded(f'<ganbaru-voice src="m.wasm" seed="{seed}" label="1" exact></ganbaru-voice>', {"m.wasm": module})
    signed = seed - 2**64 if seed >= 2**63 else seed
    plain, fused = (Instance(module, fused=each).generate(signed, 1) for each in (False, True))
    assert ask(page, "voice.relaxed") is False
    assert np.array_equal(samples(page), plain)
    page.evaluate(f"{VOICE}.removeAttribute('exact')")
    until(page, "voice.state === 'ready'")
    if ask(page, "voice.relaxed"):
        stated = np.abs(fused - plain).max()
        assert 0 < stated < 1e-3
        assert np.abs(samples(page) - plain).max() <= 2 * stated


def test_the_page_is_played_by_keys_alone(site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    focused = "(() => { let at = document.activeElement; at = at.shadowRoot?.activeElement ?? at;"
    visited = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            f"{focused} return [at.getAttribute('aria-label') || at.textContent || at.closest('label')?.innerText,"
            " getComputedStyle(at).outlineStyle + ' ' + getComputedStyle(at).outlineWidth]; })()"
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        assert outline == "solid 3px", name
        visited.append(name)
    reachable = "button, input, select, summary, pre"
    count = (
        f"document.querySelectorAll('{reachable}').length + {VOICE}.shadowRoot.querySelectorAll('{reachable}').length"
    )
    folded = 1
    assert len(visited) == page.evaluate(count) - folded

    page.get_by_role("button", name="Waveform and spectrogram").focus()
    page.keyboard.press("ArrowRight")
    until(page, "voice.seed === 1n && events[0]?.name === 'play'")
    page.keyboard.press("ArrowLeft")
    until(page, "voice.seed === 0n")
    page.get_by_role("button", name="Variation 3").focus()
    page.keyboard.press("Enter")
    until(page, "voice.sound.steps.length === 1")
    page.get_by_label("Seed", exact=True).fill("41")
    page.keyboard.press("Enter")
    until(page, "voice.sound.seed === 41n")
    page.get_by_label("Share").focus()
    page.keyboard.press("End")
    until(page, "voice.sound.steps.length === 1 && voice.sound.steps[0].share === 1")
    assert page.said == []


@pytest.mark.parametrize(
    ("locale", "play", "following", "save", "said"),
    [
        ("en-GB", "Play", "Next", "Download WAV", "No sound starts: the browser finds no loudspeaker"),
        ("ja-JP", "再生", "次へ", "WAVを保存", "音が始まりません。スピーカーやイヤホンが見つからない"),
    ],
)
def test_a_loudspeaker_that_never_opens_is_said_and_the_rest_works(
    locale: str, play: str, following: str, save: str, said: str, site: Any, opened: Callable[..., Any]
) -> None:
    stuck = """globalThis.lacking = true; AudioContext = class extends AudioContext {
        #stuck = lacking;
        constructor() { super(); if (this.#stuck) super.suspend(); }
        resume() { return this.#stuck ? new Promise(() => {}) : super.resume(); } };"""
    page = opened(locale=locale, before=stuck)
    button = page.get_by_role("button", name=play, exact=True)
    button.click()
    page.get_by_role("alert").get_by_text(said).wait_for()
    assert page.evaluate("events.map(({ name, code }) => [name, code])") == [["error", "device"]]
    with page.expect_download() as started:
        page.get_by_role("button", name=save).click()
    assert started.value.path().stat().st_size > 2 * LENGTH
    for _ in range(3):
        page.get_by_role("button", name=following).click()
    until(page, "voice.sound.seed === 3n && events.length >= 2")  # a press that comes late finds the one before said
    page.get_by_role("alert").get_by_text(said).wait_for()
    page.evaluate("lacking = false")
    button.click()
    until(page, "events.at(-1).name === 'ended'")
    *before, played, ended = page.evaluate("events.map(({ name }) => name)")
    assert (set(before), played, ended) == ({"error"}, "play", "ended")
    assert 2 <= len(before) <= 4
    assert not page.get_by_role("alert").is_visible()
    assert page.said == []


def test_previous_and_next_go_round_all_seeds(site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    page.get_by_role("button", name="Previous").click()
    until(page, "voice.seed === 2n ** 64n - 1n")
    page.get_by_role("button", name="Next").click()
    until(page, "voice.seed === 0n && voice.sound.seed === 0n")


def test_a_label_is_chosen_by_name(module: bytes, site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    page.get_by_label("Label").select_option("hi-hat")
    until(page, "voice.label === 2 && voice.sound.label === 2")
    assert np.abs(samples(page) - Instance(module).generate(0, 2)).max() < 1e-3


def test_a_label_that_there_is_not_is_refused(module: bytes, embedded: Callable[..., Any]) -> None:
    page = embedded('<ganbaru-voice src="m.wasm" label="3"></ganbaru-voice>', {"m.wasm": module})
    assert page.get_by_role("alert").inner_text().startswith("This model has no such label.")
    assert ask(page, "[voice.state, voice.sound.label]") == ["ready", 0]
    for label in ("3", "-1", "0.5", "NaN", "2 ** 32"):
        assert ask(page, f"await voice.generate(0n, {label}).then(() => '', (error) => error.code)") == "label"
    assert samples(page, "await voice.generate(0n, 2)").any()


@pytest.mark.parametrize("seed", ["-1", "1.5", "", "one", "18446744073709551616"])
def test_a_seed_that_is_none_is_refused_and_said(seed: str, site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    page.get_by_label("Seed", exact=True).fill(seed)
    page.keyboard.press("Enter")
    page.get_by_text("A seed is a whole number").wait_for()
    assert ask(page, "voice.sound.seed === 0n")


def test_a_morph_begins_and_ends_on_the_sounds_and_does_not_jump(module: bytes, embedded: Callable[..., Any]) -> None:
    page = embedded('<ganbaru-voice src="m.wasm" seed="3" exact></ganbaru-voice>', {"m.wasm": module})
    first, last = (Instance(module).generate(seed, 0) for seed in (3, 8))
    assert np.array_equal(samples(page, "await voice.morph(8n, 0)"), first)
    assert np.array_equal(samples(page, "await voice.morph(8n, 1)"), last)

    for share in (0.1, 0.5, 0.9):
        at, near, nearer = (samples(page, f"await voice.morph(8n, {share + step})") for step in (0, 0.004, 0.002))
        assert 0 < np.abs(nearer - at).max() < 0.6 * np.abs(near - at).max() < 0.2


def test_variations_lie_around_the_sound_and_lead_on(site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    until(page, "voice.variations.length === 6")
    start = np.array(ask(page, "[...voice.sound.latent]"))
    around = np.array(ask(page, "voice.variations.map((each) => [...each.latent])"))
    assert around.shape == (6, LATENT)
    assert len(np.unique(around.round(4), axis=0)) == 6
    page.get_by_label("How far").fill("0.05")
    until(page, "voice.variations.length === 6 && voice.variations[5].steps[0].share === 0.05")
    nearer = np.array(ask(page, "voice.variations.map((each) => [...each.latent])"))
    assert (np.linalg.norm(nearer - start, axis=1) < np.linalg.norm(around - start, axis=1)).all()
    page.get_by_role("button", name="Variation 2").click()
    until(page, "voice.sound.steps.length === 1")
    assert page.get_by_role("button", name="Variation 2").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Walk on").click()
    until(page, "voice.variations.length === 6 && voice.variations[0].steps.length === 2")
    assert "moved 5 % towards seed" in page.get_by_role("status").inner_text()
    assert page.said == []


def test_a_download_is_rounded_to_16_bits_and_says_what_it_is(site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download WAV").click()
    assert started.value.suggested_filename == "small-tones-0.wav"
    content = started.value.path().read_bytes()
    read, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    assert rate == RATE
    assert np.array_equal(read, np.round(32767 * samples(page).astype(np.float64)).astype(np.int16))
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        said = sound.copy_metadata()
    assert said["title"] == "small tones, seed 0"
    assert said["software"].startswith("ganbaru 0.1.0")
    assert said["copyright"] == "CC0-1.0; Nobody in particular; R. Andom, CC0"
    assert said["comment"].startswith("machine-made: generated by a neural network; seed 0; label kick")


def test_what_the_model_says_of_itself_is_shown(site: Any, opened: Callable[..., Any], embedded: Any) -> None:
    told = opened().locator("ganbaru-voice dl").inner_text()
    for text in ("CC0-1.0", "R. Andom, CC0", "fp32 weights", "2.4 × 10⁻⁶", "8,000 Hz", "step 400", "57,344"):
        assert text in told
    silent = shipped(licence=None, credits=[])
    told = embedded('<ganbaru-voice src="m.wasm"></ganbaru-voice>', {"m.wasm": silent}).locator("dl").inner_text()
    assert "licence not stated" in told
    assert "nobody is named" in told


def test_japanese_where_it_is_spoken_and_by_a_switch(site: Any, opened: Callable[..., Any]) -> None:
    page = opened(locale="ja-JP")
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.get_by_role("button", name="再生", exact=True).is_visible()
    assert page.get_by_role("heading", name="中を見る").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("button", name="Play", exact=True).is_visible()
    assert page.get_by_role("heading", name="Look inside").is_visible()
    assert not page.get_by_text("中を見る").is_visible()
    assert page.evaluate(f"{VOICE}.shadowRoot.querySelector('.voice').lang") == "en"


@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_nothing_sticks_out_of_a_phone(locale: str, site: Any, opened: Callable[..., Any]) -> None:
    page = opened(locale=locale, viewport={"width": 360, "height": 740})
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("canvas.waveform").bounding_box()["width"] > 300


@pytest.mark.long
def test_no_line_moves_where_less_motion_is_asked_for(site: Any, opened: Callable[..., Any]) -> None:
    for motion, moves in (("no-preference", True), ("reduce", False)):
        page = opened(reduced_motion=motion)
        page.get_by_role("button", name="Play", exact=True).click()
        until(page, "events.length > 0")
        assert page.evaluate("events[0].line") is moves


def test_pictures_show_the_sound(site: Any, opened: Callable[..., Any]) -> None:
    page = opened()
    for name in ("waveform", "spectrogram"):
        until(page, f"(({_COLOURS})(voice.shadowRoot.querySelector('canvas.{name}'))) > 1")


_COLOURS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_the_length_is_what_the_model_says(site: Any, opened: Callable[..., Any]) -> None:
    assert len(samples(opened())) == LENGTH
