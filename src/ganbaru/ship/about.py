"""What a shipped module says of itself."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ganbaru._version import __version__
from ganbaru.runs import Run
from ganbaru.ship.checking import Difference
from ganbaru.ship.compiler.module import ABI
from ganbaru.ship.compiler.unpacking import Precision
from ganbaru.training.trained import Trained


def about(
    run: Run,
    trained: Trained,
    *,
    name: str | None,
    step: int,
    licence: str | None,
    credits: Sequence[str],
    precision: Precision,
    error: Difference,
) -> dict[str, Any]:
    """The document of the section ``ganbaru``.

    Args:
        run: where the generator was trained.
        trained: the generator.
        name: of the model; None takes that of what it was trained on, without the folders it lies in.
        step: how long it was trained, steps.
        licence: under which its sounds may be used; None: not stated.
        credits: who is to be named, beside what the run knows.
        precision: of the weights.
        error: against the sounds that Python makes.
    """
    source = run.document["source"]
    return {
        "schema": ABI,
        "name": name or PurePath(source["name"]).name or source["name"],
        "version": f"step {step}",
        "made_with": f"ganbaru {__version__}",
        "licence": licence,
        "credits": [*credits, *_known(source)],
        "precision": precision,
        "sample_rate": trained.rate,
        "length": trained.samples,
        "latent": trained.latent,
        "labels": list(trained.label_names),
        "representation": trained.representation.name,
        "parameters": sum(weights.numel() for weights in trained.generator.parameters()),
        "error": {
            "maximum": error.maximum,
            "rms": error.rms,
            "audible": error.audible,
            "seeds": error.seeds,
        },
        "mark": "sounds of this model are machine-made",
    }


def _known(source: dict[str, Any]) -> list[str]:
    """What the source says of itself that is owed to somebody."""
    recipe = source["recipe"]
    made_by, licence = recipe.get("synthesiser"), recipe.get("licence")
    return [f"{made_by}, {licence}" if licence else str(made_by)] if made_by else []


def encoded(document: dict[str, Any]) -> bytes:
    """As it stands in the module: equal documents give equal bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
