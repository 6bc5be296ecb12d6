"""A search in a process of its own: ``python search_driver.py FOLDER JOBS TRIALS [STORAGE]``."""

import sys

import search_trainees

from ganbaru.studies.kinds import hyper
from ganbaru.studies.search.space import Range

SPACE = {"rate": Range(1e-5, 1e-1, log=True), "idle": Range(0.0, 1.0)}


def main() -> None:
    folder, jobs, trials, *storage = sys.argv[1:]
    given = {"search": "tpe", "trials": int(trials), "fresh": 6, **({"storage": storage[0]} if storage else {})}
    print(hyper(search_trainees.slow, [0] * 5, out=folder, space=SPACE, jobs=int(jobs), **given).verdict)


if __name__ == "__main__":
    main()
