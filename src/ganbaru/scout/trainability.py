"""May a video be trained on? No, unless its owner says so; this asks whether they do.

Source: developers.google.com/youtube/data/video-trainability (``videoTrainability.get`` with ``id``; no key, no quota;
``permitted`` is "all", "none" or the firms that may), read in November 2026. Third-party training is off by default.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from ganbaru.scout.places.visit import Visit
from ganbaru.scout.seen import Batch, Lent
from ganbaru.scout.taken import name, texts
from ganbaru.scout.times import DAY
from ganbaru.scout.trouble import NotThere, Trouble

PLACE, NAME = "youtube", "trainability"
_KEPT_DAYS, _MOST = 30, 20


def ask_trainability(visit: Visit, server: str, videos: Iterable[str]) -> Iterator[Batch]:
    """What owners say of videos that were not asked about within thirty days; no answer changes nothing."""
    asked = {one.id for one in visit.kept.lent_named(PLACE, NAME, visit.now)}
    told: list[Lent] = []
    try:
        for video in [one for one in videos if one not in asked][-_MOST:]:
            told += _asked(visit, server, video)
    except Trouble:
        pass  # the rest is "no" until it can be asked
    yield Batch(told)


def _asked(visit: Visit, server: str, video: str) -> list[Lent]:
    url = f"{visit.asking.base(server)}/youtube/v3/videoTrainability?id={quote(video, safe='')}"
    try:
        document = visit.asking.get(url, conditional=False).json()
    except NotThere:
        return []
    if name(document, "videoId") != video:
        return []
    value = json.dumps(texts(document, "permitted"))
    return [Lent(PLACE, video, NAME, value, visit.now, visit.now + _KEPT_DAYS * DAY)]


def may_train(lent: Sequence[Lent]) -> str:
    """In one phrase: "no", "yes, its owner allows everybody", or the firms that its owner names.

    Args:
        lent: what is known of the video.
    """
    told = next((one.value for one in lent if one.name == NAME), "")
    permitted = json.loads(told) if told else []
    if permitted == ["all"]:
        return "yes, its owner allows everybody"
    if not permitted or "none" in permitted:
        return "no" if told else "no (its owner was not asked)"
    return f"no, but for {', '.join(permitted)}"
