"""Logs of any trainer as evidence: TensorBoard events, CSV and JSONL, with no other part of ganbaru in the training.

>>> from ganbaru.checkup import logs
>>> logs.gather("lightning_logs/version_3", columns={"generator_loss": "loss_G_GAN"})  # doctest: +SKIP
"""

from ganbaru.checkup.logs.finding_files import is_log
from ganbaru.checkup.logs.gathering import gather

__all__ = ["gather", "is_log"]
