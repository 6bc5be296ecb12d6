"""A clip of the weights is told however the loop writes it, also where no weight reaches its bound."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch

_BOUND = 50.0


def _by_function(weight: nn.Parameter) -> None:
    weight.data = torch.clamp(weight.data, -_BOUND, _BOUND)


def _by_function_in_place(weight: nn.Parameter) -> None:
    torch.clip(weight.data, -_BOUND, _BOUND, out=weight.data)


def _by_method(weight: nn.Parameter) -> None:
    weight.data = weight.data.clamp(min=-_BOUND, max=_BOUND)


def _by_copy(weight: nn.Parameter) -> None:
    with torch.no_grad():
        weight.copy_(weight.clip(-_BOUND, _BOUND))


def _in_place(weight: nn.Parameter) -> None:
    with torch.no_grad():
        weight.clamp_(-_BOUND, _BOUND)


def _by_sides(weight: nn.Parameter) -> None:
    weight.data.clamp_(min=-_BOUND).clamp_(max=_BOUND)


def _by_names_of_sides(weight: nn.Parameter) -> None:
    weight.data.clamp_max_(_BOUND)
    torch.clamp_min(weight.data, -_BOUND, out=weight.data)


def _by_copies_of_sides(weight: nn.Parameter) -> None:
    weight.data = weight.data.clamp(min=-_BOUND).clamp(max=_BOUND)


def _by_tensors(weight: nn.Parameter) -> None:
    weight.data.clamp_(-torch.tensor(_BOUND), torch.tensor(_BOUND))


_WAYS = [_by_function, _by_function_in_place, _by_method, _by_copy, _in_place]
_SIDES = [_by_sides, _by_names_of_sides, _by_copies_of_sides, _by_tensors]


def _one_side(weight: nn.Parameter) -> None:
    weight.data.clamp_(max=_BOUND)


def _aside(weight: nn.Parameter) -> None:
    weight.data.clamp(-1e-3, 1e-3)


def _watched(clip: Callable[[nn.Parameter], None]) -> Evidence:
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
    movers = [torch.optim.RMSprop(network.parameters(), lr=1e-3) for network in (critic, generator)]
    with watch(generator=generator, critic=critic, optimizers=movers) as watcher:
        for _ in range(8):
            real = torch.randn(16, 2)
            for mover, sign in zip(movers, (1.0, -1.0), strict=True):
                fake = generator(torch.randn(16, 2))
                loss = sign * critic(fake).mean() - (critic(real).mean() if sign > 0 else 0)
                mover.zero_grad()
                loss.backward()
                mover.step()
                for weight in critic.parameters():
                    clip(weight)
            watcher.step(real=real, fake=fake)
    return watcher.evidence()


@pytest.mark.parametrize("clip", [*_WAYS, *_SIDES])
def test_a_bound_that_holds_nothing_is_told(clip: Callable[[nn.Parameter], None]) -> None:
    evidence = _watched(clip)
    assert (evidence.facts["constraint"], evidence.facts["constraint_strength"]) == ("clip", _BOUND)
    assert evidence.series["clipped_share"].late() == 0.0


@pytest.mark.parametrize("clip", [_aside, _one_side])
def test_what_bounds_no_weight_on_both_sides_is_no_clip(clip: Callable[[nn.Parameter], None]) -> None:
    assert _watched(clip).facts.get("constraint") != "clip"


def _clamped(value: Tensor) -> Tensor:
    return torch.clamp(value, -1.0, 1.0) + torch.clip(value, 0.0, 1.0)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
def test_what_transforms_functions_takes_a_clamp_as_before() -> None:
    kept, some = torch.clamp, torch.linspace(-2, 2, 8).reshape(4, 2)
    wanted = _clamped(some)
    with watch(generator=nn.Linear(2, 2), critic=nn.Linear(2, 1)) as watcher:
        for transformed in (torch.jit.script(_clamped), torch.vmap(_clamped), torch.fx.symbolic_trace(_clamped)):
            assert torch.equal(transformed(some), wanted)
    assert torch.clamp is kept
    assert not watcher.evidence().missing.get("clamps")


def test_what_scripting_knows_as_a_clamp_stays_where_it_is() -> None:
    """Of something else that came to lie there, `torch.jit.script` would make a clamp."""
    for _ in range(3):
        with watch(generator=nn.Linear(2, 2), critic=nn.Linear(2, 1)):
            first = torch.clamp
    with watch(generator=nn.Linear(2, 2), critic=nn.Linear(2, 1)):
        assert torch.clamp is first
