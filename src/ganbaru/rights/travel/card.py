"""A model card as Hugging Face reads it: a head in YAML, then words. https://huggingface.co/docs/hub/model-cards"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ganbaru.rights.facts import Ledger
from ganbaru.rights.ledger import counts
from ganbaru.rights.owing import Duties, duties
from ganbaru.rights.travel.credits import credits_of, licence_for, thanks
from ganbaru.rights.writing.id3 import address_of

_NAMED = (
    "apache-2.0 mit bsd bsd-2-clause bsd-3-clause cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 "
    "cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 "
    "cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 gpl-2.0 gpl-3.0 lgpl-2.1 lgpl-3.0 agpl-3.0 mpl-2.0 isc ofl-1.1 unlicense wtfpl "
    "artistic-2.0 bsl-1.0 zlib odbl"
)
_HUB = frozenset(_NAMED.split())
"""Licences that the hub has a name for; any other is "other" with its own name."""


def model_card(ledger: Ledger, document: Mapping[str, Any] | None = None, *, licence: str = "") -> str:
    """The card of a model that was trained on these sounds.

    Args:
        document: the run's run.toml, where there is one.
        licence: that the maker has chosen; "": the one that the sounds ask for, where they ask for one.
    """
    owed = duties(ledger, "publish-weights") if ledger.clips else None
    carries = licence or licence_for(ledger, "publish-weights") or ""
    return "\n".join([*_head(ledger, carries), *_body(ledger, document or {}, owed, carries)]) + "\n"


def _head(ledger: Ledger, licence: str) -> Iterator[str]:
    """YAML; every text is written as JSON writes it, which YAML reads."""
    yield "---"
    yield from licence_lines(licence)
    yield "library_name: ganbaru"
    yield "tags: [audio, audio-generation, gan]"
    yield from _listed("credits", credits_of(ledger, "publish-weights"))
    yield "---"


def licence_lines(licence: str) -> Iterator[str]:
    """The keys of the head that name a licence."""
    plain = licence.lower().removesuffix("-only").removesuffix("-or-later")
    if plain in _HUB:
        yield f"license: {plain}"
        return
    yield "license: other"
    yield f"license_name: {json.dumps(licence.lower() if ' ' not in licence and licence else 'not-stated')}"
    if address := address_of(licence):
        yield f"license_link: {json.dumps(address)}"


def _listed(key: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{key}:"
        yield from (f"  - {json.dumps(line, ensure_ascii=False)}" for line in lines)


def _body(ledger: Ledger, document: Mapping[str, Any], owed: Duties | None, licence: str) -> Iterator[str]:
    source = document.get("source", {})
    yield f"\n# {_plain(str(source.get('name', ledger.name)).rstrip('/').rpartition('/')[2])}\n"
    yield "A generative model of sound. Everything it makes is machine-made, and its files say so in their tags.\n"
    yield "## Trained on\n"
    for said, count in counts(ledger).items():
        yield f"- {count:,} sound{'s' * (count != 1)}: {_plain(said) or 'no licence known'}"
    if ledger.conflicts:
        yield f"- of {len({each.clip for each in ledger.conflicts}):,} of them the statements contradict each other"
    yield f"\nAs read on {ledger.made_at[:10]}; every statement with its place and hash is in `rights.json`.\n"
    yield f"## Licence\n\n{licence or 'Not stated.'}\n"
    yield from _section("Credits", credits_of(ledger, "publish-weights"))
    yield from _section("With thanks to", thanks(ledger))
    if owed is not None:
        yield from _section("What you owe and may not do", [duty.text.en for duty in owed.duties])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}\n"
        yield from (f"- {_plain(line)}" for line in lines)
        yield ""


def _plain(text: str) -> str:
    """Words of others as words: nothing in them is read as Markdown or HTML."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in " ".join(text.split()))
