"""Whether numbers grew before they stopped being finite: growth overflows, a broken formula comes at once."""

import numpy as np

from ganbaru.checkup.evidence import Evidence

_GREW = 10.0
"""Times its first size that some loss or gradient reached before; 1 where a formula broke, 100 and more otherwise."""
_NUMBERS = ("loss", "held_out_loss", "critic_loss", "generator_loss")
_GRADIENTS = ("generator_gradient", "critic_gradient", "model_gradient")


def broke_at_once(evidence: Evidence) -> bool:
    """Whether some number ended in what is not finite, and none had grown before."""
    names = [name for name in (*_NUMBERS, *_GRADIENTS) if name in evidence.series and len(evidence.series[name])]
    broken = [name for name in names if not np.isfinite(evidence.series[name].values[-1])]
    return bool(broken) and max(_growth(evidence.series[name].values) for name in names) < _GREW


def _growth(values: np.ndarray) -> float:
    """The largest size before the first value that is not finite, if any is, over the first one."""
    finite = np.isfinite(values)
    before = np.abs(values if finite.all() else values[: int(np.argmin(finite))])
    return float(before.max() / max(before[0], 1e-12)) if len(before) else 0.0
