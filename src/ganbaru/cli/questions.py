"""The commands that answer something, a function each: parse, call a room, print. Rooms are imported as they run."""

from pathlib import Path
from typing import Annotated

import typer

from ganbaru.cli.options import POINTS, Json, Quiet, Seed, Set


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
