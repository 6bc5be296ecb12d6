import pytest
from loaded_modules import Loaded


@pytest.fixture(scope="session")
def loaded():
    """A module's bytes to something that can be asked for sounds."""
    return Loaded
