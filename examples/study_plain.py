"""Would more data help a function of one's own? Anything that takes data and settings and returns a score will do.

python examples/study_plain.py FOLDER
"""

import sys
from typing import Any

import numpy as np

import ganbaru as gb


def train(data: Any, *, held_out: Any, degree: int = 5) -> float:
    """Fit a polynomial; the score is the mean squared error on what was held out."""
    (x, y), (new_x, new_y) = data, held_out
    weights = np.polyfit(x, y, min(degree, len(x) - 1))
    return float(np.mean((np.polyval(weights, new_x) - new_y) ** 2))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 1000)
    y = np.sin(4 * x) + 0.3 * rng.normal(size=len(x))
    sizes, beside = [50, 100, 200, 400, 800], {"degree 3": {"degree": 3}}
    answer = gb.study.data(
        train, (x, y), sizes=sizes, beside=beside, higher_is_better=False, seeds=range(8), out=sys.argv[1], jobs=2
    )

    print(answer)
    for note in answer.notes:
        print("-", note)
