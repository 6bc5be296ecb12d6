"""How good generated sounds are, measured on decoded sound, against held-out real ones."""

from ganbaru.quality.embedded import embedded
from ganbaru.quality.judge import Judge
from ganbaru.quality.neighbours import diversity, memorisation, precision_recall
from ganbaru.quality.points import modes_covered, points
from ganbaru.quality.reference import Reference
from ganbaru.quality.rejects import rejects
from ganbaru.quality.verdicts import verdicts

__all__ = [
    "Judge",
    "Reference",
    "diversity",
    "embedded",
    "memorisation",
    "modes_covered",
    "points",
    "precision_recall",
    "rejects",
    "verdicts",
]
