"""A module in the text format, for a person to read and for `wasmtime.wat2wasm` to take back."""

from collections.abc import Iterator, Sequence

from ganbaru.errors import UserError
from ganbaru.ship.binary.cursor import Cursor
from ganbaru.ship.binary.decoding import value_type
from ganbaru.ship.binary.folding import Folded, Folder, Node, signature
from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.naming import Namer, Naming, comment, identifier, quoted, quoted_bytes
from ganbaru.ship.binary.parts import (
    PAGE,
    Aggregate,
    Data,
    Element,
    Function,
    FunctionType,
    Global,
    Limits,
    Memory,
    Table,
    Tag,
)

WIDTH = 110
"""Letters in a line, where that can be kept."""
_STEP, _DEEPEST = "  ", 40
_SPARE_LOCALS = 1_000
"""As many as a function may declare beyond what its code could use; a false claim would fill the screen for ever."""
_LONGEST_NOTE = 400


def function_lines(module: Module, function: Function, naming: Naming | None = None, indent: int = 0) -> Iterator[str]:
    """A function, line by line."""
    naming = naming or Naming(module)
    margin = _STEP * indent
    for line in _described(module, function, naming):
        yield f"{margin};; {comment(line)}"
    if function.imported:
        number = [(each.kind, each.index) for each in module.imports].index(("function", function.index))
        yield margin + _import(module, naming, number)
        return
    cursor = Cursor(module.data, function.start, function.start + function.size, f"function {function.index}")
    runs, problem = _locals(cursor)
    named = naming.locals(function, len(function.type.parameters) + sum(count for count, _ in runs))
    yield from _opening(module, function, naming, named, margin)
    yield from _declared(runs, len(function.type.parameters), named, margin + _STEP)
    folder = Folder(module, naming, named=named, labels=naming.labels(function), type=function.type)
    folded = Folded([], problem, cursor.at) if problem else folder.folded(cursor)
    yield from _lines(folded.body, indent + 1)
    yield from _rest(module, folded, cursor.end, margin + _STEP)
    yield f"{margin})"


def _described(module: Module, function: Function, naming: Naming) -> Iterator[str]:
    exported = naming.exported.get(function.index, ())
    told = f", exported as {' and '.join(exported)}" if exported else ""
    size = "imported" if function.imported else f"{function.size:,} bytes"
    yield f"function {function.index}, {size}{told}"
    if function.name in module.notes:
        yield module.notes[function.name][:_LONGEST_NOTE]


def _locals(cursor: Cursor) -> tuple[list[tuple[int, str]], str]:
    """Runs of locals of one type, and what is wrong with them."""
    start = cursor.at
    try:
        runs = [(cursor.unsigned(), value_type(cursor)) for _ in range(cursor.count("runs of locals", 2))]
    except UserError:
        cursor.at = start
        return [], "locals that are cut off or altered"
    count = sum(count for count, _ in runs)
    if count > _SPARE_LOCALS + cursor.left:
        return [], f"{count:,} locals for {cursor.left:,} bytes of code"
    return runs, ""


def _opening(module: Module, function: Function, naming: Naming, named: Namer, margin: str) -> Iterator[str]:
    parts = [f"(func {naming('function', function.index)}{naming.type_use(function.type_index)}"]
    parts += [f"(param {named.of(at)} {kind})" for at, kind in enumerate(function.type.parameters)]
    parts += [f"(result {' '.join(function.type.results)})"] if function.type.results else []
    yield from _wrapped(parts, margin, margin + 2 * _STEP)


def _declared(runs: Sequence[tuple[int, str]], first: int, named: Namer, margin: str) -> Iterator[str]:
    parts = []
    for count, kind in runs:
        parts += [f"(local {named.of(first + at)} {kind})" for at in range(count)]
        first += count
    yield from _wrapped(parts, margin, margin)


def _wrapped(parts: Sequence[str], first: str, others: str) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and len(line) + len(part) >= WIDTH:
            yield line
            line, first = "", others
        line = f"{line} {part}" if line else first + part
    if line:
        yield line


