"""From what a user gives to one checked configuration."""

from pathlib import Path

import pytest

from ganbaru import UserError
from ganbaru.training import settings


def test_later_layers_win_and_dotted_keys_reach_everywhere() -> None:
    config = settings.resolve("sound", {"batch": 8, "critic": {"channels": 32}}, {"critic.channels": 48, "batch": 16})
    assert (config.batch, config.critic.channels) == (16, 48)


def test_a_published_recipe_sets_all_that_belongs_to_it() -> None:
    config = settings.resolve("sound", {"objective": "wgan"})
    assert (config.objective, config.constraint, config.constraint_strength, config.n_critic) == (
        "wasserstein",
        "clip",
        0.01,
        5,
    )
    assert (config.critic.optimizer, config.critic.learning_rate, config.batch) == ("rmsprop", 5e-5, 64)


def test_what_is_said_beside_a_recipe_wins_over_it() -> None:
    config = settings.resolve("sound", {"objective": "wgan-gp", "n_critic": 2, "critic.learning_rate": 1e-3})
    assert (config.n_critic, config.critic.learning_rate, config.generator.learning_rate) == (2, 1e-3, 1e-4)


def test_another_constraint_does_not_inherit_a_number_that_was_meant_for_the_first() -> None:
    assert settings.resolve("sound").constraint_strength not in (None, 1.0)
    config = settings.resolve("sound", {"constraint": "clip"})
    assert (config.constraint_strength, config.constraint_every) == (None, 1)
    config = settings.resolve("sound", {"objective": "wgan"}, {"constraint": "gradient-penalty", "constraint_every": 4})
    assert (config.constraint_strength, config.constraint_every) == (None, 4)
    config = settings.resolve("sound", {"constraint": "clip", "constraint_strength": 0.1}, {"constraint": "clip"})
    assert config.constraint_strength == 0.1


def test_another_optimizer_does_not_inherit_options_that_it_may_not_take() -> None:
    config = settings.resolve("sound", {"critic": {"optimizer": "sgd"}})
    assert config.critic.optimizer_options == {}
    assert config.generator.optimizer_options == {"betas": [0.0, 0.99]}
    config = settings.resolve("sound", {"critic.optimizer": "sgd", "critic.optimizer_options.momentum": 0.9})
    assert config.critic.optimizer_options == {"momentum": 0.9}


@pytest.mark.parametrize(
    ("key", "nearest"), [("bach", "batch"), ("critic.learningrate", "critic.learning_rate"), ("n-critic", "n_critic")]
)
def test_an_unknown_key_is_answered_with_the_nearest(key: str, nearest: str) -> None:
    with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
        settings.resolve("sound", {key: 1})


@pytest.mark.parametrize(("key", "value"), [("batch", 0), ("ema", 1.5), ("decay", "sudden"), ("steps", "many")])
def test_a_bad_value_is_named_with_its_key(key: str, value: object) -> None:
    with pytest.raises(UserError, match=key):
        settings.resolve("sound", {key: value})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch=64", ("batch", 64)),
        ("critic.learning_rate=5e-5", ("critic.learning_rate", 5e-5)),
        ("objective=wgan-gp", ("objective", "wgan-gp")),
        ("critic.optimizer_options.betas=[0.5, 0.9]", ("critic.optimizer_options.betas", [0.5, 0.9])),
    ],
)
def test_assignments_are_read_as_toml_else_as_words(text: str, expected: tuple[str, object]) -> None:
    assert settings.from_assignment(text) == expected


def test_an_assignment_without_a_value_is_refused() -> None:
    with pytest.raises(UserError, match="KEY=VALUE"):
        settings.from_assignment("batch")


def test_a_configuration_survives_its_document() -> None:
    config = settings.resolve("points", {"objective": "wgan", "critic.optimizer_options.alpha": 0.9})
    assert not settings.difference(config, settings.resolve("points", config.document()))


def test_settings_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("batch = 24\n[critic]\nchannels = 8\n")
    assert settings.from_file(tmp_path / "mine.toml") == {"batch": 24, "critic": {"channels": 8}}
    with pytest.raises(UserError, match=r"none\.toml"):
        settings.from_file(tmp_path / "none.toml")


def test_neither_steps_nor_minutes_means_some_steps_and_minutes_alone_means_the_clock() -> None:
    assert settings.resolve("sound").steps == settings.DEFAULT_STEPS
    assert settings.resolve("sound", {"minutes": 1.0}).steps is None
