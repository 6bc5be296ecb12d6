"""Runs every benchmark and writes what they print to ``benchmarks/results.md``.

    python benchmarks/run.py [NAME …] [--quick]

Each is a process of its own, one after the other, and each ends in a ratio. With names, only those are run, and the
others keep what they said last, and so does what was measured by hand and stands below them. ``--quick`` takes fewer
seeds and rounds, to see that all of them work; it writes nothing.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
BENCHMARKS: dict[str, list[str]] = {
    "training_step": ["--rounds", "2"],
    "second_start": [],
    "known_results": ["--seeds", "1", "--updates", "200"],
    "signal_room": ["--sounds", "2", "--seeds", "1"],
    "learned_phase": ["--minutes", "0.2"],
    "representations": ["--sounds", "2"],
    "perceptual": ["--sounds", "2", "--seconds", "1"],
    "distances": ["--quick"],
    "data_quality": ["--sounds", "12", "--spoilt", "2"],
    "heard": ["--sets", "1"],
    "watch_overhead": ["--rounds", "1", "--only", "spectrograms"],
    "diagnosis": ["--only", "folder-vowels-*"],
    "treatment": ["--only", "fit-ring-learning-rate-high", "--trials", "1"],
    "ship": ["--rounds", "2", "--starts", "1", "--quality", "5", "--generators", "feasibility"],
    "studies": ["--cases", "30"],
    "study_search": ["--workload", "planted", "--seeds", "1", "--trials", "3"],
    "scout": ["--worlds", "1", "--people", "300"],
    "recipes": ["--minutes", "0.3", "--only", "default (r1 of 5)"],
}
"""The benchmarks, each with what makes it quick."""
_FIRST = """# What the benchmarks said

Written by `make bench`; what each measures, and how, stands at the top of its file.
"""


def run(name: str, *, quick: bool) -> str:
    """What one benchmark prints; it is shown as it comes.

    Raises:
        SystemExit: it failed.
    """
    command = [sys.executable, str(HERE / f"{name}.py"), *(BENCHMARKS[name] if quick else [])]
    print(f"== {name}", flush=True)
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    if process.returncode:
        raise SystemExit(f"{name} failed with exit code {process.returncode}")
    return "".join(said).strip()


def sections() -> dict[str, str]:
    """What is written already, by benchmark."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"^## (\w+)\n", RESULTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))


def shown(text: str) -> str:
    """Tables stay tables; everything else is set as it was printed."""
    blocks = re.split(r"((?:^\|.*\n?)+)", text, flags=re.MULTILINE)
    return "\n".join(
        block.strip() + "\n" if block.startswith("|") else f"```\n{block.strip()}\n```\n"
        for block in blocks
        if block.strip()
    ).strip()


def main() -> None:
    """Runs, and writes after each."""
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; none: all")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}")
    for name in options.names or BENCHMARKS:
        said = run(name, quick=options.quick)
        if not options.quick:
            kept = {**sections(), name: shown(said)}
            by_hand = [key for key in kept if key not in BENCHMARKS]
            ordered = [f"## {key}\n\n{kept[key]}\n" for key in (*BENCHMARKS, *by_hand) if key in kept]
            RESULTS.write_text("\n".join([_FIRST, *ordered]), encoding="utf-8")


if __name__ == "__main__":
    main()
