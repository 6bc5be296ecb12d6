"""Any WebAssembly file, read and shown: sections, types, imports, exports, and functions as text.

>>> import wasmtime
>>> module = read(wasmtime.wat2wasm('(module (func (export "twice") (param i32) (result i32)'
...                                 ' (i32.add (local.get 0) (local.get 0))))'))
>>> [section.name for section in module.sections]
['type', 'function', 'export', 'code']
>>> [(export.name, str(export.type)) for export in module.exports]
[('twice', '(i32) -> i32')]
>>> print(module.function_text("twice"))
;; function 0, 7 bytes, exported as "twice"
(func $twice (param $p0 i32) (result i32)
  (i32.add (local.get $p0) (local.get $p0))
)
<BLANKLINE>
"""

from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.parts import (
    Aggregate,
    Data,
    Element,
    Export,
    Function,
    FunctionType,
    Global,
    Import,
    Limits,
    Memory,
    Section,
    Table,
    Tag,
)
from ganbaru.ship.binary.reading import read

__all__ = [
    "Aggregate",
    "Data",
    "Element",
    "Export",
    "Function",
    "FunctionType",
    "Global",
    "Import",
    "Limits",
    "Memory",
    "Module",
    "Section",
    "Table",
    "Tag",
    "read",
]
