"""Findings as text in TensorBoard; needs the extra ``tensorboard``."""

from pathlib import Path

from ganbaru.checkup import words
from ganbaru.checkup.export.summary import escaped, table
from ganbaru.checkup.finding import Findings
from ganbaru.errors import UserError


def to_tensorboard(findings: Findings, folder: str | Path) -> None:
    """Writes an event file with the findings as text: all in one table, and each at the step at which it began.

    Args:
        findings: what was found.
        folder: where the event file goes.

    Raises:
        UserError: tensorboard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise UserError("tensorboard is not installed", hint="pip install 'ganbaru[tensorboard]'") from None
    shown = [finding for finding in findings if finding.verdict in ("found", "suspect")]
    said = f"**{escaped(words.opinion(findings))}** {escaped(words.counts(findings))}."
    with SummaryWriter(str(folder)) as writer:
        writer.add_text("checkup", f"{said}\n\n{table(shown)}" if shown else said)
        for finding in shown:
            writer.add_text(f"checkup/{finding.cause}", table([finding]), finding.since or 0)
