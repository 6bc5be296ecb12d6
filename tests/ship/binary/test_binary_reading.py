"""What is read of a module, and what is said of a file that is none."""

import random
import time
from contextlib import suppress

import pytest
import wasmtime
from assembling import CODE, HEAD, Writer, custom, function_module, many, rich_module, section, unsigned, word

from ganbaru.errors import UserError
from ganbaru.ship.binary import read

FULL = """(module $full
  (import "env" "print" (func $print (param i32 i64) (result f32)))
  (import "env" "table" (table 3 funcref))
  (global $count (export "count") (mut i32) (i32.const 7))
  (memory (export "memory") 2 5)
  (func $work (export "work") (export "again") (param $left f64) (result f64 f64)
    (local.get $left) (local.get $left))
  (func $first)
  (start $first)
  (elem (i32.const 1) $work)
  (data (i32.const 64) "hello"))"""


def full() -> bytes:
    return bytes(wasmtime.wat2wasm(FULL))


def test_sections_and_the_head_make_the_file() -> None:
    for data in (full(), rich_module(*(Writer(seed).body(50) for seed in range(3)))):
        sections = read(data).sections
        ends = [8, *(each.end for each in sections)]
        assert [each.offset for each in sections] == ends[:-1]
        assert ends[-1] == len(data)
        assert sum(each.size for each in sections) + 8 == len(data)


def test_what_is_read_is_what_was_written() -> None:
    module = read(full())
    assert [(each.module, each.name, each.kind, str(each.type)) for each in module.imports] == [
        ("env", "print", "function", "(i32, i64) -> f32"),
        ("env", "table", "table", "3 or more × funcref"),
    ]
    assert [(each.name, each.kind, str(each.type)) for each in module.exports] == [
        ("count", "global", "mutable i32"),
        ("memory", "memory", "2 to 5 × 65,536 bytes"),
        ("work", "function", "(f64) -> f64, f64"),
        ("again", "function", "(f64) -> f64, f64"),
    ]
    assert [each.name for each in module.functions] == ["print", "work", "first"]
    assert module.start == module.function("first") == module.function(2)
    assert module.function("again") == module.function("work") == module.function("1")
    (data,) = module.segments
    assert (data.address, module.data[data.start : data.start + data.size]) == (64, b"hello")
    assert [each.functions for each in module.elements] == [(1,)]
    assert module.names.module == "full"
    assert module.names.within["local"][1] == {0: "left"}


def test_imports_and_exports_are_those_that_an_engine_sees() -> None:
    engine = wasmtime.Engine()
    theirs, ours = wasmtime.Module(engine, full()), read(full())
    assert [(each.module, each.name) for each in theirs.imports] == [(each.module, each.name) for each in ours.imports]
    assert [each.name for each in theirs.exports] == [each.name for each in ours.exports]


def test_functions_are_found_by_name_or_the_nearest_is_told() -> None:
    module = read(full())
    with pytest.raises(UserError, match="did you mean 'work'"):
        module.function("wrk")
    with pytest.raises(UserError, match="numbered from 0 to 2"):
        module.function(3)
    with pytest.raises(UserError, match="unknown function"):
        module.function("9" * 5000)


def test_custom_sections_are_told_and_a_bad_one_is_only_a_problem() -> None:
    producers = many(word("processed-by") + many(word("tool") + word("1.2")))
    needed = many(b"+" + word("simd128"), b"-" + word("atomics"))
    data = full() + custom("producers", producers) + custom("target_features", needed)
    module = read(data + custom("ganbaru", b'{"name": "drums"}') + custom("ganbaru.notes", b'{"work": "all of it"}'))
    assert module.producers == {"processed-by": ("tool 1.2",)}
    assert module.target_features == ("+simd128", "-atomics")
    assert module.about == {"name": "drums"}
    assert ";; all of it" in module.function_text("work")
    for content in (b"{", b"[" * 100_000, b"[]", b"\xff", b"1" * 5000):
        (problem,) = read(full() + custom("ganbaru", content)).problems
        assert "'ganbaru' cannot be read" in problem
    (problem,) = read(full()[:-3] + b"\xff\xff\xff").problems
    assert "'name'" in problem


def test_a_module_within_is_read_likewise() -> None:
    inner = read(full() + custom("ganbaru.fused", function_module(b"\0\x0b"))).fused
    assert inner is not None
    assert len(inner.functions) == 1
    assert read(full()).fused is None
    with pytest.raises(UserError, match="the module within"):
        _ = read(full() + custom("ganbaru.fused", b"?")).fused


def test_features_are_those_that_are_used() -> None:
    for text, feature in {
        "(func (result i32) (i32.extend8_s (i32.const 1)))": "sign extension",
        "(func (drop (i32x4.splat (i32.const 1))))": "SIMD",
        "(func (param v128) (drop (f32x4.relaxed_min (local.get 0) (local.get 0))))": "relaxed SIMD",
        "(func return_call 0)": "tail calls",
        "(memory 1 1 shared)": "threads",
        "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))": "bulk memory",
        "(func (result i32 i32) (i32.const 1) (i32.const 2))": "several results",
        "(memory i64 1)": "64-bit addresses",
        "(func (block (br_table 0 0 (i32.const 1))) (i32.trunc_sat_f64_u (f64.const 2)))": "saturating conversions",
    }.items():
        assert feature in read(bytes(wasmtime.wat2wasm(f"(module {text})"))).features
    assert read(bytes(wasmtime.wat2wasm("(module (func (f64.const 1) drop))"))).features == ()


