"""What a built-in world says of itself: the recipe in a run's run.toml."""

from collections.abc import Mapping
from typing import Any

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Clip, Consent, Grant
from ganbaru.rights.reading.shelf import Document

OUTPUT_OF_ESPEAK = "LicenseRef-output-of-espeak-ng"
"""Of what espeak-ng says. GPL-3.0-or-later is the licence of the program, whose section 2 covers its output only where
that is itself a covered work. What follows from it is in the matrix."""


def clip_of(source: Mapping[str, Any], document: Document) -> Clip:
    """All sounds of the speech world as one clip: said by a program, whose own licence is quoted; nobody speaks.

    Args:
        source: the section ``source`` of run.toml; document: that file, as it was read.
    """
    recipe = source["recipe"]
    made_by, licence = str(recipe["synthesiser"]), str(recipe.get("licence", ""))
    espeak = made_by.startswith("espeak-ng")
    grant = Grant(
        licence=OUTPUT_OF_ESPEAK if espeak else NO_ASSERTION,
        proof=document.proof("source.recipe", f"synthesiser = {made_by!r}, licence = {licence!r}"),
        holder="the makers of espeak-ng" if espeak else "",
        source=made_by,
        kind="recipe",
    )
    consent = Consent("none", proof=document.proof("source.recipe.synthesiser", made_by))
    return Clip(str(recipe["name"]), str(source["fingerprint"]), None, (grant,), consent, share=1.0)
