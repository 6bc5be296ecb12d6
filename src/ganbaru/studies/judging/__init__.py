"""What the scores of a study say: pure functions from arrays to verdicts with intervals.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> a, b = rng.normal(1.0, 0.1, 10), rng.normal(0.0, 0.1, 10)
>>> compare(a, b).verdict
'A is better'
>>> compare(a[:5], b[:5]).verdict
"can't tell"
"""

from ganbaru.studies.judging.arms import Arms, Versus, compare_arms
from ganbaru.studies.judging.capacity import Capacity, capacity
from ganbaru.studies.judging.compare import Comparison, compare
from ganbaru.studies.judging.importance import Importance, Parameter, importance
from ganbaru.studies.judging.learning_curve import LearningCurve, learning_curve
from ganbaru.studies.judging.sequential import Sequential, compare_sequentially
from ganbaru.studies.judging.share import Share, share
from ganbaru.studies.judging.sweep import Sweep, sweep

__all__ = [
    "Arms",
    "Capacity",
    "Comparison",
    "Importance",
    "LearningCurve",
    "Parameter",
    "Sequential",
    "Share",
    "Sweep",
    "Versus",
    "capacity",
    "compare",
    "compare_arms",
    "compare_sequentially",
    "importance",
    "learning_curve",
    "share",
    "sweep",
]
