"""What the disassembler writes is what the assembler reads."""

import pytest
import wasmtime
from assembling import (
    BLOCKS,
    Writer,
    again,
    content,
    custom,
    function_module,
    many,
    rich_module,
    section,
    unsigned,
    word,
)

from ganbaru.ship.binary import read
from ganbaru.ship.binary.opcodes import OPCODES


@pytest.mark.parametrize("seed", range(60))
def test_random_code_comes_back_byte_for_byte(seed: int) -> None:
    writer = Writer(seed)
    module = read(rich_module(*(writer.body(1 + 7 * seed) for _ in range(3))))
    assert "bytes from there" not in module.text()
    back = again(module)
    for name in ("type", "function", "table", "memory", "tag", "global", "element", "code", "data"):
        assert content(back, name) == content(module, name), name


def test_every_opcode_comes_back() -> None:
    writer = Writer(0)
    for one in OPCODES.values():
        if one.name not in BLOCKS:
            module = read(rich_module(b"\0" + writer.instruction(one) + b"\x0b"))
            assert one.name in module.function_text(0)
            assert content(again(module), "code") == content(module, "code"), one


def test_names_of_any_kind_come_back_as_names() -> None:
    names = ["a b", 'quote"d', "", "太鼓", "line\nbreak", "\u202eback", "same", "same", "f3", "x" * 300]
    told = many(*(unsigned(at) + word(name) for at, name in enumerate(names)))
    data = function_module(*[b"\0\x10\0\x0b"] * len(names)) + custom("name", b"\1" + unsigned(len(told)) + told)
    module = read(data)
    assert content(again(module), "code") == content(module, "code")
    assert all(line.isprintable() for line in module.lines())
    assert [again(module).functions[at].name for at in (0, 1, 3, 4, 5)] == [names[at] for at in (0, 1, 3, 4, 5)]


def test_labels_that_hide_each_other_still_mean_their_own_block() -> None:
    text = "(module (func (block $a (block $a (br_table $a 1 0 1) (br 1)) (br $a))))"
    module = read(bytes(wasmtime.wat2wasm(text)))
    assert content(again(module), "code") == content(module, "code")


def test_an_unknown_opcode_ends_the_text_in_bytes_and_leaves_the_rest_of_the_module() -> None:
    for code, told in (
        (b"\xfb\x7f", "0xfb 0x7f"),
        (b"\xfd\xff\x7f", "0xfd 0x3fff"),
        (b"\xfd\x80\x80\x20", "0xfd 0x80000"),
    ):
        module = read(function_module(b"\0\2\x40\x01" + code + b"\x0b\x0b", b"\0\1\x0b"))
        text = module.function_text(0)
        assert f"unknown opcode {told} at byte" in text
        assert code.hex(" ") in text
        assert text.count("(") == text.count(")")
        assert "(nop)" in module.function_text(1)
        assert len(again(module).functions) == 2
        assert "opcodes that are not known here" in module.features


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"\0\x41", "an instruction that is cut off or altered"),
        (b"\0\1", "no end"),
        (b"\0\x0b\1", "code behind the end"),
        (b"\0\5\x0b", "a misplaced else"),
        (b"\0\x18\0\x0b", "a misplaced delegate"),
        (b"\1\xff\xff\xff\xff\x0f\x7f\x0b", "4,294,967,295 locals for 1 bytes of code"),
        (b"\1\1\x01\x0b", "locals that are cut off or altered"),
        (b"\0\x41" + b"\xff" * 20 + b"\x0b", "an instruction that is cut off or altered"),
    ],
)
def test_code_that_is_wrong_is_said_and_shown(body: bytes, told: str) -> None:
    module = read(function_module(body))
    assert told in module.function_text(0)
    assert len(again(module).functions) == 1


def test_blocks_and_expressions_may_be_twenty_thousand_deep() -> None:
    blocks = b"\0" + b"\2\x40" * 20_000 + b"\x0b" * 20_001
    chain = b"\0\x41\0" + b"\x45" * 20_000 + b"\x1a\x0b"
    module = read(function_module(blocks, chain))
    text = module.text()
    assert len(text) < 12_000_000
    assert max(map(len, text.splitlines())) < 200


