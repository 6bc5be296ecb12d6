"""Instructions into nested expressions.

The text format lets any instructions that stand before another one be written within its parentheses, as its operands.
So what is nested here always assembles to the instructions as they stood: how many values each takes and gives only
decides what is nested, and a mistake there makes a text less handsome, never wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ganbaru.errors import UserError
from ganbaru.ship.binary.cursor import Cursor
from ganbaru.ship.binary.decoding import Block, Instruction, UnknownOpcode, instruction
from ganbaru.ship.binary.immediates import written
from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.naming import Namer, Naming, identifier
from ganbaru.ship.binary.opcodes import DEPENDS
from ganbaru.ship.binary.parts import Aggregate, FunctionType

DEEPEST = 40
"""Expressions within each other; what would be deeper stands in front."""
_NOTHING = FunctionType((), ())
_OPENING = {"block": "", "loop": "", "if": "then", "try": "", "try_table": ""}
_ARMS = {"else": ("if",), "catch": ("try",), "catch_all": ("try",)}


@dataclass(slots=True)
class Node:
    """An expression.

    Attributes:
        head: what stands behind the parenthesis.
        operands: what is nested.
        gives: how many values.
        depth: of the nesting.
        width: letters in one line; 0 where it needs several.
        arms: of a block: what each is called ("" for none), and what is in it; None for all else.
    """

    head: str
    operands: list["Node"] = field(default_factory=list)
    gives: int = 0
    depth: int = 0
    width: int = 0
    arms: list[tuple[str, list["Node"]]] | None = None

    @property
    def is_flat(self) -> bool:
        """Whether it is an older block of exceptions: assemblers take these without parentheses only."""
        return self.head.split(" ")[0] == "try"


@dataclass(slots=True)
class _Frame:
    """A block that is not at its end: what it is, what a branch to it takes, what it is called, and its expression."""

    kind: str
    type: FunctionType
    clauses: str
    node: Node
    label: str
    named: bool

    @property
    def taken_by_branch(self) -> int:
        return len(self.type.parameters if self.kind == "loop" else self.type.results)


@dataclass(frozen=True)
class Folded:
    """A function's expressions.

    Attributes:
        body: in their order.
        stopped: why the rest could not be read; "" where it could.
        at: where the rest begins in the file.
    """

    body: list[Node]
    stopped: str
    at: int


class Folder:
    """Takes instructions, makes expressions.

    Args:
        module: for the types of functions and blocks.
        naming: of its things.
        named: of the function's locals.
        labels: names of its blocks, in the order in which they begin.
        type: of the function.
    """

    def __init__(
        self,
        module: Module,
        naming: Naming,
        *,
        named: Namer | None = None,
        labels: dict[int, str] | None = None,
        type: FunctionType = _NOTHING,
    ) -> None:
        self._module, self._naming, self._locals = module, naming, named or Namer({}, "", 0)
        self._names, self._begun = labels or {}, 0
        self.body: list[Node] = []
        self._frames = [_Frame("function", type, "", Node("", arms=[("", self.body)]), "", False)]
        self._open = {""}

    def folded(self, cursor: Cursor) -> Folded:
        """All up to the cursor's end."""
        stopped, start = "", cursor.at
        while not stopped and cursor.at < cursor.end and self._frames:
            start = cursor.at
            try:
                stopped = self._add(instruction(cursor))
            except UnknownOpcode as error:
                stopped = f"unknown opcode {error.number}"
            except UserError:
                stopped = "an instruction that is cut off or altered"
        if not stopped and self._frames:
            stopped, start = "no end", cursor.at
        elif not stopped and cursor.left:
            stopped, start = "code behind the end", cursor.at
        while self._frames:
            self._close("")
        return Folded(self.body, stopped, start)

    def _add(self, one: Instruction) -> str:
        name = one.opcode.name
        if name in _OPENING:
            self._begin(name, one)
        elif name == "end":
            self._close("")
        elif name == "delegate":
            if self._frames[-1].kind != "try":
                return "a misplaced delegate"
            self._close(f"delegate {self._label(one.values[0], beyond=1)}")
        elif name in _ARMS:
            if self._frames[-1].kind not in _ARMS[name]:
                return f"a misplaced {name}"
            self._next_arm(" ".join([name, *(self._naming("tag", value) for value in one.values)]))
        else:
            self._plain(one)
        return ""

    @property
    def _now(self) -> list[Node]:
        arms = self._frames[-1].node.arms
        assert arms is not None
        return arms[-1][1]

    def _plain(self, one: Instruction) -> None:
        takes, gives = self._arity(one)
        operands = self._taken(takes)
        node = Node(written(one, self._naming, self._locals, self._label), operands, gives)
        node.depth = 1 + max((each.depth for each in operands), default=0)
        if all(each.width for each in operands):
            node.width = len(node.head) + 2 + sum(each.width + 1 for each in operands)
        self._now.append(node)

    def _taken(self, count: int) -> list[Node]:
        """The expressions before that give so many values, as far as they stand without others between them."""
        body = self._now
        first = len(body)
        while count > 0 and first and 0 < body[first - 1].gives <= count and body[first - 1].depth < DEEPEST:
            first -= 1
            count -= body[first].gives
        taken = body[first:]
        del body[first:]
        return taken

    def _begin(self, kind: str, one: Instruction) -> None:
        told: Block = one.values[0]
        type = self._type(told.number) if told.number is not None else FunctionType((), told.results)
        clauses = "".join(f" {self._clause(each)}" for each in one.values[1]) if kind == "try_table" else ""
        gives = 0 if kind == "try" else len(type.results)
        node = Node(kind, self._taken(1) if kind == "if" else [], gives, 1, arms=[(_OPENING[kind], [])])
        written_type = signature(type) if told.number is None else f" (type {self._naming('type', told.number)})"
        self._now.append(node)
        label = self._free(self._names.get(self._begun, f"{kind}{self._begun}"))
        self._frames.append(_Frame(kind, type, written_type + clauses, node, label, self._begun in self._names))
        self._open.add(label)
        self._begun += 1

    def _free(self, label: str) -> str:
        """A name that no block around bears."""
        while label in self._open:
            label += f"#{self._begun}"
        return label

    def _next_arm(self, name: str) -> None:
        arms = self._frames[-1].node.arms
        assert arms is not None
        arms.append((name, []))

    def _close(self, last: str) -> None:
        frame = self._frames.pop()
        if not self._frames:
            return
        self._open.discard(frame.label)
        label = f" {identifier(frame.label)}" if frame.named else ""
        frame.node.head += label + frame.clauses
        if last and frame.node.arms is not None:
            frame.node.arms.append((last, []))

    def _label(self, depth: int, beyond: int = 0) -> str:
        """The block that a branch means, counted from so many further out: its name, or the number of the function."""
        if depth + beyond >= len(self._frames) - 1:
            return str(depth)
        frame = self._frames[-1 - depth - beyond]
        frame.named = True
        return identifier(frame.label)

    def _clause(self, clause: tuple[str, int | None, int]) -> str:
        kind, tag, label = clause
        return f"({' '.join([kind, *([] if tag is None else [self._naming('tag', tag)]), self._label(label)])})"

    def _type(self, index: int) -> FunctionType:
        types = self._module.types
        return types[index] if index < len(types) else _NOTHING

    def _callee(self, index: int) -> FunctionType:
        functions = self._module.raw.functions
        return self._type(functions[index]) if index < len(functions) else _NOTHING

    def _arity(self, one: Instruction) -> tuple[int, int]:
        """How many values it takes and gives."""
        opcode = one.opcode
        if opcode.takes != DEPENDS:
            return opcode.takes, opcode.gives
        if opcode.name == "return":
            return len(self._frames[0].type.results), 0
        if opcode.immediates[0] in ("label", "labels"):
            return self._branch_arity(one)
        if opcode.name == "throw":
            tags = self._module.raw.tags
            tag = one.values[0]
            return (len(self._type(tags[tag]).parameters) if tag < len(tags) else 0), 0
        if opcode.name == "array.new_fixed":
            return one.values[1], 1
        if opcode.name == "struct.new":
            type = self._type(one.values[0])
            return len(type.fields) if isinstance(type, Aggregate) else 0, 1
        by_function = opcode.immediates[0] == "function"
        type = self._callee(one.values[0]) if by_function else self._type(one.values[0])
        returns = opcode.name.startswith("return")
        return len(type.parameters) + (not by_function), 0 if returns else len(type.results)

    def _branch_arity(self, one: Instruction) -> tuple[int, int]:
        depth = one.values[0] if one.opcode.name != "br_table" else one.values[0][-1]
        taken = self._frames[-1 - depth].taken_by_branch if depth < len(self._frames) else 0
        conditional = one.opcode.name != "br"
        return taken + conditional, taken if one.opcode.name == "br_if" else 0


def signature(type: FunctionType) -> str:
    """Parameters and results without names, a space before each."""
    return _part("param", type.parameters) + _part("result", type.results)


def _part(word: str, types: Sequence[str]) -> str:
    return f" ({word} {' '.join(types)})" if types else ""
