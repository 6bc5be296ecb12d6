"""Many trainings as one experiment: a plan written down beforehand, and a ledger that counts every trial once.

>>> import tempfile
>>> def trial(settings, seed, folder):
...     return settings["width"] * 2 + seed
>>> plan = Plan(
...     question="Does a wider model score higher?",
...     rule="Yes if the mean difference over the seeds is positive and its interval excludes 0.",
...     cells={"narrow": {"width": 1}, "wide": {"width": 2}},
...     seeds=range(3),
... )
>>> run_study(tempfile.mkdtemp(), plan, trial, jobs=0).scores
array([[2., 3., 4.],
       [4., 5., 6.]])

A study's folder::

    plan.json                          question, rule, cells, seeds, extensions, sealed
    ledger.jsonl                       what became of each trial, appended to, each line sealed
    trials/000-narrow/seed-0/          a trial's own folder, and beside it seed-0.log if it printed anything
    lock  workers.lock                 empty; held while the study runs
"""

from ganbaru.studies.extension import Extension
from ganbaru.studies.ledger import Trial
from ganbaru.studies.live import Live, Running
from ganbaru.studies.plan import Plan
from ganbaru.studies.running import Interrupted, extend_study, run_study
from ganbaru.studies.table import Results, results

__all__ = [
    "Extension",
    "Interrupted",
    "Live",
    "Plan",
    "Results",
    "Running",
    "Trial",
    "extend_study",
    "results",
    "run_study",
]
