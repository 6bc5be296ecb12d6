"""The closed vocabulary of causes: what each one means, in the six steps in which a model is examined."""

STEPS: dict[int, str] = {
    1: "bugs: is it implemented correctly, does it reproduce a known result?",
    2: "amount of data: is there enough?",
    3: "quality of data: is it clean and in the right form?",
    4: "cause of failure: what blocks learning, and at which stage?",
    5: "hyperparameters: is one of them off?",
    6: "model: is it too small for the data?",
}

_BUGS = {
    "loss-sign": "a loss has the wrong sign: a network is pushed the wrong way",
    "no-update": "a network does not move",
    "no-zero-grad": "gradients of earlier steps are not cleared and add up",
    "grad-leak": "a network takes a step along the gradient of the other one's loss",
    "generator-detached": "the critic's message does not reach the generator",
    "critic-on-stale-fake": "the critic is trained on old generated samples",
    "critic-sigmoid": "the critic's scores are squashed before a loss that wants them raw",
    "output-range": "the generator cannot reach the range of the data",
    "batch-coupling": "samples of a batch influence each other's score under a penalty that takes them one by one",
    "latent-ignored": "what the generator makes does not depend on its latent",
    "train-eval-mode": "a network is trained while in evaluation mode",
    "shared-optimizer": "one network's optimizer holds the other's parameters",
    "non-finite": "a number is not finite",
    "known-domain-failed": "this objective with these settings does not learn the ring of 8, where the answer is known",
}
_AMOUNT = {
    "data-starved": "more data would still help",
    "data-saturated": "more data would not help",
    "critic-memorises": "the critic tells training sounds from held-out ones",
    "source-memorised": "generated sounds are copies of training sounds",
}
_DATA = {
    "corrupt-files": "files that cannot be read whole",
    "clipped": "recordings cut off at their loudest",
    "dc-offset": "recordings that do not swing around zero",
    "silence": "recordings that are silent, or mostly so",
    "too-short": "recordings much shorter than the rest",
    "mixed-rates": "recordings of several sampling rates",
    "upsampled": "recordings that were made at a lower rate than they claim",
    "level-spread": "recordings of very different loudness",
    "wrong-scale": "recordings far below or beyond full scale",
    "duplicates": "the same recording more than once",
    "near-duplicates": "nearly the same recording more than once",
    "split-leak": "the same sound in what is trained on and in what is held out",
    "outliers": "recordings unlike all others",
    "noisy": "recordings with much noise",
}
_BLOCKED = {
    "vanishing-gradient": "next to no gradient reaches the generator",
    "exploding-gradient": "gradients grow without bound",
    "mode-collapse": "all generated samples are nearly alike",
    "mode-dropping": "whole kinds of samples are never generated",
    "critic-too-strong": "the critic is always sure, so the generator cannot improve",
    "critic-too-weak": "the critic does not tell generated from real samples that are far apart",
    "dead-units": "many units never answer",
    "clip-saturation": "most of the critic's weights stand at the clip's bound",
    "not-lipschitz": "the critic is steeper than its constraint promises",
    "oscillation": "generator and critic go round in circles",
    "divergence": "it gets worse and worse",
    "overfitting": "held-out data get worse while training data get better",
    "late-degradation": "it was good and got worse later",
    "denormals": "numbers so small that a processor is many times slower",
    "silent-output": "generated sounds are (nearly) silent",
    "clicks": "generated sounds click",
    "imaging": "generated sounds have false harmonics from upsampling",
    "hiss": "generated sounds hiss",
    "phase-smear": "generated sounds are smeared: their phases do not fit together",
}
_HYPER = {
    "learning-rate-high": "a learning rate is too high",
    "learning-rate-low": "a learning rate is too low",
    "clip-too-large": "the clip's bound is too large",
    "clip-too-small": "the clip's bound is too small",
    "penalty-too-large": "the penalty's weight is too large",
    "penalty-too-small": "the penalty's weight is too small",
    "n-critic-low": "too few critic updates to each of the generator",
    "n-critic-high": "more critic updates than are of use",
    "batch-too-small": "the batch is too small for the noise of the gradient",
    "momentum-high": "too much momentum for a game of two players",
}
_MODEL = {
    "generator-too-small": "the generator cannot learn even a few sounds by heart",
    "critic-too-small": "the critic cannot tell even a few sounds apart",
    "receptive-field-short": "a network does not see far enough",
}

MEANING: dict[str, str] = {**_BUGS, **_AMOUNT, **_DATA, **_BLOCKED, **_HYPER, **_MODEL}
"""What each cause means, by its slug."""

STEP_OF: dict[str, int] = {
    slug: step
    for step, causes in enumerate((_BUGS, _AMOUNT, _DATA, _BLOCKED, _HYPER, _MODEL), start=1)
    for slug in causes
}
"""The step in which each cause is looked for."""
