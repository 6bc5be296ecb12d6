"""One step of the game: ``n_critic`` updates of the critic, then one of the generator (Arjovsky et al. 2017, alg. 1).

What keeps it lean: the generator stands still while the critic learns, so all of its sounds for a step are made in
one pass; the critic scores real and fake in one pass where its samples do not see each other; the sounds of the last
critic update serve the generator's update too; a network that is not trained takes no gradient.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganbaru.objectives import Constraint, Objective


@dataclass
class Game:
    """Everything that plays: two networks, what they minimise, and how they move.

    Attributes:
        generator: latents ``(B, latent)`` and labels ``(B,)`` or None to samples ``(B, *shape)``.
        critic: samples ``(B, *shape)`` and labels ``(B,)`` or None to scores ``(B,)``.
        objective: both losses.
        constraint: what bounds the critic.
        critic_optimizer: over the critic's weights.
        generator_optimizer: over the generator's weights.
        constraint_every: the penalty is taken at every so many critic updates, so many times as strong
            (lazy regularisation, Karras et al. 2020, appendix B).
        gradient_clip: greatest norm of one network's gradient; None for no bound.
        augment: what the critic's input goes through, real and fake alike.
        autocast: a new context for the arithmetic's precision.
        average: averages tensors over processes, in place; None for a single process.
    """

    generator: nn.Module
    critic: nn.Module
    objective: Objective
    constraint: Constraint
    critic_optimizer: Optimizer
    generator_optimizer: Optimizer
    constraint_every: int = 1
    gradient_clip: float | None = None
    augment: Callable[[Tensor], Tensor] | None = None
    autocast: Callable[[], AbstractContextManager[object]] = nullcontext
    average: Callable[[Sequence[Tensor]], None] | None = None


@dataclass
class Batch:
    """Real samples ``(B, *shape)``, their labels ``(B,)`` or None, and the latents ``(B, latent)`` set against them."""

    real: Tensor
    labels: Tensor | None
    latents: Tensor


@dataclass
class Played:
    """What a step leaves behind: detached tensors, no number read off the device yet.

    Attributes:
        critic_loss: mean of the critic's losses without the penalty, ``()``.
        penalty: mean of the penalties taken, ``()``; None where none was.
        generator_loss: ``()``.
        real_scores: of the last critic update, ``(B,)``.
        fake_scores: likewise.
        last_scores: of the same generated samples after it, ``(B,)``.
        batch: of the last critic update, and of the generator's.
        fake: what the generator made for it, ``(B, *shape)``.
        fake_gradient: gradient of the generator's loss at ``fake``, ``(B, *shape)``; None where nothing learns from it.
        seen: real and fake samples ``(B, *shape)`` as the critic was shown them to be scored.
        seconds: time in the critic's updates, and in the generator's passes and update, by name.
        updates: of the critic.
    """

    critic_loss: Tensor
    penalty: Tensor | None
    generator_loss: Tensor
    real_scores: Tensor
    fake_scores: Tensor
    last_scores: Tensor
    batch: Batch
    fake: Tensor
    fake_gradient: Tensor | None
    seen: tuple[Tensor, Tensor]
    seconds: dict[str, float]
    updates: int

    @classmethod
    def of(
        cls,
        said: "Said",
        losses: Sequence[Tensor],
        penalties: Sequence[Tensor],
        taught: tuple[Tensor, Tensor],
        batch: Batch,
        fake: Tensor,
        *,
        seconds: dict[str, float],
    ) -> "Played":
        """What a step leaves behind.

        Args:
            said: by the critic in its last update.
            losses: of its updates, ``()`` each; penalties: those that were taken.
            taught: what `generator_learns` gave.
            batch: of the last update, and of the generator's.
            fake: what the generator made for it, with its graph.
            seconds: by name.
        """
        return cls(
            critic_loss=torch.stack(list(losses)).mean(),
            penalty=torch.stack(list(penalties)).mean() if penalties else None,
            generator_loss=taught[0],
            real_scores=said.real_scores.detach(),
            fake_scores=said.fake_scores.detach(),
            last_scores=taught[1],
            batch=batch,
            fake=fake.detach(),
            fake_gradient=fake.grad,
            seen=said.seen,
            seconds=seconds,
            updates=len(losses),
        )

    @property
    def losses(self) -> dict[str, Tensor]:
        """What must stay finite, by name."""
        return {"critic_loss": self.critic_loss, "generator_loss": self.generator_loss}


def play(game: Game, batches: Sequence[Batch], *, update: int) -> Played:
    """Plays one step.

    Args:
        game: what plays.
        batches: one for each critic update; the last one's latents are the generator's too.
        update: critic updates done before this step.
    """
    started = perf_counter()
    with game.autocast():
        fakes = _fakes(game, batches)
    made = perf_counter()
    losses, penalties = [], []
    ask_gradient(game.critic_optimizer, True)
    for k, (batch, fake) in enumerate(zip(batches, fakes, strict=True)):
        said = critic_says(game, batch, fake.detach())
        penalty = critic_learns(game, batch, said, update=update + k)
        losses.append(said.loss.detach())
        if penalty is not None:
            penalties.append(penalty)
    criticised = perf_counter()
    taught = generator_learns(game, batches[-1], fakes[-1])
    ended = perf_counter()
    seconds = {"critic": criticised - made, "generator": made - started + ended - criticised}
    return Played.of(said, losses, penalties, taught, batches[-1], fakes[-1], seconds=seconds)


def scores(critic: nn.Module, samples: Tensor, labels: Tensor | None) -> Tensor:
    """The critic's scores ``(B,)``; a column ``(B, 1)``, as many write it, is taken as well."""
    out: Tensor = critic(samples) if labels is None else critic(samples, labels)
    return out.flatten() if out.dim() == 2 and out.shape[1] == 1 else out


