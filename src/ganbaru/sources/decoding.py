"""One sound file -> mono at the wanted rate, in blocks, every claim checked. Runs in a worker process only."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import soundfile
import soxr

from ganbaru.sources.claims import GREATEST, Refused, check_claims, check_whole
from ganbaru.sources.trimming import Levels

Array = np.ndarray[Any, Any]
_BLOCK = 1 << 18  # samples of all channels in one block: 1 MiB of float32
_EDGE = 1 << 16  # bytes at either end of a file: the longest Ogg page is 65,307


def decode(job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    """Decode ``job["path"]`` to mono float32 at ``job["rate"]`` Hz and append it to ``spool``.

    Returns where it lies there without the silence at its ends (``offset``, ``length`` in samples), its ``peak``,
    the rate and channels it had, and two hashes: of the file's bytes and of the decoded sound.

    Raises:
        Refused: with the reason, if it is not a whole, finite, audible sound.
    """
    with reading(job) as sound:
        return {**_decode(sound, job, spool), "content": sound.content}


@dataclass(frozen=True)
class Reading:
    """A sound file that is being read, its header believed so far.

    Attributes:
        file: open at its beginning.
        frames: what the header declares; cap: the most that a file of its size may hold.
        content: SHA-256 of the file's bytes.
    """

    file: soundfile.SoundFile
    frames: int
    cap: int
    content: str

    def blocks(self) -> Iterator[Array]:
        """Blocks ``(n, channels)`` float32; at the end, read must equal declared.

        Raises:
            Refused: if there are more samples than there may be, fewer than declared, or such that are no sound.
        """
        step = max(1, _BLOCK // self.file.channels)
        read = 0
        while read % step == 0:  # a block that is not full is the last: what follows a damaged place is not believed
            block = self.file.read(step, dtype="float32", always_2d=True)
            if not len(block):
                break
            read += len(block)
            if read > self.cap:
                raise Refused(f"goes on beyond the {self.cap:,} frames that a file of its size can hold")
            _check_loudest(float(np.abs(block).max()))
            yield block
        if read != self.frames:
            raise Refused(f"truncated: {self.frames:,} frames declared, {read:,} read")


@contextmanager
def reading(job: dict[str, Any]) -> Iterator[Reading]:
    """Open ``job["path"]``, its claims checked; whatever the decoder says while it is read is said plainly.

    Raises:
        Refused: with the reason, if it is not a whole sound.
    """
    handle = _open(job)
    try:
        head, tail, content = _read_bytes(handle)
        try:
            with soundfile.SoundFile(handle, closefd=False) as file:
                shape = {"frames": file.frames, "channels": file.channels, "rate": file.samplerate}
                cap = check_claims(**shape, size=job["size"], subtype=file.subtype)
                check_whole(file.extra_info, head, tail)
                yield Reading(file, file.frames, cap, content)
        except soundfile.LibsndfileError as error:
            raise Refused(_plainly(error)) from None
        except (ValueError, RuntimeError, TypeError, OverflowError) as error:
            raise Refused(f"cannot be decoded: {error}") from None
    finally:
        os.close(handle)


def _open(job: dict[str, Any]) -> int:
    """A file handle, without ever waiting for a pipe or reading a device."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        handle = os.open(job["path"], flags)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None
    now = os.fstat(handle)
    reason = ""
    if not stat.S_ISREG(now.st_mode):
        reason = "a pipe, socket or device: not opened"
    elif (now.st_size, now.st_mtime_ns) != (job["size"], job["mtime_ns"]):
        reason = "changed while it was being read"
    elif now.st_size == 0:
        reason = "empty: 0 bytes"
    if reason:
        os.close(handle)
        raise Refused(reason)
    return handle


def _read_bytes(handle: int) -> tuple[bytes, bytes, str]:
    """The first and last bytes of the file and the SHA-256 of all of it."""
    with open(handle, "rb", closefd=False) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _EDGE))
        tail = file.read(_EDGE)
        file.seek(0)
        head = file.read(4)
        file.seek(0)
    os.lseek(handle, 0, os.SEEK_SET)
    return head, tail, digest


def _decode(sound: Reading, job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    start = spool.tell()
    rate = sound.file.samplerate
    levels = Levels(job["rate"])
    digest = hashlib.sha256()
    for block in resampled(_mono(sound.blocks()), rate, job["rate"]):
        levels.add(block)
        data = block.tobytes()
        digest.update(data)
        spool.write(data)
    begin, end = levels.bounds()
    return {
        "offset": start // 4 + begin,
        "length": end - begin,
        "peak": levels.peak,
        "sound": digest.hexdigest(),
        "original_rate": rate,
        "channels": sound.file.channels,
        "start": begin / job["rate"],
    }


def _check_loudest(amplitude: float) -> None:
    if not np.isfinite(amplitude):
        raise Refused("holds NaN or infinite samples")
    if amplitude > GREATEST:
        raise Refused(f"holds samples of {amplitude:.2g}: not a sound")


def _mono(blocks: Iterator[Array]) -> Iterator[Array]:
    """Blocks of the mean of all channels, ``(n,)`` float32."""
    heard = False
    for block in blocks:
        heard = heard or bool(block.any())
        yield mixed(block)
    if not heard:
        raise Refused("all silence")


def mixed(block: Array) -> Array:
    """The mean of all channels: ``(n, channels)`` to ``(n,)`` float32."""
    return block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)


def resampled(blocks: Iterator[Array], rate: int, wanted: int) -> Iterator[Array]:
    """The same sound at ``wanted`` Hz, with the band-limited resampler of soxr at its high quality (20 bits)."""
    if rate == wanted:
        yield from (np.ascontiguousarray(block) for block in blocks)
        return
    stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="HQ")
    for block in blocks:
        if len(out := stream.resample_chunk(np.ascontiguousarray(block))):
            yield out
    if len(out := stream.resample_chunk(np.zeros(0, np.float32), last=True)):
        yield out


def _plainly(error: soundfile.LibsndfileError) -> str:
    if error.code == 1:  # SF_ERR_UNRECOGNISED_FORMAT
        return "not a sound file, whatever its name says"
    text = " ".join(str(error.error_string).split()).removeprefix("Error : ").rstrip(".")
    return "damaged" if "not exist" in text else f"damaged: {text}"  # libsndfile says so of files that do exist
