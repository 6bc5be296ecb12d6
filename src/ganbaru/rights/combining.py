"""Ledgers joined into one: a model fine-tuned from another, or merged from several, with the shares kept."""

from collections.abc import Mapping
from dataclasses import replace

from ganbaru.errors import UserError
from ganbaru.rights.facts import Clip, Ledger


def combined(parts: Mapping[str, tuple[Ledger | None, float]]) -> Ledger:
    """One ledger of several, each clip with its share of the whole.

    >>> from ganbaru.rights.facts import Clip, Ledger
    >>> both = combined({"base": (Ledger("base", [Clip("a.wav", "0" * 64)]), 3), "other": (None, 1)})
    >>> [(clip.path, clip.share) for clip in both.clips]
    [('base/a.wav', 0.75), ('other', 0.25)]

    Args:
        parts: by name, the ledger of what each was trained on (None for a model of which nothing is known) and its
            weight; the weights are brought to a sum of 1.

    Raises:
        UserError: there are no parts, or a weight is negative, or all are zero.
    """
    weights = [weight for _, weight in parts.values()]
    whole = sum(weights)
    if not parts or min(weights) < 0 or whole <= 0:
        raise UserError(f"weights of parts must be 0 or more, and not all of them 0: {weights}")
    ledgers = {
        name: shared(ledger or Ledger(name, [Clip("", "")]), of=weight / whole, under=name)
        for name, (ledger, weight) in parts.items()
    }
    return Ledger(
        name=" + ".join(parts),
        clips=[clip for ledger in ledgers.values() for clip in ledger.clips],
        conflicts=[conflict for ledger in ledgers.values() for conflict in ledger.conflicts],
        unknown=[path for ledger in ledgers.values() for path in ledger.unknown],
        notes=[note for ledger in ledgers.values() for note in ledger.notes],
        made_at=max(ledger.made_at for ledger in ledgers.values()),
    )


def shared(ledger: Ledger, *, of: float = 1.0, under: str = "") -> Ledger:
    """The ledger with shares that sum to ``of``, alike where none were given, and its paths below ``under``."""
    whole = sum(clip.share for clip in ledger.clips)
    alike = of / len(ledger.clips) if ledger.clips else 0.0

    def placed(path: str) -> str:
        return "/".join(part for part in (under, path) if part)

    return replace(
        ledger,
        clips=[
            replace(clip, path=placed(clip.path), share=of * clip.share / whole if whole else alike)
            for clip in ledger.clips
        ],
        conflicts=[replace(conflict, clip=placed(conflict.clip)) for conflict in ledger.conflicts],
        unknown=[placed(path) for path in ledger.unknown],
    )