def generate(generator: nn.Module, latents: Tensor, labels: Tensor | None) -> Tensor:
    """The generator's samples ``(B, *shape)``."""
    made: Tensor = generator(latents) if labels is None else generator(latents, labels)
    return made


def _fakes(game: Game, batches: Sequence[Batch]) -> list[Tensor]:
    """One batch of generated samples for each critic update; the last with the graph that the generator will need."""
    *early, last = batches
    fakes: list[Tensor] = []
    if early:
        latents = torch.cat([batch.latents for batch in early])
        labels = (
            None if last.labels is None else torch.cat([batch.labels for batch in early if batch.labels is not None])
        )
        with torch.no_grad():
            fakes = list(generate(game.generator, latents, labels).split([len(batch.latents) for batch in early]))
    made = generate(game.generator, last.latents, last.labels)
    if made.requires_grad:
        made.retain_grad()  # the critic's message: it is computed anyway on its way to the weights
    return [*fakes, made]


@dataclass
class Said:
    """What the critic says of a batch.

    Attributes:
        loss: its own, without the penalty, ``()``.
        real_scores: ``(B,)``; fake_scores: ``(B,)``.
        seen: real and fake samples ``(B, *shape)`` as it was shown them.
    """

    loss: Tensor
    real_scores: Tensor
    fake_scores: Tensor
    seen: tuple[Tensor, Tensor]


def critic_says(game: Game, batch: Batch, fake: Tensor) -> Said:
    """What the critic says of a batch and of generated samples ``(B, *shape)`` without a graph."""
    with game.autocast():
        real = seen(game, batch.real)
        fake = seen(game, fake)
        real_scores, fake_scores = _both(game.critic, real, fake, batch.labels)
        loss = game.objective.critic_loss(real_scores.float(), fake_scores.float())
    return Said(loss, real_scores, fake_scores, (real, fake))


def critic_learns(game: Game, batch: Batch, said: Said, *, update: int) -> Tensor | None:
    """Moves the critic by what it said of a batch; gives back the penalty ``()``, None where none was due.

    Args:
        game: what plays.
        batch: the batch.
        said: its scores, with their graph.
        update: critic updates done before.
    """
    game.critic_optimizer.zero_grad(set_to_none=True)
    penalty = None
    if update % game.constraint_every == 0:
        with game.autocast():
            penalty = game.constraint.penalty(lambda x: scores(game.critic, x, batch.labels), *said.seen)
    loss = said.loss
    if penalty is not None and penalty.requires_grad:
        loss = loss + game.constraint_every * penalty
    loss.backward()
    move(game.critic, game.critic_optimizer, average=game.average, gradient_clip=game.gradient_clip)
    game.constraint.project(game.critic)
    return None if penalty is None else penalty.detach()


def generator_learns(game: Game, batch: Batch, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Moves the generator by what the critic says of its samples ``(B, *shape)``: the loss ``()`` and the scores."""
    game.generator_optimizer.zero_grad(set_to_none=True)
    ask_gradient(game.critic_optimizer, False)
    with game.autocast():
        real_scores = None
        if getattr(game.objective, "paired", False):
            with torch.no_grad():
                real_scores = scores(game.critic, seen(game, batch.real), batch.labels).float()
        fake_scores = scores(game.critic, seen(game, fake), batch.labels).float()
        loss = game.objective.generator_loss(fake_scores, real_scores)
    loss.backward()
    move(game.generator, game.generator_optimizer, average=game.average, gradient_clip=game.gradient_clip)
    return loss.detach(), fake_scores.detach()


def _both(critic: nn.Module, real: Tensor, fake: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor]:
    """Scores of real and fake: in one pass where the critic promises that no sample sees another."""
    if not getattr(critic, "independent_samples", False):
        return scores(critic, real, labels), scores(critic, fake, labels)
    together = scores(critic, torch.cat([real, fake]), None if labels is None else torch.cat([labels, labels]))
    return together[: len(real)], together[len(real) :]


def seen(game: Game, samples: Tensor) -> Tensor:
    """Samples ``(B, *shape)`` as the critic is shown them."""
    return samples if game.augment is None else game.augment(samples)


def move(
    network: nn.Module,
    optimizer: Optimizer,
    *,
    average: Callable[[Sequence[Tensor]], None] | None,
    gradient_clip: float | None,
) -> None:
    """Moves a network's weights along their gradients, averaged over processes and bounded as `Game` says."""
    if average is not None:
        average([weight.grad for weight in network.parameters() if weight.grad is not None])
    if gradient_clip is not None:
        nn.utils.clip_grad_norm_(network.parameters(), gradient_clip, foreach=True)
    optimizer.step()


def ask_gradient(optimizer: Optimizer, wanted: bool) -> None:
    """Turns the gradient of all that the optimizer moves on or off; what it does not move stays as the user set it."""
    for group in optimizer.param_groups:
        for weight in group["params"]:
            weight.requires_grad_(wanted)
