"""Small trainings that several tests share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trainings import TINY

import ganbaru as gb


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., gb.Run]:
    """Trains a tiny generator of the ring; settings override."""

    def train(name: str = "run", **settings: Any) -> gb.Run:
        return gb.fit("toy:ring", out=tmp_path / name, **{**TINY, **settings})

    return train
