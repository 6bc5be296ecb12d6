"""The page that plays a shipped module, and the package that others build their pages with."""

from ganbaru.ship.site.inside import Export, Function, Inside, Section
from ganbaru.ship.site.writing import write_site

__all__ = ["Export", "Function", "Inside", "Section", "write_site"]
