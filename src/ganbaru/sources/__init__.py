"""Where data comes from: folders of sounds, the speech world, toy worlds; decoded, cut, split and kept."""

from ganbaru.sources.contents import contents
from ganbaru.sources.folder import folder
from ganbaru.sources.opening import open, reopen
from ganbaru.sources.order import indices
from ganbaru.sources.source import SoundSource, Source, Split
from ganbaru.sources.speech import speech
from ganbaru.sources.toy import PointSource, toy

__all__ = [
    "PointSource",
    "SoundSource",
    "Source",
    "Split",
    "contents",
    "folder",
    "indices",
    "open",
    "reopen",
    "speech",
    "toy",
]
