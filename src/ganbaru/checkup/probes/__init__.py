"""Active probes: short experiments on a copy of a run's networks, or with its settings where the answer is known.

Nothing of the run, of the modules that were given or of any random state is changed by them; the same seed gives the
same numbers on the same machine and thread count. Each probe has a file, whose docstring says what its numbers are.
"""

from ganbaru.checkup.probes.probing import PROBES, Probed, probe

__all__ = ["PROBES", "Probed", "probe"]
