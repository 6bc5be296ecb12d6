"""A site on disk: all of it or nothing."""

import base64
import json
import tempfile
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.ship.sections import ABOUT, sections_of
from ganbaru.ship.site.inside import Inside
from ganbaru.ship.site.package import package
from ganbaru.ship.site.page import GENERATOR, page
from ganbaru.ship.site.scripts import classic

_ON_DISK = '(globalThis.ganbaruModules ??= {{}})[document.currentScript.src] = "{}";\n'
"""A page from disk may not fetch its model; it runs this script instead."""


def write_site(folder: Path, module: bytes, *, inside: Inside = Inside()) -> list[Path]:  # noqa: B008 (frozen)
    """Writes a static site that plays a module; an earlier site there is replaced.

    The site is written beside the folder and moved there once it is whole.

    Args:
        folder: the site's.
        module: with the section ``ganbaru``, which says what it is.
        inside: what the page shows of it under "look inside".

    Returns:
        The site's files, relative to the folder.

    Raises:
        UserError: something that is no site of ours stands there; nothing was touched.
        OSError: it cannot be written.
    """
    folder = folder.resolve()
    contents = site(module, inside)
    _check_replaceable(folder, set(contents))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
        fresh, earlier = Path(beside, "fresh"), Path(beside, "earlier")
        for name, content in contents.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if folder.exists():
            folder.rename(earlier)
        try:
            fresh.rename(folder)
        except OSError:
            if earlier.exists():
                earlier.rename(folder)
            raise
    return [Path(name) for name in contents]


def site(module: bytes, inside: Inside) -> dict[str, bytes]:
    """The files of a site, by name."""
    about = json.loads(sections_of(module)[ABOUT])
    files = {
        "index.html": page(about, module, inside).encode(),
        "ganbaru-voice.js": classic().encode(),
        "model.wasm": module,
        "model.wasm.js": _ON_DISK.format(base64.b64encode(module).decode()).encode(),
    }
    return files | {f"package/{name}": content for name, content in package(about, module).items()}


def _check_replaceable(folder: Path, ours: set[str]) -> None:
    """Lets through what is not there, is empty, or holds nothing but what a site of ours does."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is a file, not a folder for a site", hint="name another folder")
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
    strange = next((name for name in found if name not in ours), None)
    if strange:
        raise UserError(
            f"{folder} holds {strange}, which no site of ours does, so nothing was replaced",
            hint="name another folder, or move that file away",
        )
    if found and not _is_ours(folder / "index.html"):
        raise UserError(f"{folder} holds files of another site, so nothing was replaced", hint="name another folder")


def _is_ours(index: Path) -> bool:
    return index.is_file() and f'name="generator" content="{GENERATOR}' in index.read_text("utf-8", errors="replace")
