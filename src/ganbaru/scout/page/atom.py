"""The list as an Atom feed (RFC 4287): one entry a person and day, which links to their own page."""

import datetime
from xml.etree import ElementTree

from ganbaru.scout.names import shown
from ganbaru.scout.sifting.ranking import Listed
from ganbaru.scout.sifting.reasons import reason
from ganbaru.scout.sifting.sift import Sifted
from ganbaru.scout.taken import link

_SPACE = "http://www.w3.org/2005/Atom"


def feed(sifted: Sifted, *, name: str = "Newcomers worth an evening") -> str:
    """The feed of a list."""
    ElementTree.register_namespace("", _SPACE)
    when = datetime.datetime.fromtimestamp(sifted.now, datetime.UTC)
    root = ElementTree.Element(f"{{{_SPACE}}}feed")
    for tag, said in (("title", name), ("id", "urn:ganbaru:scout"), ("updated", _time(when)), ("generator", "ganbaru")):
        _add(root, tag, said)
    _add(_add(root, "author", ""), "name", "ganbaru scout")
    for listed in sifted.listed:
        _entry(root, listed, when)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _entry(root: ElementTree.Element, listed: Listed, when: datetime.datetime) -> None:
    person = listed.candidate.person
    entry = _add(root, "entry", "")
    _add(entry, "title", shown(person.name, 60))
    _add(entry, "id", f"urn:ganbaru:scout:{when:%Y-%m-%d}:{shown(person.key, 500)}")
    _add(entry, "updated", _time(when))
    _add(entry, "summary", reason(listed))
    for address in filter(None, (link(account.url) for account in person.accounts)):
        _add(entry, "link", "").set("href", address)


def _add(parent: ElementTree.Element, tag: str, said: str) -> ElementTree.Element:
    found = ElementTree.SubElement(parent, f"{{{_SPACE}}}{tag}")
    found.text = said or None
    return found


def _time(when: datetime.datetime) -> str:
    return when.replace(microsecond=0).isoformat().replace("+00:00", "Z")
