"""What the style of a loop hid: scripted networks, critics of two classes, tokens, activations that a loop applies."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from constrained import LOST, RECORDS, game
from torch import Tensor, nn
from torch.nn import functional as F

from ganbaru.checkup.causes.blocked import not_lipschitz
from ganbaru.checkup.causes.bugs import output_range
from ganbaru.checkup.causes.hyper import penalty_too_large, penalty_too_small
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.sight.reach import sequence_reach
from ganbaru.checkup.watch import watch
from ganbaru.checkup.watch.probing import _latent

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")
ONES, ZEROS = torch.ones(32, dtype=torch.long), torch.zeros(32, dtype=torch.long)
Loss = Callable[[Tensor, Tensor], Tensor]
OF_PENALTIES = (penalty_too_small.CAUSE, penalty_too_large.CAUSE, not_lipschitz.CAUSE)


def own_log_loss(shares: Tensor, classes: Tensor) -> Tensor:
    return -shares.gather(1, classes[:, None]).log().mean()


def two_classes(end: nn.Module, loss: Loss, *, wrong: bool = False, scripted: bool = False) -> Evidence:
    """A critic that tells generated from real samples as a classifier tells two classes."""
    torch.manual_seed(0)
    generator: nn.Module = nn.Sequential(nn.Linear(4, 24), nn.ELU(), nn.Linear(24, 3))
    critic: nn.Module = nn.Sequential(nn.Linear(3, 24), nn.ELU(), nn.Linear(24, 2), end)
    if scripted:
        generator, critic = torch.jit.script(generator), torch.jit.script(critic)
    movers = [torch.optim.Adam(each.parameters(), lr=2e-3) for each in (generator, critic)]
    with watch(generator=generator, critic=critic, optimizers=movers, steps=40) as w:
        for _ in range(40):
            real, made = 2 + 0.3 * torch.randn(32, 3), generator(torch.randn(32, 4))
            told = loss(critic(real), ONES) + loss(critic(made.detach()), ZEROS)
            movers[1].zero_grad()
            told.backward()
            movers[1].step()
            movers[0].zero_grad()
            loss(critic(made), ZEROS if wrong else ONES).backward()
            movers[0].step()
            w.step(critic_loss=told, real=real, fake=made)
    return w.evidence()


ENDS: dict[str, tuple[nn.Module, Loss]] = {
    "logits": (nn.Identity(), F.cross_entropy),
    "logarithms": (nn.LogSoftmax(1), F.nll_loss),
    "shares": (nn.Softmax(1), own_log_loss),
}


@pytest.mark.parametrize("style", ENDS)
@pytest.mark.parametrize("wrong", [False, True])
def test_of_two_classes_the_difference_is_the_score(style: str, wrong: bool) -> None:
    evidence = two_classes(*ENDS[style], wrong=wrong)
    assert evidence.facts["objective"] in ("nonsaturating", "minimax")
    found = judge(evidence)
    assert ("loss-sign" in [each.cause for each in found.found]) == wrong
    assert "critic-sigmoid" not in [each.cause for each in found.found]


@pytest.mark.parametrize("scripted", [False, True])
def test_a_softmax_before_a_cross_entropy_is_a_squashing(scripted: bool) -> None:
    leading = judge(two_classes(nn.Softmax(1), F.cross_entropy, scripted=scripted)).leading
    assert leading is not None
    assert leading.cause == "critic-sigmoid"


def test_scripted_networks_are_watched_and_let_go_again() -> None:
    evidence = two_classes(nn.Identity(), F.cross_entropy, scripted=True)
    assert evidence.probes["pushes"]["critic_apart"] == evidence.probes["pushes"]["critic_told"] > 10
    assert not nn.modules.module._global_forward_hooks


class Tagger(nn.Module):
    """A class of a sequence of tokens, by its last few."""

    def __init__(self, last: int, *, timed: bool = False) -> None:
        super().__init__()
        self.embed, self.cell = nn.Embedding(8, 12), nn.GRU(12, 16, batch_first=True)
        self.head, self.last, self.timed = nn.Linear(16, 4), last, timed

    def forward(self, tokens: Tensor) -> Tensor:
        told = self.head(self.cell(self.embed(tokens[:, -self.last :]))[0])
        return told if self.timed else told[:, -1]


def tagged(last: int) -> Evidence:
    """The class stands at the beginning of a sequence."""
    torch.manual_seed(0)
    model = Tagger(last)
    mover = torch.optim.Adam(model.parameters(), lr=1e-2)
    with watch(model=model, optimizers=mover, steps=120) as w:
        for _ in range(120):
            classes, tokens = torch.randint(4, (64,)), torch.randint(4, 8, (64, 16))
            tokens[:, 0] = classes
            loss = F.cross_entropy(model(tokens), classes)
            mover.zero_grad()
            loss.backward()
            mover.step()
            w.step(loss=loss.item())
    return w.evidence()


def test_a_model_that_reads_the_end_of_a_sequence_only_is_short_of_sight() -> None:
    short, long = tagged(3), tagged(16)
    assert short.probes["sight"]["model"] == 3
    leading = judge(short).leading
    assert leading is not None
    assert leading.cause == "receptive-field-short"
    assert long.probes["sight"]["model"] == 16
    assert not judge(long).found


class Steps(nn.Module):
    """A recurrent predictor of steps, whose state is lost after so many of them."""

    def __init__(self, stretch: int) -> None:
        super().__init__()
        self.cell, self.head, self.stretch = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1), stretch

    def forward(self, x: Tensor) -> Tensor:
        told, _ = self.cell(x.reshape(-1, self.stretch, 1))
        return self.head(told).reshape(x.shape)


@pytest.mark.parametrize("stretch", [2, 8, 32])
def test_a_recurrent_network_sees_as_far_as_its_state_is_kept(stretch: int) -> None:
    torch.manual_seed(0)
    network = Steps(stretch)
    assert sequence_reach(network, torch.randn(4, 32, 1), network) == stretch


def stretched(reach: float, *, inside: bool, log_loss: bool = False) -> Evidence:
    """A model whose answers end at 0 and 1, of data that go as far as said."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1), *([nn.Sigmoid()] if inside else []))
    mover = torch.optim.Adam(model.parameters(), lr=1e-2)
    with watch(model=model, optimizers=mover, steps=300) as w:
        for _ in range(300):
            x = torch.randn(64, 2)
            y = 0.5 + reach * torch.tanh(3 * x[:, :1])
            shares = model(x) if inside else torch.sigmoid(model(x))
            loss = F.binary_cross_entropy(shares, (y > 0.5).float()) if log_loss else F.mse_loss(shares, y)
            mover.zero_grad()
            loss.backward()
            mover.step()
            w.step(loss=loss)
    return w.evidence()


