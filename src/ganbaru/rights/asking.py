"""What is asked of the matrix: who wants to do what, under which conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from ganbaru.errors import unknown
from ganbaru.rights.matrix import ACTORS, ACTS, CONDITIONS, THINGS


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes:
        act: one of `matrix.ACTS`.
        actor: one of `matrix.ACTORS`.
        thing: one of `matrix.THINGS`; "" for what the act is done to anyway.
        known: the conditions that were said, with their values; those not said may be either.
    """

    act: str
    actor: str = "person"
    thing: str = ""
    known: Mapping[str, bool] = field(default_factory=dict)

    def cases(self) -> Iterator[dict[str, bool]]:
        """Every way in which the conditions that were not said may turn out."""
        choices = [(self.known[name],) if name in self.known else (False, True) for name in CONDITIONS]
        for values in product(*choices):
            yield dict(zip(CONDITIONS, values, strict=True))


def asked(
    act: str,
    actor: str = "person",
    *,
    commercial: bool | None = None,
    changed: bool | None = None,
    advertising: bool | None = None,
    thing: str = "",
) -> Asked:
    """A question, checked. Selling is commercial by itself.

    Raises:
        UserError: there is no such act, actor or thing.
    """
    for what, given, known in (("act", act, ACTS), ("actor", actor, ACTORS), ("thing", thing, ("", *THINGS))):
        if given not in known:
            raise unknown(what, given, [name for name in known if name])
    said = {"commercial": commercial, "changed": changed, "advertising": advertising}
    if act == "sell-sounds":
        said["commercial"] = True
    return Asked(act, actor, thing, {name: value for name, value in said.items() if value is not None})
