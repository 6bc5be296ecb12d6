"""Modules of ganbaru's own compiler, read back."""

import pytest
from assembling import again, content, custom
from torch import nn

from ganbaru.ship.binary import read
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.module import assembled, compiled


@pytest.fixture(scope="module")
def ours() -> tuple[bytes, bytes]:
    """A module of the compiler, and its quicker kernels."""
    layers = nn.Linear(8, 64), nn.Unflatten(1, (16, 4)), nn.ReLU(), nn.Upsample(scale_factor=4)
    network = nn.Sequential(*layers, nn.Conv1d(16, 1, 9, padding=4), nn.Tanh())
    made = compiled(capture(network, latent=8, classes=0), rate=8000)
    return made.binary(), assembled(made.fused)


def test_modules_of_the_compiler_come_back_in_all_but_names(ours: tuple[bytes, bytes]) -> None:
    for data in ours:
        module = read(data)
        back = again(module)
        for each in module.sections:
            if not each.custom:
                assert content(back, each.name) == content(module, each.name), each.name


def test_the_text_says_what_functions_do_and_are_called(ours: tuple[bytes, bytes]) -> None:
    notes = '{"generate": "draws and\\nruns", "draw": "the latent vector"}'
    module = read(ours[0] + custom("ganbaru.notes", notes.encode()))
    text = module.function_text("generate")
    assert text.splitlines()[1] == ";; draws and runs"
    assert 'exported as "generate"' in text.splitlines()[0]
    assert "(call $draw (local.get $seed))" in text
    assert "the latent vector" in module.function_text("draw")
    assert "relaxed SIMD" not in module.features
    assert "relaxed SIMD" in read(ours[1]).features
