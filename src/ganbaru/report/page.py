"""The page of a run or of a study: its parts put together, and where it is kept."""

import os
from pathlib import Path

from ganbaru.report import sections, study
from ganbaru.report.document import document
from ganbaru.report.facts import Facts, gather
from ganbaru.report.markup import Markup, tag
from ganbaru.report.players import table
from ganbaru.report.study_facts import gather as gather_study
from ganbaru.runs import Run
from ganbaru.studies.answer import Answer
from ganbaru.studies.plan import DOCUMENT as PLAN


class Report:
    """The report of a run or of a study.

    Attributes:
        html: the whole page; it needs nothing beside it and no network.
    """

    def __init__(self, html: str, default: Path) -> None:
        self.html = html
        self._default = default

    def save(self, path: str | Path | None = None) -> Path:
        """Writes the page; what was there is replaced at once or not at all.

        Args:
            path: the file; None takes ``report.html`` in the run or the study.

        Returns:
            Where it is.

        Raises:
            OSError: it cannot be written there.
        """
        target = self._default if path is None else Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.saving")
        beside.write_text(self.html, encoding="utf-8")
        os.replace(beside, target)
        return target

    def _repr_html_(self) -> str:
        framed = tag("iframe", srcdoc=self.html, width="100%", height="720")
        return str(framed)

    def __repr__(self) -> str:
        return f"Report({len(self.html) / 1e6:.1f} MB)"


def build(run: Run | Answer | str | os.PathLike[str]) -> Report:
    """The report of a run or a study, finished or not.

    Args:
        run: the run or its folder, or what a study answered or its folder.

    Raises:
        UserError: it is neither, or the plan or the ledger of the study is damaged.
    """
    folder = run.folder if isinstance(run, Answer) else run
    if not isinstance(folder, Run) and (Path(folder) / PLAN).exists():
        return _of_study(Path(folder))
    facts = gather(folder if isinstance(folder, Run) else Run.open(folder))
    return Report(document(facts.document["source"]["name"], _parts(facts)), facts.run.path / "report.html")


def _of_study(folder: Path) -> Report:
    facts = gather_study(folder)
    return Report(document(study.name(facts), study.parts(facts), assets=study.ASSETS), folder / "report.html")


def _parts(facts: Facts) -> list[Markup]:
    return [
        sections.title(facts),
        sections.problems(facts),
        sections.headline(facts),
        table(facts),
        sections.clouds(facts),
        sections.learning(facts),
        sections.evidence(facts),
        sections.happened(facts),
        sections.settings(facts),
        sections.repeat(facts),
    ]
