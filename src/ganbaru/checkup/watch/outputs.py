"""What a network takes and gives, however it is packed: the samples among the arguments, the scores in an answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.nn import Parameter

_DEEPEST = 4
_AUGMENTS = 256
"""Steps of a history up to which it is that of an augmentation."""
_NODES = 2000
"""Of a loss's history, as much is followed."""
_SHAPING = (
    "View",
    "UnsafeView",
    "Squeeze",
    "Unsqueeze",
    "Reshape",
    "Flatten",
    "Clone",
    "Select",
    "Slice",
    "Transpose",
    "Permute",
    "Alias",
    "ToCopy",
    "Expand",
    "TBackward",
)
_KEEPING = ("Mean", "Sum", "Clamp")
"""What leaves an activation's answer within its ends, or moves and stretches them all alike."""
_SUMS = ("Addmm", "Convolution", "Mm", "Add", "Bmm")
_ADDING = ("AddBackward", "SubBackward", "RsubBackward")
_ENDS = {
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softplus": "softplus",
    "Hardtanh": "hardtanh",
}


def tensors(value: Any, depth: int = 0) -> Iterator[Tensor]:
    """All tensors in nested lists, tuples, dictionaries and objects of fields."""
    if isinstance(value, Tensor):
        yield value
    elif depth < _DEEPEST:
        inner = _inner(value)
        for each in inner:
            yield from tensors(each, depth + 1)


def _inner(value: Any) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple):
        return value
    return list(vars(value).values()) if hasattr(value, "__dataclass_fields__") else ()


def samples(value: Any) -> Tensor | None:
    """The first batch of floating numbers among what is given; None where there is none."""
    return next((each for each in tensors(value) if _is_batch(each)), None)


def batches(value: Any) -> list[Tensor]:
    """All batches of floating numbers among what is given."""
    return [each for each in tensors(value) if _is_batch(each)]


def replaced(args: Any, options: Any, old: Tensor, new: Tensor) -> tuple[Any, Any]:
    """The same arguments and options with one tensor exchanged for another."""

    def swap(value: Any) -> Any:
        if value is old:
            return new
        if isinstance(value, Mapping):
            return {key: swap(each) for key, each in value.items()}
        return type(value)(swap(each) for each in value) if type(value) in (list, tuple) else value

    return tuple(swap(each) for each in args), swap(dict(options))


def _is_batch(value: Tensor) -> bool:
    return (value.is_floating_point() or value.is_complex()) and value.dim() >= 2 and len(value) > 0


def scores(answer: Any, count: int) -> list[Tensor]:
    """The scores in a critic's answer: a tensor, the scores among features, or one tensor for each scale.

    Args:
        answer: what the critic returned.
        count: samples that it was shown.

    Returns:
        Tensors whose first dimension is ``count`` and whose second, where there is one, is 1; else of a tuple its first
        tensor, of a list the last one of each part.
    """
    found = [each for each in tensors(answer) if each.is_floating_point()]
    if len(found) <= 1:
        return found
    plain = [each for each in found if each.dim() and len(each) == count and each.shape[1:2] in ((), (1,))]
    if plain:
        return plain
    parts = _inner(answer)
    if isinstance(answer, list):
        return [last for part in parts if (last := next(iter([*tensors(part)][::-1]), None)) is not None]
    return found[:1]


def sides(answer: Any, shown: Sequence[Tensor]) -> list[tuple[Tensor, Any]]:
    """What a critic was shown, and what it says of that: of two batches at once, as HiFi-GAN's take them, each its own.

    Such a critic is given a real and a generated batch and answers with a tuple that begins with the scores of the one
    and of the other, a list of each that are alike in every form.
    """
    if len(shown) == 2 and isinstance(answer, tuple) and len(answer) >= 2 and shown[0].shape == shown[1].shape:
        parts = [[*tensors(each)] for each in answer[:2] if isinstance(each, list | tuple)]
        forms = [[each.shape for each in part] for part in parts]
        if len(forms) == 2 and forms[0] and forms[0] == forms[1]:
            return list(zip(shown, parts, strict=True))
    return [(shown[0], answer)] if shown else []


def end(tensor: Tensor, *, of_scores: bool = False) -> tuple[str, float]:
    """The last activation that a tensor went through, by its history, and the number that it was multiplied by after.

    The activation is "sigmoid", "tanh", "relu" …, "linear" behind a layer's sum, "" where that is not known. Of scores
    it does not matter where the ends of it lie, so that what is added to it, or averaged, is passed over.
    """
    node, factor = tensor.grad_fn, 1.0
    for _ in range(16):
        if node is None:
            return "", factor
        name = type(node).__name__
        for start, activation in _ENDS.items():
            if name.startswith(start):
                return activation, factor
        if name.startswith(("MulBackward", "DivBackward")):
            times = _scalar(node)
            if times is None:
                return "", factor
            factor = factor * times if name.startswith("Mul") else factor / times
        elif of_scores and (name.startswith(_KEEPING) or (name.startswith(_ADDING) and _is_moved(node))):
            pass
        elif not name.startswith(_SHAPING):
            return ("linear" if name.startswith(_SUMS) else ""), factor
        node = node.next_functions[0][0] if node.next_functions else None
    return "", factor


def is_of_batches(tensor: Tensor) -> bool:
    """Whether a batch is a leaf of its history, or was made of such batches as large alone, by no weights.

    So are real samples that are augmented, or to which noise is added, on the way of a penalty on the critic's slope.
    """
    if tensor.grad_fn is None:
        return True
    waiting, seen = [tensor.grad_fn], {tensor.grad_fn}
    while waiting:
        node = waiting.pop()
        leaf = getattr(node, "variable", None)
        if leaf is not None and (isinstance(leaf, Parameter) or not leaf.dim() or len(leaf) != len(tensor)):
            return False
        new = {each for each, _ in node.next_functions if each is not None} - seen
        seen |= new
        waiting += new
        if len(seen) > _AUGMENTS or not (leaf is not None or node.next_functions):
            return False
    return True


def applied(loss: Tensor, answer: Any) -> str:
    """The activation between an answer, by the last node of its history, and a loss of it; "" where there is none."""
    waiting: list[Any] = [loss.grad_fn]
    users: dict[Any, Any] = {}
    while waiting and len(users) < _NODES:
        node = waiting.pop()
        for following, _ in getattr(node, "next_functions", ()):
            if following is not None and following not in users:
                users[following] = node
                waiting.append(following)
    node = users.get(answer)
    while node is not None and type(node).__name__.startswith(_SHAPING):
        node = users.get(node)
    name = "" if node is None else type(node).__name__
    return next((end for start, end in _ENDS.items() if name.startswith(start)), "")


def _is_moved(node: Any) -> bool:
    """Whether something that does not learn is added to one thing, whose place in the sum is the first."""
    return bool(node.next_functions) and all(following is None for following, _ in node.next_functions[1:])


def _scalar(node: Any) -> float | None:
    """The number that something is multiplied or divided by, where it is one that does not learn."""
    other = getattr(node, "_saved_other", None)
    alone = all(following is None for following, _ in node.next_functions[1:])
    return float(other) or None if alone and isinstance(other, Tensor) and other.dim() == 0 else None
