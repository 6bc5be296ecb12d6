"""The rivals, fetched when they are raced: npm's and Python's packages go into a cache outside the repository."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

RIVALS = {
    "onnxruntime-web": "1.30.0",
    "@tensorflow/tfjs-core": "4.22.0",
    "@tensorflow/tfjs-backend-cpu": "4.22.0",
    "@tensorflow/tfjs-backend-wasm": "4.22.0",
}
"""Of npm; the newest by 2026-11."""
WRITERS = {"onnx": "1.23.2", "onnxscript": "0.7.2", "onnx-ir": "1.1.0", "ml_dtypes": "0.6.0", "protobuf": "7.36.2"}
"""Of Python: what torch's exporter to ONNX wants. Nothing else here does, so they are no dependency of the package."""


def cache() -> Path:
    """Where packages are kept: ``$GANBARU_BENCHMARKS``, or ``~/.cache/ganbaru/benchmarks``."""
    given = os.environ.get("GANBARU_BENCHMARKS")
    return Path(given) if given else Path.home() / ".cache" / "ganbaru" / "benchmarks"


def rivals() -> Path:
    """The folder of npm's packages.

    Raises:
        SystemExit: there is no npm, or it fails; says what to install.
    """
    wanted = [f"{name}@{version}" for name, version in RIVALS.items()]
    place = cache() / "npm"
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(place), *wanted]
    if not _said(place, wanted):
        if shutil.which("npm") is None or shutil.which("node") is None:
            raise SystemExit("node and npm are needed (on Debian: apt-get install nodejs npm)")
        _install(command, place, wanted)
    return place / "node_modules"


def onnx() -> Any:
    """The package ``onnx``, importable together with what torch's exporter wants beside it.

    Raises:
        SystemExit: pip fails; says what to install.
    """
    wanted = [f"{name}=={version}" for name, version in WRITERS.items()]
    place = cache() / "python"
    if not _said(place, wanted):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place)]
        _install([*pip, *wanted], place, wanted)
    if str(place) not in sys.path:
        sys.path.append(str(place))  # last: what the package itself depends on stays as it is
    importlib.invalidate_caches()
    return importlib.import_module("onnx")


def _said(place: Path, wanted: list[str]) -> bool:
    """Whether exactly these were installed there."""
    note = place / "installed.txt"
    return note.exists() and note.read_text().split() == wanted


def _install(command: list[str], place: Path, wanted: list[str]) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1:]
        raise SystemExit(f"could not install {' '.join(wanted)} into {place}: {' '.join(said)}") from None
    (place / "installed.txt").write_text("\n".join(wanted))
