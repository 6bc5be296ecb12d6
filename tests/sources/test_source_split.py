"""Laws of the split and of drawing."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ganbaru.sources.rows import Rows
from ganbaru.sources.splitting import draw, held_out

FILES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), min_size=8, max_size=120)


@given(FILES, st.integers(0, 9))
def test_copies_stay_together_and_neither_side_is_empty(files: list[tuple[int, int]], seed: int) -> None:
    groups, labels = [str(group) for group, _ in files], [label for _, label in files]
    held = held_out(groups, labels, seed=seed)
    sides: dict[str, set[bool]] = {}
    for group, side in zip(groups, held, strict=True):
        sides.setdefault(group, set()).add(side)
    assert all(len(side) == 1 for side in sides.values())
    if len(sides) > len(set(labels)):
        assert not all(held)


@given(st.lists(st.integers(8, 200), min_size=1, max_size=8), st.integers(0, 9))
def test_every_label_gives_its_share(sizes: list[int], seed: int) -> None:
    labels = [label for label, size in enumerate(sizes) for _ in range(size)]
    held = held_out([str(number) for number in range(len(labels))], labels, seed=seed)
    total = max(4, round(0.15 * len(labels)))
    for label, size in enumerate(sizes):
        count = sum(side for side, of in zip(held, labels, strict=True) if of == label)
        assert abs(count - total * size / len(labels)) <= 1
    assert sum(held) >= max(4, round(0.15 * len(labels)))


@given(st.permutations(range(30)))
def test_the_order_of_the_files_does_not_matter(order: list[int]) -> None:
    chosen = dict(zip(range(30), held_out([str(n) for n in range(30)], [0] * 30, seed=5), strict=True))
    again = held_out([str(number) for number in order], [0] * 30, seed=5)
    assert [chosen[number] for number in order] == again


@given(st.lists(st.integers(1, 20), min_size=8, max_size=60), st.integers(0, 9))
def test_one_long_recording_among_short_ones_is_trained_on(rows: list[int], seed: int) -> None:
    weights = [*rows, 40 * sum(rows)]
    held = held_out([str(number) for number in range(len(weights))], [0] * len(weights), seed=seed, weights=weights)
    assert not held[-1]
    assert sum(held) == max(4, round(0.15 * len(weights)))


@given(st.lists(st.integers(1, 9), min_size=40, max_size=90), st.integers(0, 9))
def test_rows_are_held_out_about_as_files_are(rows: list[int], seed: int) -> None:
    held = held_out([str(number) for number in range(len(rows))], [0] * len(rows), seed=seed, weights=rows)
    share = sum(row for row, side in zip(rows, held, strict=True) if side) / sum(rows)
    assert 0.01 < share <= 1.5 * 0.16


def test_another_seed_is_another_choice() -> None:
    groups = [str(number) for number in range(100)]
    assert held_out(groups, [0] * 100, seed=0) != held_out(groups, [0] * 100, seed=1)


@given(st.integers(8, 240))
def test_a_draw_is_balanced_and_holds_every_smaller_one(count: int) -> None:
    names = [(word, voice, number) for word in "abc" for voice in "uvwx" for number in range(20)]
    columns = {
        "name": [f"{word}/{voice}/{number}" for word, voice, number in names],
        "label": [word for word, _, _ in names],
        "voice": [voice for _, voice, _ in names],
    }
    rows = Rows(1, None, {**columns, "file": columns["name"]}, {})  # type: ignore[arg-type]
    drawn = draw(rows, count)
    assert len(set(drawn)) == count
    assert set(drawn) >= set(draw(rows, count - 1))
    for groups in (columns["label"], [word + voice for word, voice, _ in names]):
        counted = Counter(groups[row] for row in drawn)
        sizes = [counted[group] for group in set(groups)]
        assert max(sizes) - min(sizes) <= 2
