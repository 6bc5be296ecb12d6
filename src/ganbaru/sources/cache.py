"""Where prepared data is kept, so that the second start is quick. Never in the user's own folder."""

import atexit
import logging
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

FORMAT = 1
"""Raised whenever a store is laid out otherwise: stores of another format are not looked at."""
_log = logging.getLogger("ganbaru.sources")


def cache_folder(*, outside: Path | None = None) -> Path:
    """A folder that can be written: ``$GANBARU_CACHE``, else ``$XDG_CACHE_HOME/ganbaru``, else ``~/.cache/ganbaru``.

    Where that cannot be written, or would lie inside the folder ``outside``, it is a temporary folder that goes
    when the process ends, and a warning says so.
    """
    wanted = _wanted()
    if outside is not None and _inside(wanted, outside):
        return _fallback(f"the cache folder {wanted} lies inside the folder of sounds")
    try:
        prepared = wanted / f"prepared-{FORMAT}"
        prepared.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=prepared):
            pass
    except OSError as error:
        return _fallback(f"the cache folder {wanted} cannot be written ({error.strerror or error})")
    return prepared


def _wanted() -> Path:
    if own := os.environ.get("GANBARU_CACHE"):
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the XDG rule: a relative one is ignored
        base = os.path.expanduser("~/.cache")
    return Path(base).absolute() / "ganbaru"


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _fallback(reason: str) -> Path:
    folder = _temporary()
    _log.warning("%s: using %s instead, for this run only; set GANBARU_CACHE to change that", reason, folder)
    return folder


@lru_cache(maxsize=1)
def _temporary() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ganbaru-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
