"""A driver in a process of its own: ``python study_driver.py FOLDER TRAINEE JOBS CELLS SEEDS KEY=NUMBER…``.

It prints how the study ended, one word a state, or what stopped it.
"""

import sys
from typing import Any

import study_trainees

from ganbaru.errors import UserError
from ganbaru.studies import Interrupted, run_study


def in_main(settings: dict[str, Any], seed: int, folder: Any) -> float:
    """A trainee that lives in the module that was started."""
    return study_trainees.steady(settings, seed, folder)


def main() -> None:
    folder, name, jobs, cells, seeds, *given = sys.argv[1:]
    settings = {key: float(number) for key, _, number in (item.partition("=") for item in given)}
    plan = study_trainees.plan(int(cells), int(seeds), **settings)
    trial = in_main if name == "in_main" else getattr(study_trainees, name)
    try:
        print(*run_study(folder, plan, trial, jobs=int(jobs)).states.ravel())
    except (UserError, Interrupted) as error:
        print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
