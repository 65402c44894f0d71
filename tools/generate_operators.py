"""Write the C++ that registers elementwise operators, from the cards' decorators.

The build runs this before it compiles. The cards (``sci/*/_*.py``) are read as syntax, never imported, so it needs
neither torch nor a built library: ``python tools/generate_operators.py OUT_FOLDER``. One translation unit per card
file, written only when its content changes, and a list of them for make.
"""

from __future__ import annotations

import ast
import pathlib
import sys
from collections.abc import Iterator
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[1]
REAL = {"r": ("float", "double"), "c": ("sci::complex<float>", "sci::complex<double>"), "i": ("int64_t", "int64_t")}
MAX_OPERANDS = 16  # as in csrc/runtime/elementwise.cpp
LETTER = {"r": "fd", "c": "FD", "i": "ll"}
FLAGS = ("wide", "pullback")  # of a card, as literals
LEVELS = ("v3", "v4")  # x86-64-v3 (AVX2) and x86-64-v4 (AVX-512); csrc/Makefile has their flags


class Card(NamedTuple):
    """What the build needs of an ``@elementwise`` function."""

    name: str
    header: str
    signatures: str
    arguments: list[str]
    wide: bool
    pullback: bool = False

    def kernels(self) -> list[Card]:
        """Return the card, and what stands for the kernel of its backward pass."""
        if not self.pullback:
            return [self]
        count = len(self.arguments)
        back = f"{'r ' * (count + 2)}-> {'r ' * count}"
        return [self, Card(f"{self.name}_pullback", self.header, back, ["grad", *self.arguments, "out"], self.wide)]

    @property
    def rows(self) -> bool:
        """Has the header a form for rows along which only the last argument varies (csrc/core/rows.h)?"""
        return f" {self.name}_rows(" in (ROOT / "csrc" / self.header).read_text()

    @property
    def definition(self) -> str:
        """The C++ type that stands for the function in the inner loops."""
        rows = f"template <class... A> static void rows(A... a) {{ {self.name}_rows(a...); }} }};"
        return definition(self.name)[:-2] + rows if self.rows else definition(self.name)

    def row(self, ins: str, outs: str, width: int) -> str:
        """Return the inner loop of a kernel."""
        text = body(self.name, ins, outs, width)
        if self.rows and "c" not in ins:
            text = text.replace("sci::Elementwise<", "sci::ElementwiseRows<").replace(f", {len(outs)}, ", ", ", 1)
        return f"&{text.replace('sci::', '')}::row"


def headers(cards: list[Card]) -> Iterator[str]:
    """Yield the lines that include what the cards' inner loops need."""
    for header in dict.fromkeys(card.header for card in cards):
        yield f'#include "{header}"'
    if any(card.rows for card in cards):
        yield '#include "core/rows.h"'


def elementwise_cards(path: pathlib.Path) -> list[Card]:
    """Return the ``@elementwise`` functions in a card file."""
    found = []
    for node in ast.parse(path.read_text(), str(path)).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "elementwise":
                try:
                    header, signatures = (ast.literal_eval(arg) for arg in decorator.args[:2])
                    flags = {k.arg for k in decorator.keywords if k.arg in FLAGS and ast.literal_eval(k.value)}
                except ValueError as error:
                    text = f"{path}: {node.name}: header, signatures, wide and pullback must be literals"
                    raise SystemExit(text) from error
                arguments = [a.arg for a in node.args.posonlyargs]
                found.append(Card(node.name, header, signatures, arguments, *(flag in flags for flag in FLAGS)))
    return found


def variants(signatures: str) -> Iterator[tuple[str, str, int]]:
    """Yield (inputs, outputs, width) of each kernel: per signature one in single and one in double precision."""
    for text in signatures.split(","):
        ins, outs = ("".join(side.split()) for side in text.split("->"))
        yield ins, outs, 0
        yield ins, outs, 1


def body(name: str, ins: str, outs: str, width: int) -> str:
    """Return the type of a kernel's body."""
    types = ", ".join(REAL[kind][width] for kind in ins)
    return f"sci::Elementwise<sci::call_{name}, {REAL[outs[0]][width]}, {len(outs)}, {types}>"


def definition(name: str) -> str:
    """Return the C++ type that stands for a function in a kernel's body."""
    call = f"return {name}(a...);"
    return f"struct call_{name} {{ template <class... A> static SCI_HD auto apply(A... a) {{ {call} }} }};"


