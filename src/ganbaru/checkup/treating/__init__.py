"""Treatment: applies what a checkup advises to a copy of the run, trains it beside the first, and says what came of it.

>>> import ganbaru as gb
>>> print(gb.treat("runs/first"))  # doctest: +SKIP
"""

from ganbaru.checkup.treating.cleaning import Cleaning, clean
from ganbaru.checkup.treating.treat import treat
from ganbaru.checkup.treating.treatment import Treatment, Trial

__all__ = ["Cleaning", "Treatment", "Trial", "clean", "treat"]
