"""The commands, one function each: parse, call a room, print. Rooms are imported when their command runs."""

from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from ganbaru.cli import speech

SOURCE = typer.Argument(help="A folder of sounds, or a world: speech:digits, speech:cat,dog, toy:ring, toy:grid.")
POINTS = "Numbers (.npy, .npz, .npz:NAME, .csv, .tsv, .txt; a row a point), a folder of sounds, a run, or a world."
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Purpose = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ACT",
        help="What for, such as sell-sounds; what a licence forbids stops it. `ganbaru rights` lists all. Repeatable.",
    ),
]
Seed = Annotated[int | None, typer.Option(help="Every random thing follows from it.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, mps …")]
Devices = Annotated[
    int | None, typer.Option(min=1, help="How many of them, one process each; each takes a batch of its own.")
]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any setting of run.toml; repeatable.")
]
Labels = Annotated[str, typer.Option(help="auto, folder (each sub-folder is a label) or none.")]
Rate = Annotated[int | None, typer.Option(help="Samples a second, Hz. Default: chosen for the source.")]
Seconds = Annotated[float | None, typer.Option(help="Length of a sound, s. Default: chosen for the source.")]
Files = Annotated[
    Path | None, typer.Option(metavar="LIST", help="Only these files of a folder: a list, one name a line.")
]


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


def distance(
    a: Annotated[str, typer.Argument(metavar="A", help=POINTS)],
    b: Annotated[str, typer.Argument(metavar="B", help="Likewise.")],
    kind: Annotated[
        str,
        typer.Option(
            help="w1, w2, sliced, max-sliced, sinkhorn, energy, kernel, frechet, tv, kl, js, hellinger, chi2 or dual."
        ),
    ] = "w1",
    of: Annotated[
        str, typer.Option(help="distributions: how far what the points are drawn from is; samples: these very points.")
    ] = "distributions",
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal numbers.")] = 0,
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="How often the interval holds the truth.")
    ] = 0.95,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Taken from a run or a world. Default: as many as the other side has, up to 1,000."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw how A moves onto B: FILE.svg, .png or .html.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """How far apart two sets of sounds or points are, with an interval.

    Beside it stands a floor: what two samples of one distribution would show. Sounds are compared by their log-mel
    statistics, in dB, all at one peak level, rate and length.
    """
    from ganbaru.cli import apart

    apart.tell_distance(
        a,
        b,
        kind=kind,
        of=of,
        seed=seed,
        confidence=confidence,
        count=count,
        plot=plot,
        quiet=quiet,
        as_json=as_json,
    )


def checkup(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="RUN|SOUNDS|LOG",
            help="A run's folder, a folder of sounds, or the log of any trainer: TensorBoard events, CSV, JSONL.",
        ),
    ],
    cause: Annotated[list[str] | None, typer.Option(help="Look for this cause only; repeatable.")] = None,
    active: Annotated[
        bool, typer.Option("--active", help="Also try what takes minutes: does it learn where the answer is known?")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 where anything is found.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COLUMN",
            help="What a log's column is, such as generator_loss=loss_G_GAN; repeatable; or a JSON file of such pairs.",
        ),
    ] = None,
    study: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A study of its data or its size, as evidence beside those in RUN/studies; repeatable.",
        ),
    ] = None,
    sarif: Annotated[str | None, typer.Option(metavar="FILE|-", help="Also write SARIF 2.1.0; - is stdout.")] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Append a summary in Markdown, as for $GITHUB_STEP_SUMMARY.")
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write the findings as text for TensorBoard.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Every random thing follows from it.")] = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Say why it does not learn, on what evidence, and what to do.

    Six steps: bugs, amount of data, quality of data, cause of failure, hyperparameters, model.
    """
    from ganbaru.cli import examined

    return examined.tell_checkup(
        subject,
        causes=cause,
        active=active,
        strict=strict,
        columns=columns,
        studies=study or (),
        sarif=sarif,
        summary=summary,
        tensorboard=tensorboard,
        seed=seed,
        quiet=quiet,
        as_json=as_json,
    )


def treat(
    subject: Annotated[str, typer.Argument(metavar="RUN|SOUNDS", help="A run's folder, or a folder of sounds.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the trials, or file for the list of clean sounds.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many changes to train.")] = 3,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Try what the checkup advises, beside the run, and say whether it helped.

    Of a folder of sounds: list what is clean. No sound and no file of the run is touched.
    """
    from ganbaru.cli import treated

    treated.tell_treatment(subject, out=out, most=most, seed=seed, quiet=quiet or as_json, as_json=as_json)


def study(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND|STUDY",
            help="data, hyper, capacity, vanishing, n-critic, representation or objective; or the folder of a study "
            "that is to go on.",
        ),
    ],
    source: Annotated[
        str | None, typer.Argument(help="What is learned: a folder of sounds, or a world such as toy:ring.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The study's folder. Default: studies/KIND-SOURCE.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Trainings at a time. Default: 1.")] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="N|LIST", help="How many, in total; or which: 0,1,2 or 10-19.")
    ] = None,
    set_: Set = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=RANGE", help="What is tried: n_critic=1,2,5 or critic.learning_rate=1e-5:1e-3:log."),
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="An option of the kind, such as search=tpe; repeatable."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Of each training, in total.")] = None,
    storage: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A database by which machines share the study: postgresql://…"),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Ray cluster whose nodes run the trials; or auto.")
    ] = None,
    rerun_failed: Annotated[bool, typer.Option("--rerun-failed", help="Run what failed once more, too.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the study in --out as it was asked for.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Answer a question by many trainings: a sentence with its evidence, graphs, a page.

    The same command again finishes what is missing; numbers of seeds and steps are totals.

    data: would more data help? By how much would twice as much?

    hyper: which settings matter, and where is each best?

    capacity: is the generator or the critic too small?

    vanishing: how often does the generator's gradient vanish, with which objective?

    n-critic: how many critic updates a step are worth their time?

    representation: waveform or spectrogram: what sounds best for the same budget?

    objective: WGAN, NS-GAN, LS-GAN …: does it matter, with equal tuning?
    """
    from ganbaru.cli import studied

    studied.tell_study(
        kind,
        source,
        out=out,
        seeds=seeds,
        steps=steps,
        set_=set_,
        vary=vary,
        with_=with_,
        resume=resume,
        quiet=quiet or as_json,
        as_json=as_json,
        jobs=jobs,
        storage=storage,
        cluster=cluster,
        rerun_failed=rerun_failed,
    )


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
    from ganbaru.training.settings import from_assignment

    given: dict[str, Any] = dict(from_assignment(text) for text in set_ or [])
    return given | {name: value for name, value in options.items() if value is not None}
