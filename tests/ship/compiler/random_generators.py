"""Small generators of random layers and shapes, within what can be shipped."""

import random

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """``x + f(x)``, ``x · f(x)`` or both beside each other."""

    def __init__(self, inner: nn.Module, how: str) -> None:
        super().__init__()
        self.inner, self.how = inner, how

    def forward(self, x: Tensor) -> Tensor:
        y = self.inner(x)
        if self.how == "add":
            return x + y
        return x * y if self.how == "multiply" else torch.cat([x, y], 1)


class Snake(nn.Module):
    """``x + sin²(a x) / a`` (Ziyin et al. 2020), one a for each channel."""

    def __init__(self, channels: int, axes: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.rand(1, channels, *[1] * axes) + 0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.sin(self.a * x) ** 2 / self.a


class Labelled(nn.Module):
    """A generator whose latent vector is joined by a label: one-hot or embedded."""

    def __init__(self, generator: nn.Module, classes: int, embedding: int | None) -> None:
        super().__init__()
        self.generator, self.classes = generator, classes
        self.embedding = None if embedding is None else nn.Embedding(classes, embedding)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        if self.embedding is not None:
            return self.generator(torch.cat([z, self.embedding(label)], 1))
        return self.generator(torch.cat([z, nn.functional.one_hot(label, self.classes).to(z.dtype)], 1))


class Cut(nn.Module):
    """All but the ends of the last axis, with axes changed about and back."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self.first, self.last = first, last

    def forward(self, x: Tensor) -> Tensor:
        turned = x.transpose(1, -1)[:, self.first : turned_end(x.shape[-1], self.last)]
        return turned.transpose(1, -1)


def turned_end(count: int, last: int) -> int:
    """Where a cut ends."""
    return count - last


def draw(seed: int) -> tuple[nn.Module, int, int]:
    """A generator, the size of its latent vector, and its number of labels (0 for none)."""
    choice = random.Random(seed)
    torch.manual_seed(seed)
    latent, axes = choice.randint(1, 19), choice.choice([0, 1, 1, 1, 2])
    classes = choice.choice([0, 0, 2, 5])
    embedding = choice.choice([None, choice.randint(1, 6)]) if classes else None
    entering = latent + (0 if not classes else classes if embedding is None else embedding)
    layers, channels, space = _start(choice, entering, axes)
    for _ in range(choice.randint(1, 4)):
        more, channels, space = _block(choice, channels, space, axes)
        layers += more
    whole: nn.Module = nn.Sequential(*layers)
    if classes:
        whole = Labelled(whole, classes, embedding)
    _stir(whole)
    return whole.eval(), latent, classes


def _stir(module: nn.Module) -> None:
    """Statistics and weights of norms as a training leaves them, not as they begin."""
    with torch.no_grad():
        for part in module.modules():
            for name in ("running_mean", "weight", "bias"):
                value = getattr(part, name, None)
                if isinstance(part, nn.modules.batchnorm._NormBase | nn.GroupNorm | nn.LayerNorm) and value is not None:
                    value.add_(0.3 * torch.randn_like(value))
            if getattr(part, "running_var", None) is not None:
                part.running_var.uniform_(0.5, 2)


def _start(choice: random.Random, entering: int, axes: int) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    channels = choice.choice([1, 2, 3, 4, 5, 8, 12, 16])
    if axes == 0:
        return [nn.Linear(entering, channels, bias=choice.random() < 0.8)], channels, ()
    space = tuple(choice.randint(1, 9) for _ in range(axes))
    size = channels
    for places in space:
        size *= places
    between = [_activation(choice, size, 0)] if choice.random() < 0.5 else []
    return [nn.Linear(entering, size), *between, nn.Unflatten(1, (channels, *space))], channels, space


def _block(
    choice: random.Random, channels: int, space: tuple[int, ...], axes: int
) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    kind = choice.choice(["convolution", "upsample", "transposed", "norm", "activation", "branch", "cut", "upsample"])
    if axes == 0:
        return _dense(choice, channels)
    if kind == "upsample" and max(space) <= 40:
        return _longer(choice, channels, space, axes)
    if kind == "transposed" and max(space) <= 40:
        return _transposed(choice, channels, space, axes)
    if kind == "norm":
        return [_norm(choice, channels, space)], channels, space
    if kind == "activation":
        return [_activation(choice, channels, axes)], channels, space
    if kind == "branch":
        how = choice.choice(["add", "multiply", "concatenate"])
        inner = _convolution(choice, channels, channels, axes, same=True)
        return [Branches(inner, how)], channels * (2 if how == "concatenate" else 1), space
    if kind == "cut" and space[-1] > 3:
        return [Cut(1, 2)], channels, (*space[:-1], space[-1] - 3)
    return _shorter(choice, channels, space, axes)


def _dense(choice: random.Random, channels: int) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    made = choice.choice([1, 3, 4, 7, 16, 33])
    layer = choice.choice([nn.Linear(channels, made), nn.Sequential(nn.Linear(channels, made), nn.LayerNorm(made))])
    return [layer, _activation(choice, made, 0)], made, ()


def _convolution(choice: random.Random, inputs: int, outputs: int, axes: int, *, same: bool) -> nn.Module:
    kernel = tuple(choice.choice([1, 3, 5]) for _ in range(axes))
    dilation = choice.choice([1, 1, 2])
    groups = choice.choice([g for g in (1, 1, 1, 2, 4, inputs) if inputs % g == 0 and outputs % g == 0])
    padding = tuple(dilation * (k // 2) for k in kernel) if same else 0
    return (nn.Conv1d, nn.Conv2d)[axes - 1](
        inputs, outputs, kernel, padding=padding, dilation=dilation, groups=groups, bias=choice.random() < 0.8
    )


def _shorter(
    choice: random.Random, channels: int, space: tuple[int, ...], axes: int
) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    outputs = choice.choice([1, 2, 4, 6, 8, 16])
    if choice.random() < 0.5:
        return [_convolution(choice, channels, outputs, axes, same=True)], outputs, space
    kernel = choice.randint(1, 4)
    stride, padding = choice.randint(1, 3), choice.randint(0, kernel // 2)
    if any((n + 2 * padding - kernel) < 0 for n in space):
        return [_convolution(choice, channels, outputs, axes, same=True)], outputs, space
    made = tuple((n + 2 * padding - kernel) // stride + 1 for n in space)
    layer = (nn.Conv1d, nn.Conv2d)[axes - 1](channels, outputs, kernel, stride, padding)
    return [layer, _activation(choice, outputs, axes)], outputs, made


def _longer(
    choice: random.Random, channels: int, space: tuple[int, ...], axes: int
) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    scale, outputs = choice.randint(2, 4), choice.choice([1, 2, 3, 4, 8])
    made = tuple(n * scale for n in space)
    if choice.random() < 0.3:
        mode, aligned = ("linear", "bilinear")[axes - 1], choice.random() < 0.5
        return [nn.Upsample(scale_factor=scale, mode=mode, align_corners=aligned)], channels, made
    layers: list[nn.Module] = [nn.Upsample(scale_factor=scale, mode="nearest")]
    if choice.random() < 0.8:
        kernel = choice.choice([1, 3, 5, 9])
        layers.append((nn.Conv1d, nn.Conv2d)[axes - 1](channels, outputs, kernel, padding=kernel // 2))
        channels = outputs
    return [*layers, _activation(choice, channels, axes)], channels, made


def _transposed(
    choice: random.Random, channels: int, space: tuple[int, ...], axes: int
) -> tuple[list[nn.Module], int, tuple[int, ...]]:
    outputs, kernel, stride, dilation = (
        choice.choice([1, 2, 4, 6]),
        choice.randint(1, 6),
        choice.randint(1, 4),
        choice.choice([1, 1, 2]),
    )
    long = dilation * (kernel - 1) + 1
    padding, extra = choice.randint(0, (long - 1) // 2), choice.randint(0, stride - 1)
    groups = choice.choice([g for g in (1, 1, 2) if channels % g == 0 and outputs % g == 0])
    made = tuple((n - 1) * stride - 2 * padding + long + extra for n in space)
    if min(made) < 1:
        return [], channels, space
    layer = (nn.ConvTranspose1d, nn.ConvTranspose2d)[axes - 1](
        channels, outputs, kernel, stride, padding, extra, groups=groups, dilation=dilation
    )
    return [layer, _norm(choice, outputs, made)], outputs, made


def _norm(choice: random.Random, channels: int, space: tuple[int, ...]) -> nn.Module:
    groups = choice.choice([g for g in (1, 2, channels) if channels % g == 0])
    batch = (nn.BatchNorm1d, nn.BatchNorm2d)[len(space) - 1](channels)
    if groups == channels and max(space) == 1:  # one number has no variance, and torch says so
        return batch
    return choice.choice([batch, nn.GroupNorm(groups, channels)])


def _activation(choice: random.Random, channels: int, axes: int) -> nn.Module:
    plain = [
        nn.ReLU(),
        nn.LeakyReLU(0.2),
        nn.Tanh(),
        nn.Sigmoid(),
        nn.Softplus(),
        nn.GELU(),
        nn.GELU("tanh"),
        nn.SiLU(),
    ]
    return choice.choice([*plain, nn.ELU(), nn.Hardtanh(), nn.Identity(), Snake(channels, axes)])
