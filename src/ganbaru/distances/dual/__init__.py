"""W1 by its dual: critics, what they prove on points they have not seen, and how steep they are.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> a, b = rng.normal(size=(500, 2)), rng.normal(size=(500, 2))
>>> dual_wasserstein(a + [1, 0], b, steps=100).distinguishable
True
"""

from ganbaru.distances.dual.bound import critic_bound
from ganbaru.distances.dual.direction import gradient_cosine
from ganbaru.distances.dual.lipschitz import Lipschitz, lipschitz_constant
from ganbaru.distances.dual.recipes import RECIPES
from ganbaru.distances.dual.wasserstein import Learnt, dual_wasserstein, fit_critic, judged

CRITICS = tuple(RECIPES)
"""The critics by name, the default first."""

__all__ = [
    "CRITICS",
    "Learnt",
    "Lipschitz",
    "critic_bound",
    "dual_wasserstein",
    "fit_critic",
    "gradient_cosine",
    "judged",
    "lipschitz_constant",
]
