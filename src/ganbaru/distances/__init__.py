"""How far apart two distributions are, with error bars.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> a, b = rng.normal(size=(500, 2)), rng.normal(size=(500, 2))
>>> sliced_wasserstein(a, b).distinguishable
False
>>> sliced_wasserstein(a, b + 1).distinguishable
True
"""

from ganbaru.distances.estimate import Estimate, bootstrap, proportion
from ganbaru.distances.frechet import frechet
from ganbaru.distances.kernel import kernel
from ganbaru.distances.sliced import sliced_wasserstein

__all__ = ["Estimate", "bootstrap", "frechet", "kernel", "proportion", "sliced_wasserstein"]
