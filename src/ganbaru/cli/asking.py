"""What was asked of a study on the command line: read, and kept in the study's folder, so that its name is enough."""

import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.report.study_facts import ASKED
from ganbaru.runs import durable
from ganbaru.runs.durable import shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_json, seal_json

_SCHEMA = "ganbaru.asked/1"
_MOST_SEEDS = 1000


@dataclass(frozen=True)
class Asked:
    """A study as it was asked for.

    Attributes:
        kind: "data", "hyper" …
        source: what is learned; empty where the kind has worlds of its own.
        out: the study's folder.
        seeds: of the trials; empty for those that the kind takes by itself.
        steps: of each training; None for the kind's own number.
        settings: of every trial, as they were typed.
        vary: settings and their ranges, as they were typed.
        chosen: options of the kind, as they were typed.
    """

    kind: str
    source: str
    out: Path
    seeds: tuple[int, ...] = ()
    steps: int | None = None
    settings: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The line that asks for the same."""
        words = ["ganbaru", "study", self.kind, *([self.source] if self.source else []), "--out", str(self.out)]
        words += ["--seeds", _seeds(self.seeds)] if self.seeds else []
        words += ["--steps", str(self.steps)] if self.steps is not None else []
        for option, texts in (("--set", self.settings), ("--vary", self.vary), ("--with", self.chosen)):
            words += [word for text in texts for word in (option, text)]
        return shlex.join(words)

    def keep(self) -> None:
        """Write it into the study's folder.

        Raises:
            UserError: the disk refuses.
        """
        said = {**asdict(self), "out": str(self.out)}
        try:
            durable.replace_file(self.out / ASKED, seal_json({"schema": _SCHEMA, **said, "command": self.command}))
        except OSError as error:
            raise UserError(f"cannot write {shown(self.out / ASKED)}: {error}", hint="make room there") from error


def kept(folder: Path) -> Asked | None:
    """What was asked of the study in a folder; None where no command ran it.

    Raises:
        UserError: it is damaged.
    """
    if not (folder / ASKED).exists():
        return None
    try:
        said = open_json(read_bytes(folder / ASKED))
        lists = {name: tuple(said[name]) for name in ("seeds", "settings", "vary", "chosen")}
        return Asked(said["kind"], said["source"], folder, steps=said["steps"], **lists)
    except (Broken, KeyError, TypeError) as error:
        hint = "type the whole command again: it is written anew"
        raise damaged(folder / ASKED, "its bytes do not match the checksum in it", hint=hint) from error


def read_seeds(text: str | None) -> tuple[int, ...]:
    """``"10"`` is the first ten seeds from 0; ``"3,5,8"`` and ``"10-19"`` are those named.

    Raises:
        UserError: it is none of these.
    """
    if text is None:
        return ()
    wrong = UserError(f"--seeds {text!r} names no seeds", hint="a number, such as 10; or the seeds: 0,1,2 or 10-19")
    if re.fullmatch(r"\d+", text):
        first, last = 0, int(text) - 1
    elif match := re.fullmatch(r"(\d+)-(\d+)", text):
        first, last = int(match[1]), int(match[2])
    elif re.fullmatch(r"\d+(,\d+)*,?", text):
        return tuple(dict.fromkeys(int(part) for part in text.split(",") if part))
    else:
        raise wrong
    if not 0 <= last - first < _MOST_SEEDS:
        raise wrong
    return tuple(range(first, last + 1))


def _seeds(seeds: tuple[int, ...]) -> str:
    """As `read_seeds` reads them: shortest where they are the first so many."""
    first = seeds == tuple(range(len(seeds)))
    return str(len(seeds)) if first else "".join(f"{seed}," for seed in seeds)
