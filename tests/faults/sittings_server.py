"""A process that has torch and the trainer warm, and forks a child for each sitting of a training that it is asked for.

It reads one JSON order a line, ``{"start": SITTING}`` or ``{"wait": PID}``, and answers each with one line: the child's
process id, or how it ended. It is a process of its own, so that no thread of the tests' process stands in a fork's way.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))

import torch
from disks import Counting, FullFor

import ganbaru as gb
from ganbaru import quality
from ganbaru.distances import sliced_wasserstein
from ganbaru.runs import durable
from ganbaru.training import Event, Interrupted, Measured, Saved, Started, StepDone

KINDS = {Started: "started", StepDone: "step", Saved: "saved", Measured: "measured"}


def measured_on_few(made: Any, train: Any, held_out: Any, *, seed: int) -> dict[str, Any]:
    """The figure of a full measurement, from 200 points: its cost of seconds is not what is tested here."""
    few = {"floor_from": (train[:200], held_out[:200]), "projections": 8, "resamples": 5}
    return {"distance": sliced_wasserstein(made[:200], held_out[:200], seed=seed, **few)}


def sit(source: Any, order: dict[str, Any]) -> int:
    """One sitting; returns the exit code that the command would have: 0, 1 with one line on stderr, or 130."""
    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(event: Event) -> None:
        kind = KINDS.get(type(event), "")
        if kind in ("started", "saved", "measured"):
            os.write(said, f"{kind} {event.step}\n".encode())
        if [kind, event.step] == order.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)

    durable.disk = FullFor(*order["full"]) if "full" in order else Counting()
    try:
        gb.fit(source, out=order["out"], resume=order["resume"], callbacks=[tell], **order["options"])
    except Interrupted as stopped:
        os.write(said, f"interrupted {stopped.step}\n".encode())
        return 130
    except (gb.UserError, OSError) as error:
        os.write(said, f"error {type(error).__name__} {error}\n".encode())
        return 1
    os.write(said, f"calls {durable.disk.count}\n".encode())
    return 0


def child(source: Any, order: dict[str, Any]) -> None:
    code = 70
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        code = sit(source, order)
    except KeyboardInterrupt:
        code = 131
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    torch.set_num_threads(1)
    quality.points = measured_on_few
    source = gb.sources.open("toy:ring")
    warm = Path(tempfile.mkdtemp())
    gb.fit(source, out=warm / "run", steps=2, threads=1)
    shutil.rmtree(warm)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                child(source, order["start"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
