"""The projects of the committed drafts in docs/rights: one real run of the demo's world, one invented project.

Run as a script, it writes the drafts anew; a test holds the committed ones to them.
"""

from pathlib import Path

from ganbaru.rights.conflicts import conflicts
from ganbaru.rights.drafting import draft
from ganbaru.rights.facts import Clip, Consent, Grant, Ledger, Proof
from ganbaru.rights.run_facts import Plan, RunFacts, Trained

DOCS = Path(__file__).parents[2] / "docs" / "rights"
_READ = "2026-11-30T12:23:12+00:00"


def demo() -> tuple[Ledger, RunFacts]:
    """What ``ganbaru fit speech:digits --seed 7 --set steps=120`` left behind, measured on 2026-11-30."""
    proof = Proof("run.toml", "source.recipe.synthesiser", "8" * 64, _READ)
    program = "espeak-ng, from espeakng-loader 0.2.4"
    grant = Grant(
        "LicenseRef-output-of-espeak-ng", proof, holder="the makers of espeak-ng", source=program, kind="recipe"
    )
    clip = Clip("speech:digits", "8a668b08" * 8, None, [grant], Consent("none", proof=proof), share=1.0)
    trained = Trained(
        objective="nonsaturating",
        representation="log-mel",
        steps=120,
        batch=32,
        seed=7,
        sounds=8567,
        held_out=1513,
        seconds=0.512,
        rate=8000,
        day="2026-11-30",
    )
    measured = {"value": 0.0, "low": 0.0, "high": 0.0038267584855551217, "floor": 0.05, "samples": [1000, 8567]}
    plan = Plan(("publish-weights", "publish-sounds"), commercial=False, shows_clips=True)
    return Ledger("speech:digits", [clip], made_at=_READ), RunFacts(trained, measured, plan)


_SINGER = "Sakura Mio"
_LETTER = Proof("letters/2026-10-04.txt", "line 3", "1" * 64, _READ, "the recordings may be used to train a model")
_DECLARED = Proof("rights.toml", "line 4", "2" * 64, _READ)
_PAGE = "https://video.example/streams"


def one_speaker() -> tuple[Ledger, RunFacts]:
    """An invented project: a model of one singer's voice, from recordings with leave and streams without."""
    agreed = Consent("given", _SINGER, ("train", "publish-sounds"), _LETTER)
    stated = Grant("CC-BY-NC-4.0", _DECLARED, _SINGER, "recorded for this project", "2026-10-11", "rights.toml")
    tag = Grant("CC0-1.0", Proof("booth/118.wav", "RIFF ICOP", "3" * 64, _READ), kind="tag")
    booth = [Clip(f"booth/{n:03}.wav", f"{n:064x}", 4.0, [stated], agreed) for n in range(118)]
    odd = Clip("booth/118.wav", "3" * 64, 4.0, [stated, tag], agreed)
    found = Grant("NOASSERTION", Proof("streams/README", "line 1", "4" * 64, _READ), source=_PAGE, kind="text")
    streams = [
        Clip(f"streams/{n:02}.wav", f"{n + 500:064x}", 11.0, [found], Consent("unknown", _SINGER), wishes=[_TDM])
        for n in range(21)
    ]
    ledger = Ledger(
        name="one-speaker",
        clips=[*booth, odd, *streams],
        conflicts=list(conflicts(odd)),
        notes=["This project, its singer and its figures are invented, to show a draft of a one-speaker fine-tune."],
        made_at=_READ,
    )
    return ledger, RunFacts(_fine_tuned(), _MEMORISED, _planned())


_TDM = ("text and data mining", "reserved (1)")
_MEMORISED = {"value": 0.127, "low": 0.108, "high": 0.149, "floor": 0.05, "samples": [1000, 1190]}


def _fine_tuned() -> Trained:
    return Trained(
        objective="nonsaturating",
        representation="log-mel",
        steps=2000,
        batch=16,
        seed=3,
        sounds=1190,
        held_out=210,
        seconds=0.512,
        rate=16000,
        day="2026-11-02",
        started_from="voice-base, an earlier model by the same maker",
    )


def _planned() -> Plan:
    acts = ("publish-weights", "publish-sounds", "imitate")
    return Plan(acts, commercial=False, resemble=True, shows_clips=True)


EXAMPLES = {"demo": demo, "one-speaker": one_speaker}


def drafts() -> dict[str, str]:
    """Every draft by the name of its file."""
    return {
        f"{name}.{lang}.md": draft(*example(), lang)  # type: ignore[arg-type]
        for name, example in EXAMPLES.items()
        for lang in ("en", "ja")
    }


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for file, text in drafts().items():
        (DOCS / file).write_text(text, encoding="utf-8")
