"""Everything a run can tell: its folder first, then its networks on its own data, as far as both are still there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.run.facts import facts, is_plain
from ganbaru.checkup.run.lacking import reasons
from ganbaru.checkup.run.records import events, layers, series
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training.session import Parts

if TYPE_CHECKING:
    from ganbaru.checkup.run.reopened import Reopened

_PLAIN = "there is no critic: one network learned from one loss"
_CHEAP = ("sight", "noise_scale")
"""Probes that cost less than a dozen steps."""
_SOUNDS = 100
"""Generated sounds, and held-out ones, that are listened to."""
_ACTIVE = "it takes minutes: ganbaru checkup RUN --active measures it"


def gather(
    run: Run | str | Path,
    *,
    source: Source | None = None,
    parts: Parts | None = None,
    active: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evidence:
    """The evidence of a run. Nothing in its folder changes.

    Args:
        run: the run or its folder.
        source: what it was trained on; None opens it again.
        parts: networks, objective and constraint of your own, where it was trained with such; copies of them are used.
        active: also try what takes minutes.
        seed: of everything random in it.
        progress: is told how far it is.

    Returns:
        Facts, series, and the probes ``events`` and ``layers`` (what was noted in words; the last gradients by layer),
        ``quality`` (the last full measurement: figures by name), ``memory``, ``heard``, ``replay`` and what its watch
        saw, and those of `checkup.probes`. What is not there has its reason in ``missing``.

    Raises:
        UserError: there is no such run, or its ``run.toml`` is damaged.
    """
    opened = run if isinstance(run, Run) else Run.open(run)
    evidence = recorded(opened)
    if is_plain(opened.document):
        return evidence.with_(missing={"memory": _PLAIN})
    known = _Known(source, parts or Parts(), seed, progress or silent)
    evidence = _with_memory(evidence, opened, known)
    evidence = _with_heard(evidence, opened, known)
    evidence = _with_replay(evidence, opened, known)
    return _with_probes(evidence, opened, known, active=active)


def recorded(run: Run) -> Evidence:
    """What a run's folder says by itself."""
    document, missing = run.document, {}
    plain, config = is_plain(document), document.get("config", {})
    lines, damage = _read(run.metrics.read, [])
    quality, spoiled = _read(lambda: run.read_json("quality"), None)
    if spoiled:
        missing["quality"] = spoiled
    found = series(lines, plain=plain)
    missing |= reasons(config, lines, found, plain=plain, damage=damage)
    set_ = facts(document)
    set_["step"] = max((int(line["step"]) for line in lines), default=_last_checkpoint(run))
    probes = {"events": events(lines), "layers": layers(lines), "quality": (quality or {}).get("figures", {})}
    if not probes["layers"]:
        missing["layers"] = (
            "no gradients by layer were noted: every tenth recorded step has them, with record_every above 0"
        )
    return Evidence(
        subject=str(run.path),
        facts=set_,
        series=found,
        probes={name: probe for name, probe in probes.items() if probe or name == "events"},
        missing=missing,
    )


def _with_memory(evidence: Evidence, run: Run, known: "_Known") -> Evidence:
    """The same, with what the networks know by heart."""
    from ganbaru.checkup.run.memory import memory
    from ganbaru.checkup.run.reopened import undisturbed

    def probe() -> dict[str, Any]:
        with undisturbed(known.seed):
            return memory(known.newest(run), known.source_of(run), seed=known.seed)

    known.progress("examining what is known by heart", 0, 1)
    found, why = _read(probe, None)
    known.progress("examining what is known by heart", 1, 1)
    return evidence.with_(probes={"memory": found}) if found else evidence.with_(missing={"memory": why})


def _with_heard(evidence: Evidence, run: Run, known: "_Known") -> Evidence:
    """The same, with what ears notice in sounds of the newest generator."""
    if evidence.facts.get("data") != "sound":
        return evidence.with_(missing={"heard": "what is generated is no sound"})
    from ganbaru.checkup.heard import listen
    from ganbaru.checkup.run.reopened import some, undisturbed

    def probe() -> dict[str, Any]:
        with undisturbed(known.seed):
            made = known.newest(run).trained().sample(_SOUNDS, seed=known.seed)
            real = some(known.source_of(run).held_out, _SOUNDS)
            return listen(made, real.take(range(len(real))), rate=evidence.facts["rate"], seed=known.seed)

    known.progress("listening to what is generated", 0, 1)
    found, why = _read(probe, None)
    known.progress("listening to what is generated", 1, 1)
    return evidence.with_(probes={"heard": found}) if found else evidence.with_(missing={"heard": why})


def _with_replay(evidence: Evidence, run: Run, known: "_Known") -> Evidence:
    """The same, with what a watch sees of a dozen steps, where the run lacks it."""
    from ganbaru.checkup.run.replay import replay, with_lacking

    known.progress("playing a dozen steps again", 0, 1)
    found, why = _read(lambda: replay(run, known.source_of(run), known.parts, seed=known.seed), None)
    known.progress("playing a dozen steps again", 1, 1)
    return with_lacking(evidence, found) if found else evidence.with_(missing={"replay": why})


def _with_probes(evidence: Evidence, run: Run, known: "_Known", *, active: bool) -> Evidence:
    """The same, with the probes that are cheap, or with all."""
    from ganbaru.checkup.probes import PROBES, probe

    names = tuple(PROBES) if active else _CHEAP
    source, why = _read(lambda: known.source_of(run), None)
    if why:
        return evidence.with_(missing=dict.fromkeys(names, why))
    probed = probe(run, names=names, source=source, parts=known.parts, seed=known.seed, progress=known.progress)
    missing = {**{name: _ACTIVE for name in PROBES if name not in names}, **probed.missing}
    return evidence.with_(probes=probed.probes, missing=missing)


@dataclass
class _Known:
    """What the caller brought along, and source and networks once they are open."""

    source: Source | None
    parts: Parts
    seed: int
    progress: Progress
    checked: bool = False
    reopened: "Reopened | None" = None

    def newest(self, run: Run) -> "Reopened":
        """The networks of the newest checkpoint, for probes that only ask them; UserError where there are none."""
        from ganbaru.checkup.run.reopened import newest

        if self.reopened is None:
            self.reopened = newest(run, self.parts)
        return self.reopened

    def source_of(self, run: Run) -> Source:
        """The run's source; UserError where it is not there, or not what it was."""
        from ganbaru.checkup.run.reopened import same_source, source_of

        if self.source is None:
            self.source = source_of(run, self.progress)
        elif not self.checked:
            same_source(run, self.source)
        self.checked = True
        return self.source


def _read(read: Callable[[], Any], empty: Any) -> tuple[Any, str]:
    """What is read, and why it could not be."""
    try:
        return read(), ""
    except UserError as error:
        return empty, str(error)
    except Exception as error:  # a network of the user's own may fail in any way
        return empty, f"{type(error).__name__}: {error}"


def _last_checkpoint(run: Run) -> int:
    return max(run.steps, default=0)
