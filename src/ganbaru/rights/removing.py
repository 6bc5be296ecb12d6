"""Which clips must go so that an act is permitted: the smallest set, exactly.

A clip whose own answer is too strict has to go. The others are held together by the one licence that a result carries:
for a given licence exactly those must go that do not accept it. There are few such licences, so all are tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ganbaru.rights.asking import Asked, asked
from ganbaru.rights.carrying import RESULTS, clip_accepts, results
from ganbaru.rights.facts import Clip, Ledger
from ganbaru.rights.matrix import OWN
from ganbaru.rights.rulings import rank
from ganbaru.rights.verdicts import Verdict, judge, statements, without


@dataclass(frozen=True)
class Removal:
    """What has to go.

    Attributes:
        clips: paths, the fewest that do; of several such sets, the one with the least seconds of sound.
        forced: those of them whose own licence stands in the way.
        seconds: how much sound that is, of the clips whose length is known.
        share: of all, 0 to 1.
        people: clips whose speaker has refused; apart, since no licence decides that, and not among ``clips``.
        before: the verdict with all clips.
        after: the verdict without ``clips``; None where nothing is left.
    """

    clips: Sequence[str]
    forced: Sequence[str]
    seconds: float
    share: float
    people: Sequence[str]
    before: Verdict
    after: Verdict | None

    def __str__(self) -> str:
        after = "nothing is left" if self.after is None else f"then {self.after.answer}"
        return f"{len(self.clips)} clips must go ({self.seconds:.1f} s, {self.share:.1%}); {after}"


def removal(
    ledger: Ledger,
    act: str = "publish-weights",
    *,
    actor: str = "person",
    commercial: bool | None = None,
    leave_asks: bool = False,
) -> Removal:
    """The smallest set of clips without which an act is permitted.

    Args:
        ledger: what the model is trained on.
        act, actor, commercial: as for `verdict`; say whether it is commercial, or what hangs on that counts as "ask".
        leave_asks: keep the clips whose answer is "ask", to settle them by asking instead.

    Raises:
        UserError: as for `verdict`.
    """
    question = asked(act, actor, commercial=commercial)
    before = judge(ledger, question)
    most = rank("ask" if leave_asks else "allowed with duties")
    forced = {path for group in before.groups if rank(group.ruling.answer) > most for path in group.clips}
    gone = _smallest([clip for clip in ledger.clips if clip.path not in forced], question)
    out = [clip for clip in ledger.clips if clip.path in forced | gone]
    left = without(ledger, [clip.path for clip in out])
    whole = sum(clip.share for clip in ledger.clips)
    return Removal(
        clips=tuple(clip.path for clip in out),
        forced=tuple(clip.path for clip in out if clip.path in forced),
        seconds=_seconds(out),
        share=sum(clip.share for clip in out) / whole if whole else len(out) / len(ledger.clips),
        people=tuple(path for group in before.people if group.ruling.answer == "refused" for path in group.clips),
        before=before,
        after=judge(left, question) if left.clips else None,
    )


def _smallest(clips: Sequence[Clip], question: Asked) -> set[str]:
    """The fewest clips, then the least seconds, without which one result suits the others."""
    if question.act not in RESULTS:
        return set()
    accepted = {kind: clip_accepts(kind, question) for kind in {statements(clip) for clip in clips}}

    def against(result: str) -> list[Clip]:
        return [clip for clip in clips if result not in accepted[statements(clip)]]

    candidates = [OWN, *sorted(results() - {OWN})]
    best = min((against(result) for result in candidates), key=lambda out: (len(out), _seconds(out)))
    return {clip.path for clip in best}


def _seconds(clips: Sequence[Clip]) -> float:
    return sum(clip.seconds or 0.0 for clip in clips)
