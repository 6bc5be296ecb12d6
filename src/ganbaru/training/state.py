"""A training's whole state as named files of bytes, and back: weights, moving average, both optimizers, counters."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganbaru.errors import UserError
from ganbaru.training.adaptive import Pace

MODEL, OPTIMIZER, STATE = "model.safetensors", "optimizer.safetensors", "state.json"
_KEY = "ganbaru"


@dataclass
class Counters:
    """Where a training stands. Nothing random is here: all of it follows from the seed and these counts.

    Attributes:
        step: generator updates done.
        update: critic updates done.
        seconds: training time, all sittings together.
        progress: share of the training that is done, 0 to 1; the schedules follow it.
        pace: of an adaptive number of critic updates.
        augmented: the probability of an adaptive augmentation.
    """

    step: int = 0
    update: int = 0
    seconds: float = 0.0
    progress: float = 0.0
    pace: Pace = field(default_factory=Pace)
    augmented: float = 0.0


def pack(
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, Optimizer],
    counters: Counters,
    *,
    recipe: Mapping[str, Any],
) -> dict[str, bytes]:
    """The files of a checkpoint.

    Args:
        networks: by name; each tensor is stored as ``name.key``.
        optimizers: by name; each state tensor is stored as ``name.index.key``.
        counters: where the training stands.
        recipe: of the representation; it travels inside the model's file.
    """
    model = {
        f"{name}.{key}": value for name, network in networks.items() for key, value in network.state_dict().items()
    }
    moments: dict[str, Tensor] = {}
    scalars: dict[str, Any] = {}
    for name, optimizer in optimizers.items():
        for index, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                target: dict[str, Any] = moments if isinstance(value, Tensor) else scalars
                target[f"{name}.{index}.{key}"] = value
    document = {"schema": "ganbaru.state/1", **asdict(counters), "optimizer_scalars": scalars}
    if counters.pace == Pace():
        del document["pace"]
    if not counters.augmented:
        del document["augmented"]
    return {
        MODEL: _to_bytes(model, {"representation": dict(recipe)}),
        OPTIMIZER: _to_bytes(moments),
        STATE: json.dumps(document, indent=1, sort_keys=True).encode(),
    }


def unpack(
    files: Mapping[str, bytes],
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, Optimizer],
    *,
    recipe: Mapping[str, Any],
) -> Counters:
    """Puts a checkpoint's state into networks and optimizers, in place, and gives back its counters.

    Raises:
        UserError: the checkpoint belongs to other networks or another representation; names the first thing that does
            not fit.
    """
    document = json.loads(files[STATE])
    model = load_tensors(files, recipe)
    for name, network in networks.items():
        load_network(network, model, name)
    moments = safetensors.torch.load(files[OPTIMIZER])
    for name, optimizer in optimizers.items():
        _load_optimizer(optimizer, {**moments, **document["optimizer_scalars"]}, name)
    plain = {key: document[key] for key in ("step", "update", "seconds", "progress")}
    return Counters(**plain, pace=Pace(**document.get("pace", {})), augmented=document.get("augmented", 0.0))


def load_tensors(files: Mapping[str, bytes], recipe: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors of a checkpoint's model, trained on the representation of this recipe.

    Raises:
        UserError: it was trained on another; names what differs.
    """
    stored = _metadata(files[MODEL]).get("representation")
    given = json.loads(json.dumps(dict(recipe)))
    if stored is not None and stored != given:
        differs = ", ".join(sorted(key for key in stored | given if stored.get(key) != given.get(key)))
        raise UserError(
            f"the model was trained on another representation: {differs} of its recipe differ",
            hint="take model and run.toml from the same run",
        )
    return safetensors.torch.load(files[MODEL])


def load_network(network: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Puts the tensors ``name.*`` into a network.

    Raises:
        UserError: names or shapes do not fit.
    """
    mine = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
    try:
        network.load_state_dict(mine)
    except RuntimeError as error:
        first = str(error).split("\n")[1].strip() if "\n" in str(error) else str(error)
        raise UserError(
            f"the checkpoint does not fit the {name}: {first}",
            hint="give the same networks as the run was started with",
        ) from None


def _load_optimizer(optimizer: Optimizer, values: Mapping[str, Any], name: str) -> None:
    state: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        owner, _, rest = key.partition(".")
        if owner == name:
            index, _, field = rest.partition(".")
            state.setdefault(int(index), {})[field] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _to_bytes(tensors: Mapping[str, Tensor], about: Mapping[str, Any] | None = None) -> bytes:
    """Equal tensors give equal bytes: metadata is one key, as the order of several would be random."""
    metadata = None if about is None else {_KEY: json.dumps(about, sort_keys=True)}
    plain = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    return safetensors.torch.save(plain, metadata=metadata)


def _metadata(data: bytes) -> dict[str, Any]:
    """What was stored beside the tensors; a safetensors file begins with the length of its JSON head."""
    length = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + length])
    about: dict[str, Any] = json.loads(head.get("__metadata__", {}).get(_KEY, "{}"))
    return about


def all_finite(network: nn.Module) -> bool:
    """Whether every weight and buffer is a number."""
    return all(
        bool(torch.isfinite(value).all()) for value in network.state_dict().values() if value.is_floating_point()
    )
