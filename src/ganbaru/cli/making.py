"""The commands that make something, a function each: parse, call a room, print. Rooms are imported as they run."""

from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from ganbaru.cli import speech
from ganbaru.cli.options import (
    SOURCE,
    Device,
    Devices,
    Files,
    Json,
    Labels,
    Purpose,
    Quiet,
    Rate,
    Seconds,
    Seed,
    Set,
)


def raise_(
    sounds: Annotated[str, SOURCE],
    out: Annotated[Path | None, typer.Option(help="The run's folder. Default: runs/NAME-NUMBER.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Budget for all of it, minutes.")] = 10.0,
    labels: Labels = "auto",
    rate: Rate = None,
    seconds: Seconds = None,
    files: Files = None,
    seed: Seed = None,
    device: Device = None,
    devices: Devices = None,
    set_: Set = None,
    treat: Annotated[
        bool, typer.Option("--treat", help="Then treat what was found: up to three more trainings as long.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """The whole way in one go: check the data, train, measure, examine, report, ship."""
    began = monotonic()
    from ganbaru.cli import way

    given = _given(set_, seed=seed, device=device, devices=devices)
    way.raise_model(
        sounds,
        began=began,
        out=out,
        minutes=minutes,
        labels=labels,
        rate=rate,
        seconds=seconds,
        files=files,
        settings=given,
        treat=treat,
        quiet=quiet or as_json,
        as_json=as_json,
    )


def fit(
    source: Annotated[str, SOURCE],
    out: Annotated[Path | None, typer.Option(help="The run's folder. Default: runs/NAME-NUMBER.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings in a TOML file, or another run's run.toml.")] = None,
    set_: Set = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stands.")] = False,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="How long it may take, minutes.")] = None,
    labels: Labels = "auto",
    rate: Rate = None,
    seconds: Seconds = None,
    files: Files = None,
    seed: Seed = None,
    device: Device = None,
    devices: Devices = None,
    tensorboard: Annotated[Path | None, typer.Option(help="Also write TensorBoard event files there.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a generator on SOURCE."""
    from ganbaru.cli import way

    given = _given(set_, seed=seed, device=device, devices=devices)
    if minutes is not None:
        given["minutes"] = minutes
    way.fit_model(
        source,
        out=out,
        config=config,
        resume=resume,
        labels=labels,
        rate=rate,
        seconds=seconds,
        files=files,
        settings=given,
        tensorboard=tensorboard,
        quiet=quiet or as_json,
        as_json=as_json,
    )


def listen(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    count: Annotated[int, typer.Option(min=1, help="How many sounds.")] = 10,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal sounds.")] = 0,
    label: Annotated[list[str] | None, typer.Option(help="Ask for this label; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the WAV files go. Default: RUN/listen.")] = None,
    step: Annotated[int | None, typer.Option(help="A checkpoint's step. Default: the newest.")] = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Write new sounds of a trained generator as WAV files, marked as machine-made."""
    from ganbaru.cli import way

    files = way.write_sounds(
        run, count=count, seed=seed, labels=label, out=out, step=step, purpose=purpose or (), quiet=as_json
    )
    if as_json:
        speech.document({"schema": "ganbaru.listen/1", "files": [str(file) for file in files]})
    else:
        for file in files:
            speech.result(str(file))


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN|STUDY", help="The folder of a run or of a study.")],
    out: Annotated[Path | None, typer.Option(help="The page's file. Default: report.html in that folder.")] = None,
    as_json: Json = False,
) -> None:
    """Write the report of a run or a study: one HTML page with players, graphs and figures."""
    from ganbaru.report import build

    path = build(run).save(out)
    if as_json:
        speech.document({"schema": "ganbaru.report/1", "file": str(path)})
    else:
        speech.result(str(path))


def ship(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    site: Annotated[Path, typer.Argument(help="The folder to write; an earlier site there is replaced.")],
    precision: Annotated[
        str,
        typer.Option(help="fp32, fp16, int8, int7, int6, int5, or auto: the smallest that is heard to be the same."),
    ] = "auto",
    name: Annotated[str | None, typer.Option(help="Of the model. Default: that of what it was trained on.")] = None,
    licence: Annotated[
        str | None, typer.Option(help="Under which the sounds may be used. Default: what their sources demand.")
    ] = None,
    credit: Annotated[
        list[str] | None, typer.Option(help="Who is to be named too, beside whom the sources demand; repeatable.")
    ] = None,
    purpose: Purpose = None,
    step: Annotated[int | None, typer.Option(help="A checkpoint's step. Default: the newest.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a static site that plays a run's generator as WebAssembly."""
    from ganbaru.cli import shipped

    shipped.tell_ship(
        run,
        site,
        precision=precision,
        name=name,
        licence=licence,
        credits=credit or [],
        purpose=purpose,
        step=step,
        quiet=quiet or as_json,
        as_json=as_json,
    )


def inspect(
    file: Annotated[Path, typer.Argument(help="Any WebAssembly module.")],
    function: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Print this function, by name or number; fused:NAME: of the module within."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the whole module in the text format.")] = False,
    as_json: Json = False,
) -> None:
    """Read a WebAssembly file: its sections, what it wants and offers, its functions as text."""
    from ganbaru.cli import inspected

    inspected.tell_module(file, function=function, text=text, as_json=as_json)


def _given(set_: list[str] | None, **options: Any) -> dict[str, Any]:
    """Settings by name: those that options of their own give go before ``--set``."""
    from ganbaru.training.settings import from_assignment

    given: dict[str, Any] = dict(from_assignment(text) for text in set_ or [])
    return given | {name: value for name, value in options.items() if value is not None}
