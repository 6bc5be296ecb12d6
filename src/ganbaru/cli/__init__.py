"""The command ``ganbaru``: it parses, calls a room, and prints. Importing it imports nothing heavy."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command line; the process ends with its exit code."""
    # Spinning OpenMP threads starve each other as soon as the machine is busy; read once, when torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    from ganbaru.cli.app import run

    sys.exit(run())
