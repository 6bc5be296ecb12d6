"""What the facts of a project come to: the counts, shares and verdicts on which draft and questions rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ganbaru.rights.combining import shared
from ganbaru.rights.facts import Clip, Conflict, Grant, Ledger
from ganbaru.rights.run_facts import RunFacts
from ganbaru.rights.verdicts import Verdict, conflicts, statements, verdict

PERMITTED = ("allowed", "allowed with duties")
MOST_OF_IT = 0.5
"""The share from which one creator's sounds are called most of the data."""


@dataclass(frozen=True)
class Picture:
    """A ledger and the facts of a run, looked at together.

    Attributes:
        ledger: with shares that sum to 1.
        facts: of the run.
    """

    ledger: Ledger
    facts: RunFacts

    @classmethod
    def of(cls, ledger: Ledger, facts: RunFacts) -> "Picture":
        """With the ledger's shares brought to a sum of 1."""
        return cls(shared(ledger), facts)

    def clips(self, such: Callable[[Clip], bool]) -> list[Clip]:
        """Those of which it holds."""
        return [clip for clip in self.ledger.clips if such(clip)]

    @cached_property
    def voices(self) -> list[Clip]:
        """Clips in which somebody speaks or sings, as far as is known."""
        return self.clips(lambda clip: clip.consent.lamp != "none")

    @cached_property
    def recorded(self) -> list[Clip]:
        """Clips that no program made."""
        return self.clips(lambda clip: not made_by(clip))

    @cached_property
    def creators(self) -> list[tuple[str, float]]:
        """Speakers, or else holders, with the share of all that is theirs, the greatest first; none unnamed."""
        found: dict[str, float] = {}
        for clip in self.recorded:
            found[creator(clip)] = found.get(creator(clip), 0.0) + clip.share
        found.pop("", None)
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    @cached_property
    def main_creator(self) -> tuple[str, float] | None:
        """The one whose sounds are most of the data; None where nobody's are, or nobody is named."""
        return next((item for item in self.creators if item[1] >= MOST_OF_IT), None)

    def verdict(self, act: str) -> Verdict:
        """On an act, by whom and for what the plan says."""
        if act not in self._verdicts:
            plan = self.facts.plan
            self._verdicts[act] = verdict(self.ledger, act, actor=plan.actor, commercial=plan.commercial)
        return self._verdicts[act]

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        """Those that were asked for."""
        return {}

    def not_permitted(self, act: str) -> list[str]:
        """The clips whose licences do not plainly permit an act."""
        groups = self.verdict(act).groups
        return [path for group in groups if group.ruling.answer not in PERMITTED for path in group.clips]

    @cached_property
    def by_licence(self) -> Mapping[tuple[str, ...], Sequence[Clip]]:
        """Clips by what is stated of them, the most first."""
        found: dict[tuple[str, ...], list[Clip]] = {}
        for clip in self.ledger.clips:
            found.setdefault(statements(clip), []).append(clip)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    @cached_property
    def contradicted(self) -> Sequence[Conflict]:
        """Of each clip whose statements contradict each other, how they do, by path."""
        return [conflict for _, conflict in sorted(conflicts(self.ledger).items())]


def grants(clips: Sequence[Clip]) -> list[Grant]:
    """Every statement about these clips."""
    return [grant for clip in clips for grant in clip.grants]


def creator(clip: Clip) -> str:
    """Whose sound it is: the speaker, or else who holds the rights; "" where nobody is named."""
    return clip.consent.speaker or next((grant.holder for grant in clip.grants if grant.holder), "")


def made_by(clip: Clip) -> str:
    """The program that made the sound; "" for a recording."""
    if any(grant.licence.startswith("LicenseRef-terms-voicevox") for grant in clip.grants):
        return "VOICEVOX"
    recipes = (grant.source.partition(",")[0] or "a program" for grant in clip.grants if grant.kind == "recipe")
    return next(recipes, "")
