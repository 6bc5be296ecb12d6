"""What each opcode is called, what follows it in the code, and how many values it takes and gives.

The tables are those of the core specification 3.0, chapter 5.4, with threads and the older exceptions from their
proposals. An opcode behind a prefix is numbered ``prefix · 2¹⁶ + number``.
"""

import re
from functools import cache
from typing import NamedTuple

PREFIXES = (0xFB, 0xFC, 0xFD, 0xFE)
DEPENDS = -1
"""Values taken or given that depend on what follows the opcode."""


class Opcode(NamedTuple):
    """One of them.

    Attributes:
        code: its number.
        name: in the text format.
        immediates: what follows it, in order; see `decoding`.
        takes: values from the stack.
        gives: values to the stack.
        feature: the part of WebAssembly that it came with; "" for those of the first version.
    """

    code: int
    name: str
    immediates: tuple[str, ...]
    takes: int
    gives: int
    feature: str

    @property
    def bytes_moved(self) -> int:
        """By a load, store or atomic operation: its natural alignment."""
        return _bytes_moved(self.name)


@cache
def _bytes_moved(name: str) -> int:
    found = re.search(r"(?:load|store|rmw|wait)(\d+)(x\d)?", name)
    if found:
        return 8 if found[2] else int(found[1]) // 8
    return {"i32": 4, "i64": 8, "f32": 4, "f64": 8, "v128": 16}.get(name.split(".")[0], 4)


SIMD, RELAXED, THREADS = "SIMD", "relaxed SIMD", "threads"
BULK, SIGN, SATURATING = "bulk memory", "sign extension", "saturating conversions"
REFERENCES, TAIL, EXCEPTIONS = "reference types", "tail calls", "exceptions"
TYPED, WIDE, COLLECTED = "typed references", "wide arithmetic", "garbage collection"

_COMPARED = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
_COMPARED_REAL = "eq ne lt gt le ge"
_BINARY = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"
_UNARY_REAL = "abs neg ceil floor trunc nearest sqrt"
_BINARY_REAL = "add sub mul div min max copysign"
_SIMD = 0xFD << 16
_MORE = 0xFC << 16
_HEAP = 0xFB << 16
_ATOMIC = 0xFE << 16

