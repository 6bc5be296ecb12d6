"""What a sound file may hold, judged by its size and not by what its header says of itself."""

import re

LEAST_RATE, GREATEST_RATE = 1_000, 768_000
"""Sampling rates (Hz) that are believed."""
MOST_CHANNELS = 64
GREATEST = float(2**31)
"""Samples beyond this amplitude are no sound: even integers of 32 bits stored as floats stay below."""

_PER_BYTE = {"FLAC": 256, "VORBIS": 256, "OPUS": 256, "MPEG": 128, "ALAC": 256, "DWVW": 16}
"""The most samples (of all channels) that one byte plausibly holds; music lies far below: FLAC at 1, Vorbis at 8, MP3
at 8, Opus at 6 kbit/s at 64. Files of pure silence reach 970 (FLAC) and 900 (Vorbis): those are bombs."""
_PER_BYTE_OTHERWISE = 8  # PCM at most 1, the ADPCM and GSM families at most 5
_ALWAYS = 1 << 16

_MISMATCH = re.compile(r"^\W*(\w[\w ]*?)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
_FEWER = re.compile(
    r"Frame count read from 'COMM' chunk \((?P<aiff>\d+)\) not equal to frame count\n"
    r"\W*calculated from length of 'SSND' chunk \((?P<aiff_there>\d+)\)"
    r"|Calculated frame count (?P<rf64_there>\d+) does not match value from 'ds64' chunk of (?P<rf64>\d+)"
)
_SLACK = {"riff": 8, "form": 8, "riff size": 8, "data": 1, "data size": 1, "ssnd": 1}
"""The lengths in a header that matter, with the bytes they may be off: some writers count the header of 8 too."""
_UNKNOWN_LENGTH = 0x7FFFF000  # written by programs that could not seek back: "as long as it goes"


class Refused(Exception):
    """This file is not used; the message says why, for people."""


def most_samples(size: int, subtype: str) -> int:
    """The most samples, of all channels together, that a file of ``size`` bytes may hold."""
    family = subtype.split("_")[0]
    return max(_ALWAYS, size * _PER_BYTE.get(family, _PER_BYTE_OTHERWISE))


def check_claims(*, frames: int, channels: int, rate: int, size: int, subtype: str) -> int:
    """The cap in frames for a file with this header.

    Raises:
        Refused: if the header claims what cannot be.
    """
    if not 1 <= channels <= MOST_CHANNELS:
        raise Refused(f"claims {channels} channels (1 to {MOST_CHANNELS} are read)")
    if not LEAST_RATE <= rate <= GREATEST_RATE:
        raise Refused(f"claims a rate of {rate:,} Hz ({LEAST_RATE:,} to {GREATEST_RATE:,} are read)")
    cap = most_samples(size, subtype) // channels
    if frames >= 2**62:
        raise Refused("its header does not say how long it is: write it anew with a length")
    if frames > cap:
        raise Refused(f"claims {frames:,} frames, more than its {size:,} bytes can hold")
    if frames <= 0:
        raise Refused("holds no sound: 0 frames")
    return cap


def check_whole(log: str, head: bytes, tail: bytes) -> None:
    """Find a file whose end is missing.

    For WAV, AIFF and their kin libsndfile quietly reads what is there; only its log tells what the header said.
    An Ogg stream that is whole ends with a page marked as the last.

    Args:
        log: what libsndfile says of the header; head, tail: the first and last bytes of the file.

    Raises:
        Refused: if it is truncated.
    """
    for name, claimed, present in _MISMATCH.findall(log):
        missing = int(claimed) - int(present)
        slack = _SLACK.get(name.lower())
        if slack is not None and missing > slack and int(claimed) < _UNKNOWN_LENGTH:
            raise Refused(f"truncated: {int(claimed):,} bytes declared, {int(present):,} there")
    for match in _FEWER.finditer(log):
        claimed, present = int(match["aiff"] or match["rf64"]), int(match["aiff_there"] or match["rf64_there"])
        if claimed > present:
            raise Refused(f"truncated: {claimed:,} frames declared, {present:,} there")
    if head[:4] == b"OggS":
        page = tail.rfind(b"OggS")
        if page < 0 or page + 5 >= len(tail) or not tail[page + 5] & 4:
            raise Refused("truncated: the stream has no last page")
