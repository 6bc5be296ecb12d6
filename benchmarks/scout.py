"""Does scout find whom it should, in a planted world of which the truth is known, and how fast?

    python benchmarks/scout.py [--worlds 8] [--people 1250]

Each world has some 2,200 accounts and 60,000 posts, with traps (``tests/scout/planted.py``): debuts remembered and
debuts of others, former identities that are linked from both ends, groups, second accounts, floods, advertisements,
impostors, likes for likes. Printed of each: recall and precision of newcomers; merges that are right and that were
found, wrong merges of a former identity; Kendall's τ between the true and the told liking, beside newest-first and
likes over followers; how often the 95 % interval holds the truth; seconds to store the world and to sift it. The last
lines are the means with the worst world, and how many times faster than the goal of 30 seconds it is.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import machine
import numpy as np
from scipy.stats import kendalltau

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "scout"))

from planted import Planted, key_of, plant

from ganbaru.scout.seen import Batch
from ganbaru.scout.sifting.people import people
from ganbaru.scout.sifting.sift import Told, by_author, told_of
from ganbaru.scout.store import Store

NOW = 1_796_040_000.0
GOAL_SECONDS = 30.0
_BATCH = 1_000


def stored(planted: Planted, path: Path) -> float:
    """Seconds that it takes to store a world, in batches as a source tells it."""
    began = time.perf_counter()
    seen = [*planted.accounts, *planted.posts]
    with Store(path) as store:
        for start in range(0, len(seen), _BATCH):
            store.take("file", Batch(seen[start : start + _BATCH], {}))
    return time.perf_counter() - began


def figures(planted: Planted, told: Told) -> dict[str, float]:
    """How right it is."""
    new = {
        key_of(each) for person in told.persons if told.newness[person.key].verdict == "new" for each in person.accounts
    }
    wanted = planted.new - planted.unwanted
    found = {frozenset(key_of(each) for each in person.accounts) for person in people(planted.accounts)}
    joined, truth = [group for group in found if len(group) > 1], set(planted.together)
    real = [group for group in truth if len(group) > 1]
    return {
        "recall": len(new & wanted) / len(wanted),
        "precision": len(new & wanted) / len(new),
        "merges right": sum(group in truth for group in joined) / len(joined),
        "merges found": sum(group in found for group in real) / len(real),
        "former joined": float(sum(any(pair <= group for group in found) for pair in planted.apart)),
        **liking(planted, told),
    }


def liking(planted: Planted, told: Told) -> dict[str, float]:
    """How well the order of liking is told."""
    posts = by_author(planted.posts)
    rows = [
        (
            hidden.value,
            told.newness[person.key].day or 0.0,
            sum(post.likes or 0 for each in person.accounts for post in posts.get(key_of(each), ()))
            / (1 + sum(each.followers or 0 for each in person.accounts)),
            planted.liked[key_of(person.accounts[0])],
            hidden.low,
            hidden.high,
        )
        for person in told.persons
        if (hidden := told.hidden.get(person.key)) and key_of(person.accounts[0]) in planted.liked
    ]
    value, newest, ratio, truth, low, high = np.array(rows).T
    order = {"tau": value, "newest": newest, "likes/followers": ratio}
    taus = {name: float(kendalltau(each, truth)[0]) for name, each in order.items()}
    return {**taus, "covers": float(((low <= truth) & (truth <= high)).mean())}


def main(quick: bool = False, arguments: list[str] | None = None) -> None:
    """Prints a row for each world."""
    parser = argparse.ArgumentParser(description="Scout against planted worlds.")
    parser.add_argument("--worlds", type=int, default=1 if quick else 8)
    parser.add_argument("--people", type=int, default=250 if quick else 1_250)
    options = parser.parse_args(arguments or [])
    print(machine.about())
    rows: list[dict[str, float]] = []
    for seed in range(options.worlds):
        planted = plant(options.people, seed, now=NOW, posts_each=28.0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scout.sqlite"
            taking = stored(planted, path)
            with Store(path) as store:
                began = time.perf_counter()
                told = told_of(store, now=NOW)
                sifting = time.perf_counter() - began
        found = {**figures(planted, told), "store s": taking, "sift s": sifting}
        if not rows:
            print("\n| world | accounts | posts | " + " | ".join(found) + " |\n|" + (3 + len(found)) * " --- |")
        rows.append(found)
        numbers = " | ".join(f"{value:.3f}" for value in found.values())
        print(f"| {seed} | {len(planted.accounts)} | {len(planted.posts)} | {numbers} |", flush=True)
    print()
    for name in ("recall", "precision", "merges right", "tau", "covers"):
        values = [row[name] for row in rows]
        print(f"{name}: mean {np.mean(values):.3f}, worst world {min(values):.3f}")
    print(f"former identities joined: {sum(row['former joined'] for row in rows):.0f}")
    seconds = float(np.median([row["store s"] + row["sift s"] for row in rows]))
    print(f"a world stored and sifted in {seconds:.1f} s, goal {GOAL_SECONDS:.0f} s: {GOAL_SECONDS / seconds:.1f}x")


if __name__ == "__main__":
    main(arguments=sys.argv[1:])
