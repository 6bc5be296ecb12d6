"""Custom sections come back as they were put in, and no engine minds them."""

import wasmtime
from hypothesis import given
from hypothesis import strategies as st

from ganbaru.ship.sections import code_bytes, sections_of, with_sections

EMPTY = bytes(wasmtime.wat2wasm("(module)"))
SMALL = bytes(wasmtime.wat2wasm('(module (func (export "f") (result i32) i32.const 7))'))


@given(st.dictionaries(st.text(max_size=200), st.binary(max_size=20_000), max_size=4))
def test_what_is_put_in_comes_out(sections: dict[str, bytes]) -> None:
    made = with_sections(EMPTY, sections)
    assert sections_of(made) == sections
    wasmtime.Module.validate(wasmtime.Engine(), made)


def test_the_code_section_is_measured() -> None:
    assert code_bytes(EMPTY) == 0
    assert code_bytes(SMALL) == len(b"\x01\x04\x00\x41\x07\x0b")
    assert code_bytes(with_sections(SMALL, {"x": b"abc"})) == code_bytes(SMALL)