def _rest(module: Module, folded: Folded, end: int, margin: str) -> Iterator[str]:
    """What could not be read, as bytes in comments."""
    if not folded.stopped:
        return
    left = end - folded.at
    yield f"{margin};; {folded.stopped} at byte {folded.at:#x}; {left:,} bytes from there:"
    for at in range(folded.at, end, 32):
        yield f"{margin};; {module.data[at : min(at + 32, end)].hex(' ')}"


def _lines(body: Sequence[Node], indent: int) -> Iterator[str]:
    """Expressions in lines; one that is too wide, or a block, has its parts in lines of their own."""
    work: list[tuple[Node | str, int, str]] = [(node, indent, "") for node in reversed(body)]
    while work:
        node, indent, tail = work.pop()
        margin = _STEP * min(indent, _DEEPEST)
        if isinstance(node, str):
            yield f"{margin}{node}{tail}"
        elif node.width and (node.width + len(margin) <= WIDTH or not node.operands):
            yield f"{margin}{flat(node)}{tail}"
        elif node.arms is None:
            yield f"{margin}({node.head}"
            work.append((node.operands[-1], indent + 1, f"){tail}"))
            work += [(each, indent + 1, "") for each in reversed(node.operands[:-1])]
        elif node.is_flat:
            yield margin + node.head
            work.extend(reversed(_flat_arms(node, indent)))
        else:
            yield from _block(node, indent, tail, work)


def _flat_arms(node: Node, indent: int) -> list[tuple[Node | str, int, str]]:
    """The lines of a block without parentheses, behind its first."""
    later: list[tuple[Node | str, int, str]] = []
    name = ""
    for name, body in node.arms or []:
        later += [(name, indent, "")] if name else []
        later += [(each, indent + 1, "") for each in body]
    return later if name.startswith("delegate") else [*later, ("end", indent, "")]


def _block(node: Node, indent: int, tail: str, work: list[tuple[Node | str, int, str]]) -> Iterator[str]:
    """The first line of a block; the others are added to ``work``, which is done from its end."""
    margin = _STEP * min(indent, _DEEPEST)
    operands, head = node.operands, f"({node.head}"
    if operands and operands[0].width and len(margin) + len(head) + operands[0].width < WIDTH:
        operands, head = [], f"{head} {flat(operands[0])}"
    yield margin + head
    later: list[tuple[Node | str, int, str]] = [(each, indent + 1, "") for each in operands]
    assert node.arms is not None
    for name, body in node.arms:
        inner = indent + 1 + bool(name)
        if name and not body:
            later.append((f"({name})", indent + 1, ""))
            continue
        later += [(f"({name}", indent + 1, "")] if name else []
        later += [(each, inner, "") for each in body]
        later += [(")", indent + 1, "")] if name else []
    later.append((")", indent, tail))
    work.extend(reversed(later))


def flat(node: Node) -> str:
    """An expression in one line."""
    return f"({' '.join([node.head, *map(flat, node.operands)])})"


def module_lines(module: Module) -> Iterator[str]:
    """The whole module, line by line."""
    naming = Naming(module)
    yield f"(module{_module_name(module)}"
    for index, type in enumerate(module.types):
        yield f"{_STEP}(type {naming('type', index)} {_type(type)})"
    for number in range(len(module.imports)):
        yield _STEP + _import(module, naming, number)
    for line in _fields(module, naming):
        yield _STEP + line
    for function in module.functions:
        if not function.imported:
            yield ""
            yield from function_lines(module, function, naming, 1)
    for number, data in enumerate(module.segments):
        yield from _data(module, naming, number, data)
    yield ")"


def _type(type: FunctionType) -> str:
    if not isinstance(type, Aggregate):
        return f"(func{signature(type)})"
    fields = type.fields if type.form == "array" else [f"(field {each})" for each in type.fields]
    return f"({' '.join([type.form, *fields])})"


def _module_name(module: Module) -> str:
    return f" {identifier(module.names.module)}" if module.names.module else ""


