"""What a core can do with vectors of 128 bits: multiply-adds that wait for nothing, as a module of its own."""

CHAINS, TURNS = 12, 20_000
"""Independent sums: as many as hide the time of a multiply and an add, and as registers hold beside the operands."""
MULTIPLY_ADDS = CHAINS * 4 * TURNS
"""Of one call of ``run``; each is two operations."""


def text(*, relaxed: bool) -> str:
    """The module, in WebAssembly's text format.

    Every sum becomes ``sum · a + b``, of which no part can be left out or done once for all.

    Args:
        relaxed: with relaxed multiply-adds.
    """
    names = [f"$s{number}" for number in range(CHAINS)]
    each = "\n".join(f"(local.set {name} {_step(f'(local.get {name})', relaxed)})" for name in names)
    total = f"(local.get {names[0]})"
    for name in names[1:]:
        total = f"(f32x4.add {total} (local.get {name}))"
    return f"""(module
  (func (export "run") (param $a f32) (param $b f32) (result f32)
    (local $left i32) (local $x v128) (local $y v128) {" ".join(f"(local {name} v128)" for name in names)}
    (local.set $x (f32x4.splat (local.get $a)))
    (local.set $y (f32x4.splat (local.get $b)))
    (local.set $left (i32.const {TURNS}))
    (loop $again
      {each}
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (f32x4.extract_lane 0 {total})))"""


def _step(total: str, relaxed: bool) -> str:
    if relaxed:
        return f"(f32x4.relaxed_madd {total} (local.get $x) (local.get $y))"
    return f"(f32x4.add (f32x4.mul {total} (local.get $x)) (local.get $y))"
