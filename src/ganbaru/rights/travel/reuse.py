"""REUSE 3.3: a REUSE.toml that says of each sound what the ledger says, for a folder in which they are passed on."""

from typing import Any

import tomli_w

from ganbaru.rights.facts import Clip, Ledger
from ganbaru.rights.ledger import licences, ordered


def reuse_toml(ledger: Ledger) -> str:
    """The file; sounds of one licence, holder and source share a table, unknown and contradicted ones have none.

    Copyright notices are as written in the ledger; where no holder is named the notice says so, as REUSE wants one.
    """
    contradicted = {conflict.clip for conflict in ledger.conflicts}
    groups: dict[tuple[str, str, str], list[str]] = {}
    for clip in ledger.clips:
        if clip.path not in contradicted and licences(clip):
            groups.setdefault(_said(clip), []).append(clip.path)
    tables = [_table(*said, paths) for said, paths in sorted(groups.items())]
    return tomli_w.dumps({"version": 1, "annotations": tables})


def _said(clip: Clip) -> tuple[str, str, str]:
    grants = ordered(clip.grants)
    holder = next((grant.holder for grant in grants if grant.holder), "")
    return licences(clip)[0], holder, next((grant.source for grant in grants if grant.source), "")


def _table(licence: str, holder: str, source: str, paths: list[str]) -> dict[str, Any]:
    said = {
        "path": [path.replace("\\", "\\\\").replace("*", "\\*") for path in paths],
        "precedence": "aggregate",
        "SPDX-FileCopyrightText": holder or "NOASSERTION",
        "SPDX-License-Identifier": licence,
    }
    return {**said, "SPDX-FileComment": f"Source: {source}"} if source else said
