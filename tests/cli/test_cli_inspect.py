"""`ganbaru inspect`: what is shown of a WebAssembly file."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime
from commanding import Said

Say = Callable[..., Said]
TEXT = """(module $small (import "env" "log" (func $log (param i32))) (memory (export "memory") 2)
  (func $twice (export "twice") (param $x i32) (result i32) (i32.add (local.get $x) (local.get $x)))
  (func $lanes (result v128) (v128.const f32x4 1 2 3 4)) (data (i32.const 16) "abc"))"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.wasm"
    path.write_bytes(bytes(wasmtime.wat2wasm(TEXT)))
    return path


def test_everything_about_a_module_is_on_one_page(ganbaru: Say, file: Path) -> None:
    said = ganbaru("inspect", file)
    assert said.code == 0, said.err
    size = file.stat().st_size
    for line in (
        f"small.wasm: WebAssembly module, {size} bytes",
        "function  env.log: (i32) -> ()",
        "function  twice: (i32) -> i32",
        "memory 0: 2 or more × 65,536 bytes; 131,072 bytes at first",
        "3 bytes  to address 0x10",
        "2 of its own, 1 imported",
        "SIMD",
    ):
        assert line in said.out
    shares = [float(line.split("%")[0].split()[-1]) for line in said.out.splitlines() if "%" in line]
    assert 80 < sum(shares) <= 100


def test_a_function_is_printed_by_name_or_number(ganbaru: Say, file: Path) -> None:
    said = ganbaru("inspect", file, "--function", "twice")
    assert "(i32.add (local.get $x) (local.get $x))" in said.out
    assert ganbaru("inspect", file, "--function", "1").out == said.out
    wrong = ganbaru("inspect", file, "--function", "twic")
    assert wrong.code == 1
    assert "did you mean 'twice'?" in wrong.err
    assert ganbaru("inspect", file, "--function", "fused:twice").code == 1


def test_the_whole_text_makes_the_module_again(ganbaru: Say, file: Path) -> None:
    again = bytes(wasmtime.wat2wasm(ganbaru("inspect", file, "--text").out))
    names = file.read_bytes().index(b"\4name") - 2
    assert again[:names] == file.read_bytes()[:names]


def test_json_is_one_document_with_a_schema(ganbaru: Say, file: Path) -> None:
    told = json.loads(ganbaru("inspect", file, "--json").out)
    assert told["schema"] == "ganbaru.inspect/1"
    assert [each["name"] for each in told["functions"]] == ["log", "twice", "lanes"]
    assert told["bytes"] == 8 + sum(each["bytes"] for each in told["sections"])
    one = json.loads(ganbaru("inspect", file, "--json", "--function", "lanes").out)
    assert "f32x4 1 2 3 4" in one["function"]["text"]
    assert ganbaru("inspect", file, "--json", "--text").code == 1


def test_what_is_no_module_is_one_line_and_no_traceback(ganbaru: Say, file: Path) -> None:
    cut = file.with_name("cut.wasm")
    cut.write_bytes(file.read_bytes()[:40])
    for path, told in ((cut, "cut off"), (file.parent, "is no file"), (file.with_name("gone.wasm"), "is no file")):
        said = ganbaru("inspect", path)
        assert said.code == 1
        assert told in said.err
        assert said.out == ""
        assert len(said.err.strip().splitlines()) == 1


def test_names_cannot_move_the_cursor(ganbaru: Say, tmp_path: Path) -> None:
    path = tmp_path / "bad.wasm"
    path.write_bytes(bytes(wasmtime.wat2wasm('(module (func (export "\\1b[2J\\0a") nop))')))
    for options in ((), ("--text",), ("--function", "0")):
        assert "\x1b" not in ganbaru("inspect", path, *options).out


def test_a_reader_that_has_read_enough_ends_it_quietly(tmp_path: Path) -> None:
    path = tmp_path / "long.wasm"
    path.write_bytes(bytes(wasmtime.wat2wasm(f"(module (func {'nop ' * 50_000}))")))
    command = [sys.executable, "-m", "ganbaru.cli", "inspect", str(path), "--text"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
