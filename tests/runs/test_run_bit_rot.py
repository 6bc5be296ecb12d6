"""One bit that flips in any stored file is found, and the file is named."""

import random
from pathlib import Path

import pytest
from scenes import play, prepare

from ganbaru.errors import UserError
from ganbaru.runs import Run

FLIPS = 1_000


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def use(run: Run, path: Path) -> None:
    """Read ``path`` the way a user of the run would."""
    parts = path.relative_to(run.path).parts
    if parts[0] == "checkpoints":
        run.load_checkpoint(int(parts[1].removeprefix("step-")))
    elif parts[0] == "samples":
        run.samples()
    elif parts[0] == "metrics.jsonl":
        run.metrics.read()
    elif parts[0] == "run.toml":
        Run.open(run.path)
    else:
        run.read_json(path.stem)


@pytest.fixture
def run(memory: Path) -> Run:
    run = prepare(memory / "run")
    play(run)
    return run


def stored(run: Run) -> list[Path]:
    return sorted(path for path in run.path.rglob("*") if path.is_file() and path.stat().st_size)


def test_every_flip_is_found_by_the_files_name(run: Run) -> None:
    chance = random.Random(7)
    files = stored(run)
    kinds = {path.name for path in files}
    assert {"run.toml", "metrics.jsonl", "model", "manifest.json", "00.wav", "quality.json", "findings.json"} <= kinds
    for number in range(FLIPS):
        path = files[number % len(files)]
        bit = chance.randrange(8 * path.stat().st_size)
        flip(path, bit)
        with pytest.raises(UserError) as caught:
            use(run, path)
        assert str(path.relative_to(run.path)) in str(caught.value.args[0]), f"bit {bit}"
        assert caught.value.hint
        flip(path, bit)
    assert run.problems() == []


@pytest.mark.parametrize("name", ["run.toml", "quality.json", "findings.json", "checkpoints/step-000008/manifest.json"])
def test_every_single_bit_of_the_texts_is_under_the_seal(run: Run, name: str) -> None:
    path = run.path / name
    for bit in range(8 * path.stat().st_size):
        flip(path, bit)
        with pytest.raises(UserError, match=path.name):
            use(run, path)
        flip(path, bit)


def test_every_single_bit_of_the_metrics_is_named_with_its_line(run: Run) -> None:
    path = run.metrics.path
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[-3:]))
    whole = path.read_bytes()
    for bit in range(8 * len(whole)):
        flip(path, bit)
        line = whole[: bit // 8].count(b"\n") + 1
        with pytest.raises(UserError, match=rf"metrics\.jsonl is damaged: line {line} "):
            run.metrics.read()
        path.write_bytes(whole)


def test_the_newest_good_checkpoint_is_used_whatever_flips_in_the_newest(run: Run) -> None:
    chance = random.Random(8)
    for path in sorted((run.path / "checkpoints" / "step-000008").iterdir()):
        for _ in range(20):
            bit = chance.randrange(8 * path.stat().st_size)
            flip(path, bit)
            assert run.load_checkpoint().step == 5
            flip(path, bit)
    assert run.load_checkpoint().step == 8


@pytest.mark.parametrize("what", ["cut", "grown", "emptied", "gone"])
def test_files_of_another_length_are_named(run: Run, what: str) -> None:
    for path in stored(run):
        if path.name == "metrics.jsonl":
            continue  # may be cut and gone: see its own laws
        data = path.read_bytes()
        changed = {"cut": data[:-1], "grown": data + b"\0", "emptied": b"", "gone": None}[what]
        if changed is None:
            path.unlink()
        else:
            path.write_bytes(changed)
        if what != "gone" or path.parent != run.path:
            with pytest.raises(UserError, match=path.name):
                use(run, path)
        path.write_bytes(data)
