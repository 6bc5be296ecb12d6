"""Everything a checkup judges by. It is plain numbers, gathered first and judged afterwards.

Judging is a pure function of this document: whoever has it can judge again, by other bounds, without the model.

Facts (what was set, or is known of the networks; a fact that is not known is absent):

=============================  ====================================================================================
``kind``                       "gan" (generator and critic), "plain" (one model, one loss) or "folder" (sounds only)
``via``                        "fit", "watch", "log" or "folder": who gathered
``objective``                  name of `objectives.OBJECTIVES`; of a watched loop as told by its gradients
``constraint``                 name of `objectives.CONSTRAINTS`; likewise
``constraint_strength``        the clip's bound or the penalty's weight
``noise``                      deviation of the noise on the critic's input over the data's own, at 3/4 of the training
``n_critic``, ``batch``        critic updates to one of the generator; samples in a batch
``step``, ``steps``            where it stands; where it should end
``updates_per_step``           of the generator or model, where a step is told once an epoch, or for a part of a batch
``data``                       "sound", "points" or "other"
``rate``, ``representation``   Hz; name
``train_count``                samples to learn from; ``held_out_count`` likewise
``N_learning_rate``            of network N: "generator", "critic", or "model" where there is only one
``N_optimizer``                class in lower case; ``N_momentum``: β₁ or momentum; ``N_parameters``: how many
=============================  ====================================================================================

Series (over steps; of network N as above; recorded every few steps):

=============================  ====================================================================================
``critic_loss`` …              ``generator_loss``, ``loss`` of a plain model, ``held_out_loss``, ``penalty``
``real_score_mean`` …          ``real_score_std``, ``fake_score_mean``, ``fake_score_std``: the critic's raw output
``w1``, ``w1_held_out``        mean score of real minus of fake; of held-out real minus of fake
``N_gradient``                 norm of the gradient of N's weights at its optimizer's step
``N_update_ratio``             norm of the step over norm of the weights
``dead_units_N``               share of hidden units whose incoming weights got exactly no gradient
``gradient_reach``             gradient over weights of the first layer, over that of the last; generator or plain model
``pushed_beyond``              likewise: share of its answers at an end of its last activation that are to go beyond it
``pulled_in``                  cosine of a plain model's answers and the gradient at them: above 0 they are made smaller
``clipped_share``              share of the critic's weights at the clip's bound
``fake_gradient``              mean over the batch of the norm of B · ∂L_G/∂G(z): the critic's message to one sample
``lipschitz``                  95 % quantile over the batch of |C(x) − C(G(z))| / ‖x − G(z)‖
``real_low``, ``real_high``    0.1 and 99.9 % quantiles of all values of a real batch; ``fake_low``, ``fake_high``
``real_std``, ``fake_std``     standard deviation of all values of a batch
``spread``                     mean distance of two fakes over mean distance of two reals of a batch
``coverage``                   share of reals with a fake nearer than their 3rd nearest real (Naeem et al. 2020, eq. 11)
``precision``                  share of fakes nearer to some real than its 3rd nearest real (Kynkäänniemi et al. 2019)
``missed``                     share of reals of kinds that are not made: farther from all fakes than from their kin and
                               than most fakes are from some real
``batch_distance``             sliced W1 of fakes to reals of a batch, in units of the reals' standard deviation
``coverage_real`` …            ``precision_real``, ``missed_real``, ``batch_distance_real``: of other reals: their best
``drift_0``, ``drift_1``       mean of the fakes along two fixed random directions, in the same unit
``denormals``                  share of the networks' activations that are denormal numbers
``seconds_critic`` …           ``seconds_generator``, ``seconds_data``: time spent so far, s
``quality.F``                  figure F of `quality`; ``quality.F.low``, ``.high`` and, where it has one, ``.floor``
=============================  ====================================================================================

Probes (measured once, by name, each a JSON object) are documented where they are made.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganbaru.checkup.series import Series


@dataclass(frozen=True)
class Evidence:
    """What is known of one training or one folder.

    Attributes:
        subject: what was examined, in words.
        facts: what was set.
        series: what was recorded.
        probes: what was tried once.
        missing: why a series or a probe is not there, and which command would bring it, by name.
    """

    subject: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    probes: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def lacks(self, name: str) -> str:
        """Why there is no series, probe or fact of this name; empty where there is one."""
        series = self.series.get(name)
        if (series is not None and len(series)) or name in self.probes or self.facts.get(name) is not None:
            return ""
        return self.missing.get(name, f"no {name.replace('_', ' ')} was recorded")

    def with_(self, **parts: Mapping[str, Any]) -> "Evidence":
        """The same with more facts, series, probes or missing."""
        merged = {name: {**getattr(self, name), **more} for name, more in parts.items()}
        return Evidence(**{**self.__dict__, **merged})

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "schema": "ganbaru.evidence/1",
            "subject": self.subject,
            "facts": dict(self.facts),
            "series": {name: series.to_json() for name, series in sorted(self.series.items())},
            "probes": dict(self.probes),
            "missing": dict(self.missing),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Evidence":
        """The inverse of `to_json`."""
        series = {name: Series.from_json(each) for name, each in value["series"].items()}
        return cls(value["subject"], value["facts"], series, value["probes"], value["missing"])

    def dumps(self) -> str:
        """One line of text, the same for the same evidence."""
        return json.dumps(self.to_json(), sort_keys=True, allow_nan=False)
