"""All forms of a ledger, written into one folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.rights.facts import Ledger
from ganbaru.rights.ledger import SCHEMA, to_json
from ganbaru.rights.travel.card import model_card
from ganbaru.rights.travel.credits import credits_of, thanks
from ganbaru.rights.travel.croissant import croissant
from ganbaru.rights.travel.reuse import reuse_toml
from ganbaru.rights.verdicts import Verdict


def write_papers(
    ledger: Ledger, folder: Path, *, document: Mapping[str, Any] | None = None, verdicts: Sequence[Verdict] = ()
) -> list[Path]:
    """Writes rights.json, croissant.json, REUSE.toml, CREDITS.txt and MODEL_CARD.md; gives back the files.

    Args:
        document: the run's run.toml, where the ledger is that of a run.
        verdicts: on acts, for the data use conditions of Croissant.

    Raises:
        UserError: one of the files is there already, and the folder is not one of such papers; nothing is written then.
    """
    ledger = replace(ledger, name=ledger.name.rstrip("/").rpartition("/")[2])  # where it lay here is nobody's business
    files = {
        "rights.json": _json(to_json(ledger)),
        "croissant.json": _json(croissant(ledger, verdicts)),
        "REUSE.toml": reuse_toml(ledger),
        "CREDITS.txt": credits_text(ledger),
        "MODEL_CARD.md": model_card(ledger, document),
    }
    in_the_way = [name for name in files if (folder / name).exists()]
    if in_the_way and not _is_ours(folder / "rights.json"):
        raise UserError(f"{folder / in_the_way[0]} is there already", hint="name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def _is_ours(file: Path) -> bool:
    """Whether this is a ledger that was written here: then the folder is one of such papers, to be written anew.

    A ledger with a checksum in it is the one that a run keeps.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return bool(found["schema"] == SCHEMA and "sha256" not in found)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def credits_text(ledger: Ledger) -> str:
    """Whom to name, then whom to thank."""
    owed = credits_of(ledger) or ["(nobody is owed a credit)"]
    return "\n".join(["Credits", *owed, "", "With thanks to", *(thanks(ledger) or ["(no holder is named)"])]) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
