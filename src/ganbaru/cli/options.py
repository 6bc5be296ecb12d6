"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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
