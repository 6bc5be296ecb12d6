"""Code is small: two lines of text are one instruction, alike walks one function; and weights lie so that they pack."""

import zlib

import numpy as np
import pytest
import torch
import wasmtime

from ganbaru import signal
from ganbaru.models import GeneratorConfig, build_generator
from ganbaru.ship.binary import read
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.module import compiled
from ganbaru.ship.compiler.tightening import tightened
from ganbaru.ship.compiler.unpacking import encode
from ganbaru.ship.compiler.way_back import with_way_back
from ganbaru.ship.sections import code_bytes

MOST = 15_000
TWICE = """(module (func (export "f") (param $x i32) (result i32) (local $y i32)
  (local.set $y (i32.add (local.get $x) (i32.const 1)))
  (local.set $y (i32.mul (local.get $y) (local.get $y)))
  (local.set $x (i32.const 5))
  (i32.add (local.get $y) (local.get $x))))"""


def test_a_local_that_is_set_and_read_at_once_is_a_tee() -> None:
    assembled = bytes(wasmtime.wat2wasm(TWICE))
    tight = tightened(assembled)
    assert code_bytes(tight) == code_bytes(assembled) - 2
    text = read(tight).function_text("f")
    assert text.count("local.tee $y") == 1
    assert text.count("local.set") == 2  # each is read, but not by what stands next to it
    store = wasmtime.Store()
    called = wasmtime.Instance(store, wasmtime.Module(store.engine, tight), []).exports(store)["f"]
    assert called(store, 6) == 54
    assert tightened(tight) == tight


def test_the_default_generator_with_its_way_back_keeps_within_15_kilobytes() -> None:
    torch.manual_seed(3)
    representation, samples = signal.representation("log-mel", rate=16_000), 16_000
    generator = build_generator(GeneratorConfig(), representation.shape(samples)).eval()
    network = capture(generator, latent=generator.latent)
    made = compiled(with_way_back(network, representation, samples), rate=16_000, precision="int8")
    assert code_bytes(made.binary()) <= MOST
    walks = [name for name in made.notes if name.startswith("leaky_relu")]
    assert len(walks) == 2, "the sums behind the blocks are alike, and one function"


@pytest.mark.parametrize(("precision", "kind", "turned"), [("fp32", "<u4", 1), ("fp16", "<u2", 0)])
def test_weights_in_planes_are_the_same_bits(precision: str, kind: str, turned: int) -> None:
    weights = np.random.default_rng(4).normal(size=(3, 64, 32)).astype(np.float32)
    plain = weights.astype(f"<f{kind[2]}")
    encoded, scales = encode(weights, precision)  # type: ignore[arg-type]
    planes = np.frombuffer(encoded, np.uint8).reshape(-1, weights.size)
    bits = sum(plane.astype(kind) << 8 * number for number, plane in enumerate(planes))
    whole = 8 * len(planes)
    back = (bits >> turned | bits << (whole - turned)) if turned else bits
    assert scales is None
    assert np.array_equal(back.astype(kind), plain.ravel().view(kind))


def test_weights_in_planes_pack_better() -> None:
    weights = np.random.default_rng(4).normal(size=(3, 64, 32)).astype(np.float32)
    encoded, _ = encode(weights, "fp32")
    assert len(zlib.compress(encoded, 9)) < 0.97 * len(zlib.compress(weights.tobytes(), 9))
