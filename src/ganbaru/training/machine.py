"""What a training runs on: device, precision, processes, threads, and how they are told of."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.training.config import Config


def launched(config: Config) -> Fabric:
    """Device, precision and processes of the settings.

    Raises:
        UserError: the device cannot be used.
    """
    try:
        fabric = Fabric(
            accelerator=config.device if config.device != "cuda" else "gpu",
            devices=config.devices,
            strategy="ddp" if config.devices > 1 else "auto",
            precision=config.precision,
        )
    except (ValueError, RuntimeError, TypeError) as error:
        raise UserError(f"device {config.device!r} cannot be used: {error}", hint="--device cpu always can") from None
    fabric.launch()
    return fabric


@contextmanager
def own_arithmetic(config: Config) -> Iterator[None]:
    """A block with torch's threads as the settings say and denormal numbers flushed to zero; both are put back.

    Weight clipping drives a critic's activations into denormals, on which a CPU is many times slower. The switch
    belongs to a thread and is inherited by those that it starts, so it comes first.
    """
    threads = torch.get_num_threads()
    flushed = sys.float_info.min / 2 == 0  # torch sets the switch and cannot be asked for it
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_flush_denormal(True)
    torch.set_num_threads(config.threads or max(1, cores // config.devices))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(flushed)


def average_over(fabric: Fabric) -> Any:
    """A function that averages tensors over all processes in place; None for a single process."""
    if fabric.world_size == 1:
        return None

    def average(tensors: Sequence[Tensor]) -> None:
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        flat = torch.as_tensor(fabric.all_reduce(flat, reduce_op="mean"))
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()

    return average


def environment(fabric: Fabric) -> dict[str, Any]:
    """Versions, machine and threads: what bit-for-bit equality depends on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": version("numpy"),
        "machine": platform.machine(),
        "system": platform.system(),
        "processor": _processor(),
        "device": str(fabric.device),
        "processes": fabric.world_size,
        "threads": torch.get_num_threads(),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or sys.platform
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), "")
