"""How far the networks see, against how long what there is to see is.

What there is to see is told by the autocorrelation of the data along time, as the networks see them: its period where
it has one (the pitch of a waveform), else its width, to either side, above 1/e (the length of an event).

The probe ``sight``, in steps of the representation's time axis (samples of a waveform, frames of a spectrogram):

==================  ===============================================================================================
``length``          steps of one whole sample
``generator``       what one step of the generator's output sees of the input of its first spatial layer; absent where
                    there is none
``critic``          what one place of the critic's last spatial layer sees of its input; likewise
``longer``          settings, by their dotted names, in which the usual networks see farther than the run's
``structure``       the 75 % quantile over sounds of the period, or of the correlation's width
``periodic``        share of the sounds that have a period
==================  ===============================================================================================

A generator's first layer, from a latent to all frames, and a critic's last, from all frames to a score, see everything,
but only by a sum with one weight for each place.
"""

from typing import Any

from ganbaru.checkup.probes.anew import NAMES, longer
from ganbaru.checkup.probes.subject import Subject
from ganbaru.checkup.sight.reach import critic_reach, generator_reach
from ganbaru.checkup.sight.structure import typical
from ganbaru.errors import UserError
from ganbaru.training.step import generate, scores

_SOUNDS = 64
_BATCH = 4


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.newest()
    shape = tuple(opened.document["networks"]["shape"])
    if len(shape) < 2:
        raise UserError("points have no time along which to look")
    (batch,) = subject.batches(opened, subject.train, "sight", 1, _BATCH)
    generator, critic = opened.game.generator.eval(), opened.game.critic.eval()
    reaches = {
        "generator": generator_reach(generator, lambda: generate(generator, batch.latents, batch.labels)),
        "critic": critic_reach(critic, batch.real, lambda x: scores(critic, x, batch.labels)),
    }
    (many,) = subject.batches(opened, subject.train, "sight structure", 1, min(_SOUNDS, len(subject.train)))
    return {
        "length": shape[-1],
        **{name: reach for name, reach in reaches.items() if reach},
        "longer": {f"{name}.{key}": value for name in NAMES for key, value in longer(opened, name).items()},
        **typical(many.real),
    }
