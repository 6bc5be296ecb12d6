"""All specimens."""

from zoo import codes, configurations, folders, healthy
from zoo.specimen import Specimen

SPECIMENS: tuple[Specimen, ...] = (
    *configurations.faults(),
    *codes.faults(),
    *folders.faults(),
    *healthy.twins(),
)
"""Faults first."""
