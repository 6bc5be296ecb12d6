"""The distances room against what others offer, part by part.

    python benchmarks/distances.py [exact line intervals critics] [--quick]

Each part is a file of its own beside this one, and says at its top what it measures and how: `distance_exact`,
`distance_line`, `distance_intervals`, `distance_critics`. Each ends in a ratio.
"""

import argparse
from importlib import import_module

PARTS = ("exact", "line", "intervals", "critics")


def main() -> None:
    """Runs the parts that are asked for, one after the other."""
    parser = argparse.ArgumentParser(description="Benchmarks of the distances room.")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="fewer cells and draws, to see that all of them work")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}")
        print(f"-- {part}", flush=True)
        import_module(f"distance_{part}").main(quick=options.quick)


if __name__ == "__main__":
    main()