def test_features_found_in_runs_are_those_found_one_by_one() -> None:
    from ganbaru.ship.binary.cursor import Cursor
    from ganbaru.ship.binary.decoding import instructions

    for seed in range(20):
        body = Writer(seed).body(200)
        module = read(function_module(body))
        start, size = module.raw.code[0]
        decoded = {each.opcode.feature for each in instructions(Cursor(module.data, start + 3, start + size, "code"))}
        assert set(module.features) == decoded - {""}


@pytest.mark.parametrize(
    ("data", "told", "hint"),
    [
        (b"", "is empty", "anew"),
        (b"\0as", "cut off within its first eight", "anew"),
        (HEAD[:6], "cut off within its first eight", "anew"),
        (b"\0asm\x0d\0\1\0", "component", "unbundle"),
        (b"\0asm\2\0\0\0", "version 2", "version 1"),
        (b"(module)", "no WebAssembly", "assemble it first"),
        (b"<!DOCTYPE html><html>", "no WebAssembly", "web page"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "no WebAssembly", "unpack"),
        (b"RIFF1234WAVE", "no WebAssembly", "00 61 73 6d"),
        (HEAD + b"\x0e\0", "no section of number 14", "anew"),
        (HEAD + section(3, many()) + section(1, many()), "out of order", "anew"),
        (HEAD + section(1, many()) * 2, "stands twice", "anew"),
        (HEAD + b"\1\xff\xff\xff\xff\x0f", "claims 4,294,967,295 bytes", "anew"),
        (HEAD + b"\1\xff\xff\xff\xff\xff\xff", "does not end", "anew"),
        (HEAD + section(1, b"\xff\xff\xff\xff\x0f"), "claims 4,294,967,295 entries in 0 bytes", "anew"),
        (HEAD + section(1, many(b"\x60\xff\xff\xff\x7f\0")), "claims 268,435,455 values", "anew"),
        (HEAD + section(1, many(b"\x60\0\0") + b"\0"), "1 bytes too many", "anew"),
        (HEAD + section(1, many(b"\x5d\0\0")), "unknown form 0x5d", "anew"),
        (HEAD + section(1, many(b"\x60" + many(*[b"\x7f"] * 1001) + b"\0")), "more than 1,000 values", "anew"),
        (HEAD + section(1, many(b"\x60\1\x11\0")), "0x11, which is no type", "anew"),
        (HEAD + section(1, many(b"\x60\0\0")) + section(3, b"\1\0"), "1 functions and has code for 0", "anew"),
        (HEAD + section(3, b"\1\0"), "1 functions and has code for 0", "anew"),
        (HEAD + section(7, many(word("x") + b"\2\0")), "exports 'x', memory 0 of 0", "anew"),
        (HEAD + section(8, b"\5"), "starts with function 5 of 0", "anew"),
        (HEAD + section(CODE, many(b"\x09\0\x0b")), "claims 9 bytes of a function in 2 bytes", "anew"),
        (HEAD + section(6, many(b"\x7f\0\xfb\x7f\x0b")), "unknown opcode 0xfb 0x7f", "anew"),
        (HEAD + section(0, b"\4ab"), "claims 4 bytes of a name in 2", "anew"),
        (HEAD + section(0, b"\2\xff\xfe"), "not UTF-8", "anew"),
    ],
)
def test_what_is_no_module_is_said_in_one_line(data: bytes, told: str, hint: str) -> None:
    with pytest.raises(UserError) as error:
        read(data, "x.wasm")
    assert told in error.value.args[0]
    assert hint in error.value.hint
    assert "x.wasm" in error.value.args[0]
    assert "\n" not in str(error.value)


def _looked_at(data: bytes) -> None:
    """Everything that may be asked of a file is answered, or refused in words."""
    with suppress(UserError):
        module = read(data)
        text = module.text()
        assert text.startswith("(module")
        assert module.features is not None
        assert all(isinstance(str(each.type), str) for each in (*module.imports, *module.exports))


def test_a_file_that_is_cut_off_anywhere_is_read_or_refused() -> None:
    data = rich_module(*(Writer(seed).body(20) for seed in range(2))) + full()[8:]
    for end in range(len(data)):
        _looked_at(data[:end])


def test_a_file_that_is_altered_anywhere_is_read_or_refused() -> None:
    chance = random.Random(1)
    whole = (full(), rich_module(*(Writer(seed).body(60) for seed in range(3))))
    for number in range(800):
        data = bytearray(whole[number % 2])
        for _ in range(chance.randrange(1, 5)):
            data[chance.randrange(8, len(data))] = chance.choice([0, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        _looked_at(bytes(data))


def test_ten_megabytes_of_code_are_summed_up_in_seconds() -> None:
    body = b"\0" + b"\x20\0\x41\x85\x80\1\x6a\x21\0" * 100_000 + b"\x0b"
    data = function_module(*[body] * 12, types=(b"\x60\1\x7f\0",)) + custom("name", unsigned(0))
    start = time.process_time()
    module = read(data)
    assert module.features == ()
    assert len(module.functions) == 12
    assert time.process_time() - start < 4