_ONES: tuple[tuple[int, str, str, int, int, str], ...] = (
    (0x00, "unreachable", "", 0, 0, ""),
    (0x01, "nop", "", 0, 0, ""),
    (0x02, "block", "block", DEPENDS, DEPENDS, ""),
    (0x03, "loop", "block", DEPENDS, DEPENDS, ""),
    (0x04, "if", "block", DEPENDS, DEPENDS, ""),
    (0x05, "else", "", 0, 0, ""),
    (0x06, "try", "block", DEPENDS, DEPENDS, EXCEPTIONS),
    (0x07, "catch", "tag", 0, 0, EXCEPTIONS),
    (0x08, "throw", "tag", DEPENDS, 0, EXCEPTIONS),
    (0x09, "rethrow", "label", 0, 0, EXCEPTIONS),
    (0x0A, "throw_ref", "", 1, 0, EXCEPTIONS),
    (0x0B, "end", "", 0, 0, ""),
    (0x0C, "br", "label", DEPENDS, 0, ""),
    (0x0D, "br_if", "label", DEPENDS, DEPENDS, ""),
    (0x0E, "br_table", "labels", DEPENDS, 0, ""),
    (0x0F, "return", "", DEPENDS, 0, ""),
    (0x10, "call", "function", DEPENDS, DEPENDS, ""),
    (0x11, "call_indirect", "type table", DEPENDS, DEPENDS, ""),
    (0x12, "return_call", "function", DEPENDS, 0, TAIL),
    (0x13, "return_call_indirect", "type table", DEPENDS, 0, TAIL),
    (0x14, "call_ref", "type", DEPENDS, DEPENDS, TYPED),
    (0x15, "return_call_ref", "type", DEPENDS, 0, TYPED),
    (0x18, "delegate", "label", 0, 0, EXCEPTIONS),
    (0x19, "catch_all", "", 0, 0, EXCEPTIONS),
    (0x1A, "drop", "", 1, 0, ""),
    (0x1B, "select", "", 3, 1, ""),
    (0x1C, "select", "types", 3, 1, REFERENCES),
    (0x1F, "try_table", "block catches", DEPENDS, DEPENDS, EXCEPTIONS),
    (0x20, "local.get", "local", 0, 1, ""),
    (0x21, "local.set", "local", 1, 0, ""),
    (0x22, "local.tee", "local", 1, 1, ""),
    (0x23, "global.get", "global", 0, 1, ""),
    (0x24, "global.set", "global", 1, 0, ""),
    (0x25, "table.get", "table", 1, 1, REFERENCES),
    (0x26, "table.set", "table", 2, 0, REFERENCES),
    (0x3F, "memory.size", "memory", 0, 1, ""),
    (0x40, "memory.grow", "memory", 1, 1, ""),
    (0x41, "i32.const", "i32", 0, 1, ""),
    (0x42, "i64.const", "i64", 0, 1, ""),
    (0x43, "f32.const", "f32", 0, 1, ""),
    (0x44, "f64.const", "f64", 0, 1, ""),
    (0xD0, "ref.null", "heap", 0, 1, REFERENCES),
    (0xD1, "ref.is_null", "", 1, 1, REFERENCES),
    (0xD2, "ref.func", "function", 0, 1, REFERENCES),
    (0xD3, "ref.eq", "", 2, 1, TYPED),
    (0xD4, "ref.as_non_null", "", 1, 1, TYPED),
    (0xD5, "br_on_null", "label", 1, 1, TYPED),
    (0xD6, "br_on_non_null", "label", 1, 0, TYPED),
    (_MORE + 8, "memory.init", "data memory", 3, 0, BULK),
    (_MORE + 9, "data.drop", "data", 0, 0, BULK),
    (_MORE + 10, "memory.copy", "memory memory", 3, 0, BULK),
    (_MORE + 11, "memory.fill", "memory", 3, 0, BULK),
    (_MORE + 12, "table.init", "element table", 3, 0, BULK),
    (_MORE + 13, "elem.drop", "element", 0, 0, BULK),
    (_MORE + 14, "table.copy", "table table", 3, 0, BULK),
    (_MORE + 15, "table.grow", "table", 2, 1, REFERENCES),
    (_MORE + 16, "table.size", "table", 0, 1, REFERENCES),
    (_MORE + 17, "table.fill", "table", 3, 0, REFERENCES),
    (_SIMD + 0x0C, "v128.const", "v128", 0, 1, SIMD),
    (_SIMD + 0x0D, "i8x16.shuffle", "lanes", 2, 1, SIMD),
    (_ATOMIC + 3, "atomic.fence", "zero", 0, 0, THREADS),
    (_HEAP + 0, "struct.new", "type", DEPENDS, 1, COLLECTED),
    (_HEAP + 1, "struct.new_default", "type", 0, 1, COLLECTED),
    (_HEAP + 2, "struct.get", "type field", 1, 1, COLLECTED),
    (_HEAP + 3, "struct.get_s", "type field", 1, 1, COLLECTED),
    (_HEAP + 4, "struct.get_u", "type field", 1, 1, COLLECTED),
    (_HEAP + 5, "struct.set", "type field", 2, 0, COLLECTED),
    (_HEAP + 6, "array.new", "type", 2, 1, COLLECTED),
    (_HEAP + 7, "array.new_default", "type", 1, 1, COLLECTED),
    (_HEAP + 8, "array.new_fixed", "type size", DEPENDS, 1, COLLECTED),
    (_HEAP + 9, "array.new_data", "type data", 2, 1, COLLECTED),
    (_HEAP + 10, "array.new_elem", "type element", 2, 1, COLLECTED),
    (_HEAP + 11, "array.get", "type", 2, 1, COLLECTED),
    (_HEAP + 12, "array.get_s", "type", 2, 1, COLLECTED),
    (_HEAP + 13, "array.get_u", "type", 2, 1, COLLECTED),
    (_HEAP + 14, "array.set", "type", 3, 0, COLLECTED),
    (_HEAP + 15, "array.len", "", 1, 1, COLLECTED),
    (_HEAP + 16, "array.fill", "type", 4, 0, COLLECTED),
    (_HEAP + 17, "array.copy", "type type", 5, 0, COLLECTED),
    (_HEAP + 18, "array.init_data", "type data", 4, 0, COLLECTED),
    (_HEAP + 19, "array.init_elem", "type element", 4, 0, COLLECTED),
    (_HEAP + 20, "ref.test", "reference", 1, 1, COLLECTED),
    (_HEAP + 21, "ref.test", "nullable", 1, 1, COLLECTED),
    (_HEAP + 22, "ref.cast", "reference", 1, 1, COLLECTED),
    (_HEAP + 23, "ref.cast", "nullable", 1, 1, COLLECTED),
    (_HEAP + 24, "br_on_cast", "cast", 1, 1, COLLECTED),
    (_HEAP + 25, "br_on_cast_fail", "cast", 1, 1, COLLECTED),
    (_HEAP + 26, "any.convert_extern", "", 1, 1, COLLECTED),
    (_HEAP + 27, "extern.convert_any", "", 1, 1, COLLECTED),
    (_HEAP + 28, "ref.i31", "", 1, 1, COLLECTED),
    (_HEAP + 29, "i31.get_s", "", 1, 1, COLLECTED),
    (_HEAP + 30, "i31.get_u", "", 1, 1, COLLECTED),
)