def _fields(module: Module, naming: Naming) -> Iterator[str]:
    """What stands between imports and functions, a line each."""
    count = {kind: sum(each.kind == kind for each in module.imports) for kind in ("table", "memory", "global", "tag")}
    for at, table in list(enumerate(module.tables))[count["table"] :]:
        start = f" {_expression(module, naming, table.start)}" if table.start else ""
        yield f"(table{naming.told('table', at)}{_table(table)}{start})"
    for at, memory in list(enumerate(module.memories))[count["memory"] :]:
        yield f"(memory{naming.told('memory', at)}{_memory(memory)})"
    for at, tag in list(enumerate(module.tags))[count["tag"] :]:
        yield f"(tag {naming('tag', at)}{_tag(module, naming, tag)})"
    for at, one in list(enumerate(module.globals))[count["global"] :]:
        start = _expression(module, naming, one.start) if one.start else ""
        yield f"(global {naming('global', at)} {_global(one)} {start})"
    for export in module.exports:
        yield f"(export {quoted(export.name)} ({_word(export.kind)} {naming(export.kind, export.index)}))"
    if module.start is not None:
        yield f"(start {naming('function', module.start.index)})"
    for at, element in enumerate(module.elements):
        yield _element(module, naming, at, element)


def _word(kind: str) -> str:
    return "func" if kind == "function" else kind


def _import(module: Module, naming: Naming, number: int) -> str:
    found = module.imports[number]
    type = found.type
    if isinstance(type, FunctionType):
        told = naming.type_use(module.raw.functions[found.index]) + signature(type)
    elif isinstance(type, Table):
        told = _table(type)
    elif isinstance(type, Memory):
        told = _memory(type)
    elif isinstance(type, Global):
        told = f" {_global(type)}"
    else:
        told = _tag(module, naming, type)
    named = naming.told(found.kind, found.index)
    return f"(import {quoted(found.module)} {quoted(found.name)} ({_word(found.kind)}{named}{told}))"


def _limits(limits: Limits) -> str:
    maximum = "" if limits.maximum is None else f" {limits.maximum}"
    return f"{' i64' * limits.wide} {limits.minimum}{maximum}{' shared' * limits.shared}"


def _table(table: Table) -> str:
    return f"{_limits(table.limits)} {table.kind}"


def _memory(memory: Memory) -> str:
    return _limits(memory.limits) + (f" (pagesize {memory.page})" if memory.page != PAGE else "")


def _global(one: Global) -> str:
    return f"(mut {one.kind})" if one.mutable else one.kind


def _tag(module: Module, naming: Naming, tag: Tag) -> str:
    return naming.type_use(tag.type_index) + signature(tag.type)


def _expression(module: Module, naming: Naming, place: tuple[int, int]) -> str:
    """A constant expression; its end is not written."""
    cursor = Cursor(module.data, place[0], place[1] + 1, "an expression")
    return " ".join(map(flat, Folder(module, naming).folded(cursor).body))


def _offset(module: Module, naming: Naming, place: tuple[int, int] | None) -> str:
    return f" (offset {_expression(module, naming, place)})" if place else ""


def _element(module: Module, naming: Naming, at: int, element: Element) -> str:
    parts = f"(elem{naming.told('element', at)}{' declare' * (element.mode == 'declared')}"
    if element.offset:
        table = f" (table {naming('table', element.table)})" if element.table or element.kind != "funcref" else ""
        parts += table + _offset(module, naming, element.offset)
    if element.expressions:
        items = (f"(item {_expression(module, naming, each)})" for each in element.expressions)
        return f"{parts} {' '.join([element.kind, *items])})"
    return f"{parts} {' '.join(['func', *(naming('function', each) for each in element.functions)])})"


def _data(module: Module, naming: Naming, number: int, data: Data) -> Iterator[str]:
    memory = f" (memory {naming('memory', data.memory)})" if data.memory else ""
    yield ""
    yield f"{_STEP};; data {number}, {data.size:,} bytes"
    yield f"{_STEP}(data{naming.told('data', number)}{memory}{_offset(module, naming, data.offset)}"
    for at in range(data.start, data.start + data.size, 64):
        yield 2 * _STEP + quoted_bytes(module.data[at : min(at + 64, data.start + data.size)])
    yield f"{_STEP})"
