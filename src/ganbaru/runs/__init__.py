"""The run directory: settings, metrics, checkpoints, listening sets and findings of one training.
Reading and writing it, nothing else.

>>> import tempfile
>>> run = Run.create(tempfile.mkdtemp(), {"seed": 7, "config": {"steps": 60}})
>>> run.metrics.append({"kind": "step", "step": 1, "seconds": 0.1, "w1": 0.5})
>>> run.save_checkpoint(1, {"model.safetensors": b"..."}).name
'step-000001'
>>> Run.open(run.path).load_checkpoint().step
1
"""

from ganbaru.runs.checkpoints import Checkpoint
from ganbaru.runs.durable import SaveError
from ganbaru.runs.metrics import Metrics
from ganbaru.runs.run import Run

__all__ = ["Checkpoint", "Metrics", "Run", "SaveError"]