@pytest.mark.parametrize("inside", [True, False])
def test_answers_at_an_end_are_pushed_harder_where_the_data_go_on(inside: bool) -> None:
    short = stretched(2.0, inside=inside)
    assert short.series["pushed_harder"].late() > 2
    leading = judge(short).leading
    assert leading is not None
    assert leading.cause == "output-range"
    for log_loss in (False, True):
        right = stretched(0.5, inside=inside, log_loss=log_loss)
        assert not judge(right).found
        assert right.series["pushed_harder"].late() < 2


@pytest.mark.parametrize(("told", "leading"), [(9000.0, "not-lipschitz"), (20.0, "penalty-too-small")])
def test_a_penalty_that_is_told_and_not_sent_back_has_no_weight_to_mend(told: float, leading: str) -> None:
    scores = {"w1": 18.0, "real_score_mean": 18.0, "fake_score_mean": 0.0, "critic_loss": told - 18.0}
    evidence = game("gradient-penalty", "wasserstein", lipschitz=25.0, **scores, **LOST)
    found = [cause.slug for cause in OF_PENALTIES if cause.examine(evidence)]
    assert found[0] == leading
    assert "penalty-too-large" not in found


def test_samples_that_stop_at_one_value_do_not_reach_data_that_go_on() -> None:
    ranges = {"real_low": -1.0, "real_high": 1.0, "fake_low": -0.9 + 0.01 * np.sin(np.arange(RECORDS))}
    cut_off = np.minimum(0.02 * np.arange(RECORDS), 0.5)
    stops = game("none", probes={"fakes": {"ends": []}}, fake_high=cut_off, **ranges, **LOST)
    grows = game("none", probes={"fakes": {"ends": []}}, fake_high=0.02 * np.arange(RECORDS), **ranges, **LOST)
    assert output_range.CAUSE.examine(stops).evidence["reach_high"] == 0.5
    assert output_range.CAUSE.examine(stops).verdict == "found"
    assert output_range.CAUSE.examine(grows).verdict != "found"


@pytest.mark.parametrize(("last", "verdict"), [(-0.5, "found"), (0.5, "fine")])
def test_a_critic_whose_sign_comes_right_is_not_held_by_its_penalty(last: float, verdict: str) -> None:
    told = np.where(np.arange(RECORDS) < 0.8 * RECORDS, -0.5, last)
    evidence = game("gradient-penalty", real_score_mean=told, fake_score_mean=0.0, lipschitz=0.9, **LOST)
    assert penalty_too_large.CAUSE.examine(evidence).verdict == verdict


def test_latents_that_hardly_differ_are_faint_wherever_they_lie() -> None:
    torch.manual_seed(0)
    generator = nn.Linear(4, 3)
    latents = torch.tensor([[1.0, -2.0, 0.5, 3.0]]) + 1e-4 * torch.randn(64, 4)
    tried = _latent(generator, (latents,), {}, 0)
    assert tried is not None
    assert tried["scale"] == pytest.approx(1e-4, rel=0.1)


def test_a_critic_that_is_thrown_about_is_no_sign_of_an_idle_penalty() -> None:
    thrown = np.where(np.arange(RECORDS) % 2, 5.0, 90.0)
    scores = {"w1": 18.0, "critic_loss": 9000.0}
    evidence = game("gradient-penalty", "wasserstein", lipschitz=thrown, **scores, **LOST)
    assert penalty_too_small.CAUSE.examine(evidence).verdict == "found"
