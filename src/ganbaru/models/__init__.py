"""Generators and critics, built from a small config, and the blocks they share."""

from ganbaru.models.build import build_critic, build_generator
from ganbaru.models.config import CriticConfig, GeneratorConfig
from ganbaru.models.convolution import Conv1d, UpsampleConv1d
from ganbaru.models.network import Critic, Generator, describe

__all__ = [
    "Conv1d",
    "Critic",
    "CriticConfig",
    "Generator",
    "GeneratorConfig",
    "UpsampleConv1d",
    "build_critic",
    "build_generator",
    "describe",
]
