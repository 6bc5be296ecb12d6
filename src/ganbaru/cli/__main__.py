"""``python -m ganbaru.cli``."""

from ganbaru.cli import main

main()
