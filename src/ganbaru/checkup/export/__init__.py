"""Findings for machines: SARIF, GitHub-flavoured Markdown, TensorBoard."""

from ganbaru.checkup.export.sarif import sarif
from ganbaru.checkup.export.summary import summary
from ganbaru.checkup.export.tensorboard import to_tensorboard

__all__ = ["sarif", "summary", "to_tensorboard"]
