"""The page: its parts put together, and the promise that no script runs in it but its own."""

import base64
import hashlib
import os
from importlib.resources import files
from pathlib import Path

from ganbaru.report import sections
from ganbaru.report.facts import Facts, gather
from ganbaru.report.markup import Markup, tag
from ganbaru.report.players import table
from ganbaru.runs import Run


class Report:
    """A run's report.

    Attributes:
        html: the whole page; it needs nothing beside it and no network.
    """

    def __init__(self, html: str, default: Path) -> None:
        self.html = html
        self._default = default

    def save(self, path: str | Path | None = None) -> Path:
        """Writes the page; what was there is replaced at once or not at all.

        Args:
            path: the file; None takes ``report.html`` in the run.

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


def build(run: Run | str | Path) -> Report:
    """The report of a run, finished or not.

    Args:
        run: the run or its folder.

    Raises:
        UserError: it is no run.
    """
    opened = run if isinstance(run, Run) else Run.open(run)
    return Report(_page(gather(opened)), opened.path / "report.html")


def _page(facts: Facts) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{facts.document['source']['name']} · ganbaru"),
        tag("style", style),
    )
    body = tag("body", tag("main", *_parts(facts)), tag("script", script))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


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


def _asset(name: str) -> Markup:
    """A file of this room: our own, so it is markup as it stands."""
    return Markup(files("ganbaru.report").joinpath(name).read_text(encoding="utf-8"))


def _hash(asset: str) -> str:
    digest = base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode()
    return f"'sha256-{digest}'"