def unit(stem: str, key: str, cards: list[Card]) -> str:
    """Return the translation unit of one card file."""
    lines = [f"// Generated from the cards in {stem} by tools/generate_operators.py."]
    lines += [*headers(cards), '#include "runtime/elementwise.h"', ""]
    if any(card.wide for card in cards):
        levels = [f'extern "C" const sci::ElementwiseRow sci_rows_{key}_{level}[];' for level in LEVELS]
        lines += ["#ifdef SCI_HAS_WIDE", *levels, "#endif", ""]
    lines += ["namespace sci {", "namespace {"]
    row = 0
    for card in cards:
        name, header, signatures, arguments, wide, _ = card
        own = definition(name)
        kernel = f'#include \\"core/elementwise.h\\"\\n#include \\"{header}\\"\\nnamespace sci {{ {own} }}\\n'
        lines += ["", card.definition, f"ElementwiseVariant variants_{name}[] = {{"]
        made = list(variants(signatures))
        outputs = len(made[0][1])
        for ins, outs, width in made:
            text = body(name, ins, outs, width)
            letters = "".join(LETTER[kind][width] for kind in outs + ins)
            lines.append(f'    {{"{letters}", {card.row(ins, outs, width)}, {{"{kernel}", "{text}"}}}},')
        lines.append("};")
        results = "Tensor" if outputs == 1 else f"({', '.join(['Tensor'] * outputs)})"
        schema = f"{name}({', '.join('Tensor ' + a for a in arguments)}) -> {results}"
        lines += [
            f"void boxed_{name}(uint64_t* stack, uint64_t, uint64_t);",
            "}  // namespace",
            f"ElementwiseOperator operator_{name} = {{",
            f'    "{name}", "{schema}", {outputs}, {len(arguments)}, variants_{name},',
            f"    int(sizeof variants_{name} / sizeof *variants_{name}), &boxed_{name},",
        ]
        if wide:
            rows = ", ".join(f"sci_rows_{key}_{level} + {row}" for level in LEVELS)
            lines += ["#ifdef SCI_HAS_WIDE", f"    {{{rows}}},", "#endif"]
            row += len(made)
        lines += [
            "};",
            "namespace {",
            f"void boxed_{name}(uint64_t* stack, uint64_t, uint64_t) {{ call_elementwise(operator_{name}, stack); }}",
        ]
    return "\n".join([*lines, "}  // namespace", "}  // namespace sci", ""])


def wide_unit(stem: str, key: str, cards: list[Card]) -> str:
    """Return the unit of a card file's inner loops on real arguments, which is compiled once per level of the CPU.

    The level's flags rename the namespace, so that no function made for a newer CPU takes the place of another.
    """
    lines = [f"// Generated from the cards in {stem} by tools/generate_operators.py."]
    lines += [*headers(cards), '#include "core/elementwise.h"', "", "namespace sci {", "namespace {"]
    lines += [card.definition for card in cards]
    lines += ["using Row = void (*)(char* const*, const int64_t*, int64_t);", "}  // namespace"]
    lines += [f'extern "C" const Row SCI_ROWS({key})[];', f"const Row SCI_ROWS({key})[] = {{"]
    for card in cards:
        for ins, outs, width in variants(card.signatures):
            real = "c" not in ins + outs
            lines.append(f"    {card.row(ins, outs, width)}," if real else "    nullptr,")
    return "\n".join([*lines, "};", "}  // namespace sci", ""])


def table(names: list[str]) -> str:
    """Return the translation unit that lists all operators."""
    lines = ["// Generated by tools/generate_operators.py.", '#include "runtime/elementwise.h"', "", "namespace sci {"]
    lines += [f"extern ElementwiseOperator operator_{name};" for name in names]
    lines += ["ElementwiseOperator* const elementwise_operators[] = {"]
    lines += [f"    &operator_{name}," for name in names]
    return "\n".join([*lines, "    nullptr};", "}  // namespace sci", ""])


def write(path: pathlib.Path, text: str) -> None:
    """Write a file only if that changes it, so that make compiles nothing again."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    names, units, wide_units = [], ["table.cpp"], []
    for path in sorted(ROOT.glob("sci/*/_*.py")):
        cards = [kernel for card in elementwise_cards(path) for kernel in card.kernels()]
        if cards:
            key = f"{path.parent.name}{path.stem}"
            stem = path.relative_to(ROOT).as_posix()
            write(out / f"{key}.cpp", unit(stem, key, cards))
            units.append(f"{key}.cpp")
            wide = [card for card in cards if card.wide]
            if wide:
                write(out / f"{key}_wide.cpp", wide_unit(stem, key, wide))
                wide_units.append(f"{key}_wide.cpp")
            names += [card.name for card in cards]
    write(out / "table.cpp", table(names))
    write(out / "units.mk", f"GENERATED := {' '.join(units)}\nGENERATED_WIDE := {' '.join(wide_units)}\n")
    for stale in {path.name for path in out.glob("*.cpp")} - {*units, *wide_units}:
        (out / stale).unlink()


if __name__ == "__main__":
    main()
