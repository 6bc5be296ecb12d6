import pytest

from ganbaru.ship.running import Instance


@pytest.fixture(scope="session")
def loaded():
    """A module's bytes to something that can be asked for sounds."""
    return Instance
