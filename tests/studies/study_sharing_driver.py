"""A driver that shares its study: ``python study_sharing_driver.py URL LAPSE FOLDER TRAINEE JOBS CELLS SEEDS K=N…``.

It prints how the study ended, one word a state, or what stopped it.
"""

import sys

import study_trainees

from ganbaru.errors import UserError
from ganbaru.studies import Interrupted, run_study
from ganbaru.studies.sharing import meeting


def main() -> None:
    url, lapse, folder, name, jobs, cells, seeds, *given = sys.argv[1:]
    meeting.LAPSE = float(lapse)
    settings = {key: float(number) for key, _, number in (item.partition("=") for item in given)}
    plan = study_trainees.plan(int(cells), int(seeds), **settings)
    try:
        found = run_study(folder, plan, getattr(study_trainees, name), jobs=int(jobs), storage=url)
        print(*found.states.ravel())
    except (UserError, Interrupted) as error:
        print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
