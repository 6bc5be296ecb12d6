"""A law: whatever small generator is drawn, its module says what torch says."""

import numpy as np
import pytest
import torch
from random_generators import draw

from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.module import compiled
from ganbaru.training.counted import normals

CASES, MANY = 100, 2_000


@pytest.mark.parametrize("first", range(0, CASES, 20))
def test_a_module_agrees_with_torch(first: int, loaded) -> None:
    for seed in range(first, first + 20):
        check(seed, loaded)


@pytest.mark.soak
def test_two_thousand_modules_agree_with_torch(loaded) -> None:
    for seed in range(CASES, CASES + MANY):
        check(seed, loaded)


def check(seed: int, loaded) -> None:
    """Holds one generator against its module, which draws its latent vector itself."""
    generator, latent, classes = draw(seed)
    label = seed % classes if classes else 0
    module = loaded(compiled(capture(generator, latent=latent, classes=classes)).binary())
    made = module.generate(seed, label)
    z = module.latent
    assert np.array_equal(z, normals(seed, 0, 1, latent)[0])
    asked = (torch.tensor([label]),) if classes else ()
    with torch.no_grad():
        expected = generator(torch.from_numpy(z.copy())[None], *asked)[0].numpy().ravel()
    assert made.shape == expected.shape
    assert np.abs(made - expected).max() <= 1e-4 * max(np.abs(expected).max(), 1e-3), (seed, generator)
