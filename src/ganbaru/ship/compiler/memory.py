"""Where everything lies: channels innermost, a border of zeros around, buffers used again once nobody reads them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ganbaru.ship.compiler.wat import Text

WORD, ALIGNMENT = 4, 16
Border = tuple[tuple[int, int], ...]
"""Places before and behind, on each axis of space."""


@dataclass
class Buffer:
    """What one node makes, in memory; addresses and steps in bytes.

    Attributes:
        name: of the node.
        shape: as the graph has it: channels first.
        border: places of zeros around it, on each axis of space.
        first: number of the step that writes it.
        last: number of the last step that reads it.
        address: where it begins, border and all.
    """

    name: str
    shape: tuple[int, ...]
    border: Border
    first: int = 0
    last: int = 0
    address: int = -1

    @property
    def channels(self) -> int:
        """Of a place."""
        return self.shape[0]

    @property
    def space(self) -> tuple[int, ...]:
        """Places on each axis."""
        return self.shape[1:]

    @property
    def whole(self) -> tuple[int, ...]:
        """Likewise, with the border."""
        return tuple(n + before + after for n, (before, after) in zip(self.space, self.border, strict=True))

    @property
    def bytes(self) -> int:
        """With the border, filled up to the alignment."""
        return aligned(WORD * self.channels * math.prod(self.whole))

    @property
    def steps(self) -> tuple[int, ...]:
        """From a number to the next on each axis of `shape`: channels, then space."""
        steps, step = [], WORD * self.channels
        for count in reversed(self.whole):
            steps.append(step)
            step *= count
        return (WORD, *reversed(steps))

    @property
    def start(self) -> int:
        """Address of the first number within the border."""
        return self.address + sum(step * before for step, (before, _) in zip(self.steps[1:], self.border, strict=True))

    @property
    def is_bordered(self) -> bool:
        """Whether there is any border."""
        return any(before or after for before, after in self.border)


@dataclass
class Memory:
    """Regions one behind the other: first what lives as long as the module, then what is shared by turns.

    Attributes:
        end: of what was given away for good.
        buffers: of the values, once they are placed.
    """

    end: int = ALIGNMENT
    buffers: dict[str, Buffer] = field(default_factory=dict)

    def take(self, size: int) -> int:
        """Address of so many bytes that are nobody else's."""
        address = self.end
        self.end += aligned(size)
        return address

    def place(self, buffers: Sequence[Buffer]) -> None:
        """Gives each buffer the lowest address at which it is alone while it is needed."""
        base, placed = self.end, list[Buffer]()
        for buffer in sorted(buffers, key=lambda each: (-each.bytes, each.first)):
            beside = sorted((each for each in placed if _meet(each, buffer)), key=lambda each: each.address)
            address = base
            for other in beside:
                if address + buffer.bytes <= other.address:
                    break
                address = max(address, other.address + other.bytes)
            buffer.address = address
            placed.append(buffer)
            self.end = max(self.end, address + buffer.bytes)
        self.buffers |= {buffer.name: buffer for buffer in buffers}

    @property
    def pages(self) -> int:
        """Of 64 KiB."""
        return -(-self.end // 65536)

    def printed(self) -> str:
        """A table of the buffers."""
        text = Text()
        for buffer in sorted(self.buffers.values(), key=lambda each: each.first):
            shape = " x ".join(map(str, buffer.shape))
            steps = f"steps {buffer.first} to {buffer.last}"
            text.line(f"{buffer.address:9}  {buffer.bytes:8} bytes  {steps:16}  {shape:16} {buffer.name}")
        return str(text)


def aligned(size: int) -> int:
    """The next multiple of 16."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _meet(one: Buffer, other: Buffer) -> bool:
    return one.first <= other.last and other.first <= one.last
