"""Training: the loop, the evidence recorded while it runs, and resuming."""

from ganbaru.training.config import Config
from ganbaru.training.events import Callback, Event, Measured, Request, Saved, Started, StepDone
from ganbaru.training.fitting import fit
from ganbaru.training.interrupt import Interrupted
from ganbaru.training.measure import safe_name
from ganbaru.training.phase import load_phase
from ganbaru.training.settings import from_file, source_recipe
from ganbaru.training.sounds import to_wav
from ganbaru.training.trained import Trained, load

__all__ = [
    "Callback",
    "Config",
    "Event",
    "Interrupted",
    "Measured",
    "Request",
    "Saved",
    "Started",
    "StepDone",
    "Trained",
    "fit",
    "from_file",
    "load",
    "load_phase",
    "safe_name",
    "source_recipe",
    "to_wav",
]