_ROWS: tuple[tuple[int, str, str, int, int, str, str], ...] = (
    # first code, type, immediates, takes, gives, feature, names; "-" stands for a code that is not in use
    (0x28, "", "access", 1, 1, "", "i32.load i64.load f32.load f64.load"),
    (0x2C, "i32", "access", 1, 1, "", "load8_s load8_u load16_s load16_u"),
    (0x30, "i64", "access", 1, 1, "", "load8_s load8_u load16_s load16_u load32_s load32_u"),
    (0x36, "", "access", 2, 0, "", "i32.store i64.store f32.store f64.store i32.store8 i32.store16"),
    (0x3C, "i64", "access", 2, 0, "", "store8 store16 store32"),
    (0x45, "i32", "", 1, 1, "", "eqz"),
    (0x46, "i32", "", 2, 1, "", _COMPARED),
    (0x50, "i64", "", 1, 1, "", "eqz"),
    (0x51, "i64", "", 2, 1, "", _COMPARED),
    (0x5B, "f32", "", 2, 1, "", _COMPARED_REAL),
    (0x61, "f64", "", 2, 1, "", _COMPARED_REAL),
    (0x67, "i32", "", 1, 1, "", "clz ctz popcnt"),
    (0x6A, "i32", "", 2, 1, "", _BINARY),
    (0x79, "i64", "", 1, 1, "", "clz ctz popcnt"),
    (0x7C, "i64", "", 2, 1, "", _BINARY),
    (0x8B, "f32", "", 1, 1, "", _UNARY_REAL),
    (0x92, "f32", "", 2, 1, "", _BINARY_REAL),
    (0x99, "f64", "", 1, 1, "", _UNARY_REAL),
    (0xA0, "f64", "", 2, 1, "", _BINARY_REAL),
    (0xA7, "i32", "", 1, 1, "", "wrap_i64 trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u"),
    (0xAC, "i64", "", 1, 1, "", "extend_i32_s extend_i32_u trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u"),
    (0xB2, "f32", "", 1, 1, "", "convert_i32_s convert_i32_u convert_i64_s convert_i64_u demote_f64"),
    (0xB7, "f64", "", 1, 1, "", "convert_i32_s convert_i32_u convert_i64_s convert_i64_u promote_f32"),
    (0xBC, "", "", 1, 1, "", "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64"),
    (0xC0, "i32", "", 1, 1, SIGN, "extend8_s extend16_s"),
    (0xC2, "i64", "", 1, 1, SIGN, "extend8_s extend16_s extend32_s"),
    (_MORE + 0, "i32", "", 1, 1, SATURATING, "trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u"),
    (_MORE + 4, "i64", "", 1, 1, SATURATING, "trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u"),
    (_MORE + 19, "i64", "", 4, 2, WIDE, "add128 sub128"),
    (_MORE + 21, "i64", "", 2, 2, WIDE, "mul_wide_s mul_wide_u"),
    (_SIMD + 0x00, "v128", "access", 1, 1, SIMD, "load load8x8_s load8x8_u load16x4_s load16x4_u"),
    (_SIMD + 0x05, "v128", "access", 1, 1, SIMD, "load32x2_s load32x2_u"),
    (_SIMD + 0x07, "v128", "access", 1, 1, SIMD, "load8_splat load16_splat load32_splat load64_splat"),
    (_SIMD + 0x0B, "v128", "access", 2, 0, SIMD, "store"),
    (_SIMD + 0x0E, "i8x16", "", 2, 1, SIMD, "swizzle"),
    (_SIMD + 0x0F, "", "", 1, 1, SIMD, "i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat"),
    (_SIMD + 0x15, "i8x16", "lane", 1, 1, SIMD, "extract_lane_s extract_lane_u"),
    (_SIMD + 0x17, "i8x16", "lane", 2, 1, SIMD, "replace_lane"),
    (_SIMD + 0x18, "i16x8", "lane", 1, 1, SIMD, "extract_lane_s extract_lane_u"),
    (_SIMD + 0x1A, "i16x8", "lane", 2, 1, SIMD, "replace_lane"),
    (_SIMD + 0x1B, "", "lane", 1, 1, SIMD, "i32x4.extract_lane - i64x2.extract_lane - f32x4.extract_lane"),
    (_SIMD + 0x1C, "", "lane", 2, 1, SIMD, "i32x4.replace_lane - i64x2.replace_lane - f32x4.replace_lane"),
    (_SIMD + 0x21, "f64x2", "lane", 1, 1, SIMD, "extract_lane"),
    (_SIMD + 0x22, "f64x2", "lane", 2, 1, SIMD, "replace_lane"),
    (_SIMD + 0x23, "i8x16", "", 2, 1, SIMD, _COMPARED),
    (_SIMD + 0x2D, "i16x8", "", 2, 1, SIMD, _COMPARED),
    (_SIMD + 0x37, "i32x4", "", 2, 1, SIMD, _COMPARED),
    (_SIMD + 0x41, "f32x4", "", 2, 1, SIMD, _COMPARED_REAL),
    (_SIMD + 0x47, "f64x2", "", 2, 1, SIMD, _COMPARED_REAL),
    (_SIMD + 0x4D, "v128", "", 1, 1, SIMD, "not"),
    (_SIMD + 0x4E, "v128", "", 2, 1, SIMD, "and andnot or xor"),
    (_SIMD + 0x52, "v128", "", 3, 1, SIMD, "bitselect"),
    (_SIMD + 0x53, "v128", "", 1, 1, SIMD, "any_true"),
    (_SIMD + 0x54, "v128", "access lane", 2, 1, SIMD, "load8_lane load16_lane load32_lane load64_lane"),
    (_SIMD + 0x58, "v128", "access lane", 2, 0, SIMD, "store8_lane store16_lane store32_lane store64_lane"),
    (_SIMD + 0x5C, "v128", "access", 1, 1, SIMD, "load32_zero load64_zero"),
    (_SIMD + 0x5E, "", "", 1, 1, SIMD, "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"),
    (_SIMD + 0x60, "i8x16", "", 1, 1, SIMD, "abs neg popcnt all_true bitmask"),
    (_SIMD + 0x65, "i8x16", "", 2, 1, SIMD, "narrow_i16x8_s narrow_i16x8_u"),
    (_SIMD + 0x67, "f32x4", "", 1, 1, SIMD, "ceil floor trunc nearest"),
    (_SIMD + 0x6B, "i8x16", "", 2, 1, SIMD, "shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
    (_SIMD + 0x74, "f64x2", "", 1, 1, SIMD, "ceil floor - - - - trunc"),
    (_SIMD + 0x76, "i8x16", "", 2, 1, SIMD, "min_s min_u max_s max_u - avgr_u"),
    (_SIMD + 0x7C, "i16x8", "", 1, 1, SIMD, "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u"),
    (_SIMD + 0x7E, "i32x4", "", 1, 1, SIMD, "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u"),
    (_SIMD + 0x80, "i16x8", "", 1, 1, SIMD, "abs neg - all_true bitmask"),
    (_SIMD + 0x82, "i16x8", "", 2, 1, SIMD, "q15mulr_sat_s - - narrow_i32x4_s narrow_i32x4_u"),
    (_SIMD + 0x87, "i16x8", "", 1, 1, SIMD, "extend_low_i8x16_s extend_high_i8x16_s"),
    (_SIMD + 0x89, "i16x8", "", 1, 1, SIMD, "extend_low_i8x16_u extend_high_i8x16_u"),
    (_SIMD + 0x8B, "i16x8", "", 2, 1, SIMD, "shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
    (_SIMD + 0x94, "f64x2", "", 1, 1, SIMD, "nearest"),
    (_SIMD + 0x95, "i16x8", "", 2, 1, SIMD, "mul min_s min_u max_s max_u - avgr_u"),
    (_SIMD + 0x9C, "i16x8", "", 2, 1, SIMD, "extmul_low_i8x16_s extmul_high_i8x16_s"),
    (_SIMD + 0x9E, "i16x8", "", 2, 1, SIMD, "extmul_low_i8x16_u extmul_high_i8x16_u"),
    (_SIMD + 0xA0, "i32x4", "", 1, 1, SIMD, "abs neg - all_true bitmask"),
    (_SIMD + 0xA7, "i32x4", "", 1, 1, SIMD, "extend_low_i16x8_s extend_high_i16x8_s"),
    (_SIMD + 0xA9, "i32x4", "", 1, 1, SIMD, "extend_low_i16x8_u extend_high_i16x8_u"),
    (_SIMD + 0xAB, "i32x4", "", 2, 1, SIMD, "shl shr_s shr_u add - - sub - - - mul min_s min_u max_s max_u"),
    (_SIMD + 0xBA, "i32x4", "", 2, 1, SIMD, "dot_i16x8_s - extmul_low_i16x8_s extmul_high_i16x8_s"),
    (_SIMD + 0xBE, "i32x4", "", 2, 1, SIMD, "extmul_low_i16x8_u extmul_high_i16x8_u"),
    (_SIMD + 0xC0, "i64x2", "", 1, 1, SIMD, "abs neg - all_true bitmask"),
    (_SIMD + 0xC7, "i64x2", "", 1, 1, SIMD, "extend_low_i32x4_s extend_high_i32x4_s"),
    (_SIMD + 0xC9, "i64x2", "", 1, 1, SIMD, "extend_low_i32x4_u extend_high_i32x4_u"),
    (_SIMD + 0xCB, "i64x2", "", 2, 1, SIMD, "shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s"),
    (_SIMD + 0xDC, "i64x2", "", 2, 1, SIMD, "extmul_low_i32x4_s extmul_high_i32x4_s"),
    (_SIMD + 0xDE, "i64x2", "", 2, 1, SIMD, "extmul_low_i32x4_u extmul_high_i32x4_u"),
    (_SIMD + 0xE0, "f32x4", "", 1, 1, SIMD, "abs neg - sqrt"),
    (_SIMD + 0xE4, "f32x4", "", 2, 1, SIMD, "add sub mul div min max pmin pmax"),
    (_SIMD + 0xEC, "f64x2", "", 1, 1, SIMD, "abs neg - sqrt"),
    (_SIMD + 0xF0, "f64x2", "", 2, 1, SIMD, "add sub mul div min max pmin pmax"),
    (_SIMD + 0xF8, "i32x4", "", 1, 1, SIMD, "trunc_sat_f32x4_s trunc_sat_f32x4_u"),
    (_SIMD + 0xFA, "f32x4", "", 1, 1, SIMD, "convert_i32x4_s convert_i32x4_u"),
    (_SIMD + 0xFC, "i32x4", "", 1, 1, SIMD, "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"),
    (_SIMD + 0xFE, "f64x2", "", 1, 1, SIMD, "convert_low_i32x4_s convert_low_i32x4_u"),
    (_SIMD + 0x100, "i8x16", "", 2, 1, RELAXED, "relaxed_swizzle"),
    (_SIMD + 0x101, "i32x4", "", 1, 1, RELAXED, "relaxed_trunc_f32x4_s relaxed_trunc_f32x4_u"),
    (_SIMD + 0x103, "i32x4", "", 1, 1, RELAXED, "relaxed_trunc_f64x2_s_zero relaxed_trunc_f64x2_u_zero"),
    (_SIMD + 0x105, "f32x4", "", 3, 1, RELAXED, "relaxed_madd relaxed_nmadd"),
    (_SIMD + 0x107, "f64x2", "", 3, 1, RELAXED, "relaxed_madd relaxed_nmadd"),
    (_SIMD + 0x109, "", "", 3, 1, RELAXED, "i8x16.relaxed_laneselect i16x8.relaxed_laneselect"),
    (_SIMD + 0x10B, "", "", 3, 1, RELAXED, "i32x4.relaxed_laneselect i64x2.relaxed_laneselect"),
    (_SIMD + 0x10D, "f32x4", "", 2, 1, RELAXED, "relaxed_min relaxed_max"),
    (_SIMD + 0x10F, "f64x2", "", 2, 1, RELAXED, "relaxed_min relaxed_max"),
    (_SIMD + 0x111, "i16x8", "", 2, 1, RELAXED, "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s"),
    (_SIMD + 0x113, "i32x4", "", 3, 1, RELAXED, "relaxed_dot_i8x16_i7x16_add_s"),
    (_ATOMIC + 0, "memory.atomic", "access", 2, 1, THREADS, "notify"),
    (_ATOMIC + 1, "memory.atomic", "access", 3, 1, THREADS, "wait32 wait64"),
    (_ATOMIC + 0x10, "", "access", 1, 1, THREADS, "i32.atomic.load i64.atomic.load"),
    (_ATOMIC + 0x12, "i32.atomic", "access", 1, 1, THREADS, "load8_u load16_u"),
    (_ATOMIC + 0x14, "i64.atomic", "access", 1, 1, THREADS, "load8_u load16_u load32_u"),
    (_ATOMIC + 0x17, "", "access", 2, 0, THREADS, "i32.atomic.store i64.atomic.store"),
    (_ATOMIC + 0x19, "i32.atomic", "access", 2, 0, THREADS, "store8 store16"),
    (_ATOMIC + 0x1B, "i64.atomic", "access", 2, 0, THREADS, "store8 store16 store32"),
)  # fmt: skip

_READ_MODIFY_WRITE = ("add", "sub", "and", "or", "xor", "xchg", "cmpxchg")


def _atomic_rows() -> list[tuple[int, str, str, int, int, str, str]]:
    """Seven codes for each operation that reads, changes and writes in one go."""
    rows = []
    for number, operation in enumerate(_READ_MODIFY_WRITE):
        widths = ("i32.{}", "i64.{}", "i32.{}8", "i32.{}16", "i64.{}8", "i64.{}16", "i64.{}32")
        names = (
            width.format("atomic.rmw") + f".{operation}" + "_u" * (place > 1) for place, width in enumerate(widths)
        )
        takes = 3 if operation == "cmpxchg" else 2
        rows.append((_ATOMIC + 0x1E + 7 * number, "", "access", takes, 1, THREADS, " ".join(names)))
    return rows


def _all() -> dict[int, Opcode]:
    found = {
        code: Opcode(code, name, tuple(follows.split()), takes, gives, feature)
        for code, name, follows, takes, gives, feature in _ONES
    }
    for first, kind, follows, takes, gives, feature, names in (*_ROWS, *_atomic_rows()):
        for code, name in enumerate(names.split(), first):
            if name != "-":
                whole = f"{kind}.{name}" if kind else name
                found[code] = Opcode(code, whole, tuple(follows.split()), takes, gives, feature)
    return found


OPCODES = _all()
"""By their numbers."""
