"""A dozen steps of a run played again under a watch, so that what only a loop shows is seen of a run too.

Users bring networks, objectives and constraints of their own into `fit`; a bug in them shows in the first steps. Played
are copies: once from networks that have not moved, where a symptom is a bug's and no consequence of a failed training,
and once from the newest checkpoint.

The probe ``replay`` says how many ``steps`` were played each time and from which steps on (``begins``); what the watch
saw stands under the names that it has in a watched loop.
"""

from collections.abc import Callable

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.run.reopened import Reopened, fresh, newest, undisturbed
from ganbaru.errors import UserError
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training.feed import Deck
from ganbaru.training.randomness import mix, seed_torch
from ganbaru.training.session import Parts
from ganbaru.training.step import play

STEPS = 12


def replay(run: Run, source: Source, parts: Parts, *, seed: int) -> Evidence:
    """What a watch saw of copies of the run's game: facts and probes.

    Args:
        run: the run; only read.
        source: what it was trained on.
        parts: networks, objective and constraint of the user's own; only copied.
        seed: of everything random in it.

    Raises:
        UserError: the networks cannot be made again.
    """
    seen = Evidence()
    begins: list[int] = []
    for opened_by in (fresh, newest):
        opened = _opened(opened_by, run, parts, begins)
        if opened is None:
            continue
        with undisturbed(seed, opened.config):
            found = watched(opened, source)
        begins.append(opened.step)
        seen = with_lacking(seen, found)
    return seen.with_(probes={"replay": {"steps": STEPS, "begins": begins}})


def watched(opened: Reopened, source: Source) -> Evidence:
    """The evidence of a watch around a dozen steps of a game, which they move."""
    from ganbaru.checkup.watch import watch

    game, config, device = opened.game, opened.config, opened.fabric.device
    feed = opened.feed(source.train)
    deck = Deck(feed, seed=config.seed, batch=config.batch, latent=opened.latent)
    movers = [game.generator_optimizer, game.critic_optimizer]
    usual = max(1, round(opened.update / max(1, opened.step)))
    updates = usual if config.n_critic == "adaptive" else config.n_critic
    for network in (game.generator, game.critic):
        network.train()
    facts = {"data": source.kind if source.kind in ("sound", "points") else "other"}
    with watch(
        generator=game.generator, critic=game.critic, optimizers=movers, every=1, steps=STEPS, facts=facts
    ) as seen:
        for step in range(opened.step, opened.step + STEPS):
            first = updates * step
            batches = [deck.deal(first + k, device) for k in range(updates)]
            seed_torch(mix(config.seed, "step", step))
            played = play(game, batches, update=first)
            losses = {"critic_loss": played.critic_loss, "generator_loss": played.generator_loss}
            seen.step(**losses, real=played.batch.real, fake=played.fake)
    found: Evidence = seen.evidence()
    return found


def with_lacking(evidence: Evidence, more: Evidence) -> Evidence:
    """Evidence with the facts and probes of other evidence that it lacks; no series, for theirs are of other steps."""
    facts = {name: value for name, value in more.facts.items() if evidence.facts.get(name) is None and name != "steps"}
    probes = {name: probe for name, probe in more.probes.items() if name not in evidence.probes}
    joined = evidence.with_(facts=facts, probes=probes)
    missing = {name: why for name, why in more.missing.items() if joined.lacks(name) and name not in evidence.missing}
    return joined.with_(missing=missing)


def _opened(opened_by: Callable[[Run, Parts], Reopened], run: Run, parts: Parts, begins: list[int]) -> Reopened | None:
    """The networks; None where there is no checkpoint beside networks that have not moved."""
    try:
        return opened_by(run, parts)
    except UserError:
        if not begins:
            raise
        return None
