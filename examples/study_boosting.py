"""Are boosted trees large enough for their data? Leaves and trees from a quarter to four times the present ones.

``HistGradientBoostingRegressor`` is built after LightGBM; an ``LGBMRegressor`` goes in the same place. The samples come
in groups, forty from one house each: no house is both trained on and scored on.

python examples/study_boosting.py FOLDER
"""

import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

import ganbaru as gb


def houses(count: int = 40, rooms: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs ``(N, 3)``, outputs ``(N,)`` and the house of each ``(N,)``."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, (count * rooms, 3))
    house = np.repeat(np.arange(count), rooms)
    y = np.sin(3 * x[:, 0]) * x[:, 1] + 0.3 * rng.normal(size=count)[house] + 0.1 * rng.normal(size=len(x))
    return x, y, house


if __name__ == "__main__":
    x, y, house = houses()
    boosting = HistGradientBoostingRegressor(max_leaf_nodes=4, max_iter=20, min_samples_leaf=5)
    answer = gb.study.capacity(
        boosting, (x, y), sizes={"max_leaf_nodes": [2, 4, 8, 16]}, groups=house, out=sys.argv[1], jobs=0
    )

    print(answer)
    print("recommended:", answer.change)
