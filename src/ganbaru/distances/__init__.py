"""How far apart two distributions are, with error bars.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> a, b = rng.normal(size=(500, 2)), rng.normal(size=(500, 2))
>>> wasserstein(a, b, of="distributions").distinguishable
False
>>> wasserstein(a, b + 1, of="distributions").distinguishable
True
>>> print(closer(a, a + 1, to=b).verdict)
A

Which distance answers which question stands in ``docs/distances.md``.
"""

from ganbaru.distances.comparison import Comparison, closer
from ganbaru.distances.densities import Density, Gaussian, Laplace, Uniform
from ganbaru.distances.divergences import chi_squared, hellinger, jensen_shannon, kullback_leibler, total_variation
from ganbaru.distances.dual import critic_bound, dual_wasserstein, lipschitz_constant
from ganbaru.distances.energy import energy_distance
from ganbaru.distances.estimate import Estimate, bootstrap, proportion
from ganbaru.distances.frechet import frechet
from ganbaru.distances.histograms import Grid, Histogram
from ganbaru.distances.kernel import kernel
from ganbaru.distances.max_sliced import max_sliced_wasserstein
from ganbaru.distances.sinkhorn import entropic_wasserstein, sinkhorn_divergence
from ganbaru.distances.sliced import shift_factor, sliced_wasserstein
from ganbaru.distances.transport import Transport, transport, transport_many
from ganbaru.distances.wasserstein import wasserstein

__all__ = [
    "Comparison",
    "Density",
    "Estimate",
    "Gaussian",
    "Grid",
    "Histogram",
    "Laplace",
    "Transport",
    "Uniform",
    "bootstrap",
    "chi_squared",
    "closer",
    "critic_bound",
    "dual_wasserstein",
    "energy_distance",
    "entropic_wasserstein",
    "frechet",
    "hellinger",
    "jensen_shannon",
    "kernel",
    "kullback_leibler",
    "lipschitz_constant",
    "max_sliced_wasserstein",
    "proportion",
    "shift_factor",
    "sinkhorn_divergence",
    "sliced_wasserstein",
    "total_variation",
    "transport",
    "transport_many",
    "wasserstein",
]