def test_long_names_that_are_used_often_do_not_make_a_long_text() -> None:
    told = many(unsigned(0) + word("x" * 100_000), unsigned(1) + word("x" * 100_001))
    names = custom("name", b"\1" + unsigned(len(told)) + told)
    module = read(function_module(b"\0" + b"\x10\0\x10\1" * 5_000 + b"\x0b", b"\0\x0b") + names)
    text = module.text()
    assert len(text) < 3_000_000
    assert content(read(bytes(wasmtime.wat2wasm(text))), "code") == content(module, "code")


def test_a_number_out_of_range_is_written_as_it_stands() -> None:
    body = b"\0\x10\x63\x20\x63\x0c\x63\xfc\x09\x63\x11\x63\x63\2\xe3\0\x0b\x23\x63\x1a\x0b"
    module = read(function_module(body))
    assert content(again(module), "code") == content(module, "code")


def test_constants_are_written_in_the_fewest_digits() -> None:
    text = "(module (func (f32.const 0.1) (f64.const 0.1) (f32.const -0) (f32.const 16777216) (f64.const 1e300)))"
    shown = read(bytes(wasmtime.wat2wasm(text))).function_text(0)
    for constant in ("f32.const 0.1)", "f64.const 0.1)", "f32.const -0)", "f32.const 16777216)", "f64.const 1e+300)"):
        assert constant in shown


def test_start_and_sections_of_all_kinds_come_back() -> None:
    text = """(module $whole
      (import "env" "f" (func $f (param i32 f32) (result i64 i64)))
      (import "env" "t" (table 1 2 externref)) (import "env" "m" (memory 1 2 shared))
      (import "env" "g" (global $g (mut f64))) (import "env" "e" (tag $e (param i32)))
      (table $own 1 funcref) (memory i64 1 9) (global $k v128 (v128.const f32x4 1 2 3 4))
      (export "a" (func $main)) (export "b" (table $own)) (export "c" (memory 1)) (export "d" (global $k))
      (export "e" (tag $e)) (export "" (func $f)) (start $main)
      (elem (table $own) (i32.const 0) func $main) (elem declare func $f) (elem externref (ref.null extern))
      (elem (table $own) (offset (i32.const 0)) funcref (ref.func $f) (ref.null func))
      (func $main (local i32 v128) (call $f (i32.const 1) (f32.const 2)) (drop) (drop))
      (data (memory 1) (i64.const 8) "x\\"\\\\\\00\\ff") (data $later "yz"))"""
    module = read(bytes(wasmtime.wat2wasm(text)))
    back = again(module)
    assert [each.name for each in back.sections] == [each.name for each in module.sections]
    for each in module.sections:
        if not each.custom:
            assert content(back, each.name) == content(module, each.name), each.name
    assert module.names.module == "whole"
    assert section(10, content(back, "code")) in back.data


def test_structures_and_arrays_of_the_engine_come_back() -> None:
    text = """(module
      (rec (type $node (sub (struct (field i8) (field (mut (ref null $list))))))
           (type $list (array (mut (ref null $node)))))
      (type $point (sub final (struct (field f64) (field f64))))
      (global (ref $point) (struct.new $point (f64.const 1) (f64.const 2)))
      (func (param (ref null $node) anyref) (result f64)
        (drop (struct.get_s $node 0 (local.get 0)))
        (drop (array.new_fixed $list 2 (local.get 0) (local.get 0)))
        (block $other (result anyref) (br_on_cast $other anyref (ref $point) (local.get 1)))
        (struct.get $point 1 (ref.cast (ref $point) (local.get 1)))))"""
    module = read(bytes(wasmtime.wat2wasm(text)))
    assert str(module.types[0]) == "struct (i8, (mut (ref null 1)))"
    assert "(struct.new $point (f64.const 1) (f64.const 2))" in module.text()
    for name in ("code", "global"):
        assert content(again(module), name) == content(module, name)
    assert "garbage collection" in module.features
