"""Holodex: its list of channels of VTubers, the newest first, with the user's own key.

Sources: docs.holodex.net (GET /api/v2/channels: ``type``, ``lang``, ``sort``, ``order``, ``limit`` to 50, ``offset``;
header X-APIKEY; one key for one use, excess is throttled, the licence can be taken back), read in November 2026. The
figures come from YouTube and are lent for 30 days, as those are.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ganbaru.scout import wishes
from ganbaru.scout.places.visit import Told, Visit, language
from ganbaru.scout.query import HolodexSource, secret
from ganbaru.scout.seen import Account, Batch, Lent, Link
from ganbaru.scout.taken import flag, links_in, name, rows, text
from ganbaru.scout.times import DAY, instant

PLACE = "holodex"
_PAGE, _KEPT_DAYS = 50, 30
_FIGURES = ("subscriber_count", "view_count", "video_count", "clip_count")


def visit_holodex(source: HolodexSource, visit: Visit) -> Told:
    """Read the newest channels in each of the languages."""
    key = {"X-APIKEY": secret(source.key)}
    known = 0
    for spoken in visit.languages or [""]:
        for number in range(source.pages):
            channels = _page(source, visit, key, spoken, number)
            known += len(channels)
            yield Batch([one for channel in channels for one in _of_channel(channel, visit)])
            if len(channels) < _PAGE:
                break
    yield visit.ended("well", f"{known} channels were read")


def _page(
    source: HolodexSource, visit: Visit, key: Mapping[str, str], spoken: str, number: int
) -> list[dict[str, Any]]:
    asked = {"type": "vtuber", "sort": "published_at", "order": "desc", "limit": _PAGE, "offset": number * _PAGE}
    query = urlencode({**asked, **({"lang": spoken} if spoken else {})})
    url = f"{visit.asking.base(source.server)}/api/v2/channels?{query}"
    return rows(visit.asking.get(url, headers=key, conditional=False).json(), "channels")


def _of_channel(channel: Mapping[str, Any], visit: Visit) -> list[Account | Lent]:
    identifier, about, shown_as = name(channel, "id"), text(channel, "description"), name(channel, "name")
    if not identifier or flag(channel, "inactive"):
        return []
    account = Account(
        place=PLACE,
        id=identifier,
        handle=identifier,
        name=shown_as,
        about=about,
        url=f"https://holodex.net/channel/{quote(identifier, safe='')}",
        created=instant(channel.get("published_at")),
        links=tuple(
            Link(page) for page in (f"https://www.youtube.com/channel/{quote(identifier, safe='')}", *links_in(about))
        ),
        language=language(name(channel, "lang")),
        wishes=wishes.ordered(wishes.said(shown_as, about)),
        seen=visit.now,
    )
    until = visit.now + _KEPT_DAYS * DAY
    figures = [(figure, name(channel, figure)) for figure in _FIGURES]
    return [account, *(Lent(PLACE, identifier, one, value, visit.now, until) for one, value in figures if value)]
