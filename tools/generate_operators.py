"""Write the C++ that registers elementwise operators, from the cards' decorators.

The build runs this before it compiles. The cards (``sci/*/_*.py``) are read as syntax, never imported, so it needs
neither torch nor a built library: ``python tools/generate_operators.py OUT_FOLDER``. One translation unit per card
file, or per group of files that call the same functions, written only when its content changes; and a list of them for
make, the longest first.
"""

from __future__ import annotations

import ast
import pathlib
import sys
from collections.abc import Iterator
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[1]
REAL = {"r": ("float", "double"), "c": ("sci::complex<float>", "sci::complex<double>"), "i": ("int64_t", "int64_t")}
LETTER = {"r": "fd", "c": "FD", "i": "ll"}
FLAGS = ("wide", "pullback", "sorted")  # of a card, as literals
LEVELS = ("v3", "v4")  # x86-64-v3 (AVX2) and x86-64-v4 (AVX-512); csrc/Makefile has their flags
# Card files that call the same large templates: one unit makes each of those once, where units of their own made 8.4 MB
# of code out of 5.1 (as `nm -S` counts it). A unit of 1 MB compiles in 19 s; larger ones would keep one core waiting.
GROUPS = {
    "special/cylinder": "bessel_y cylinder bessel_jy bessel_i bessel_k hankel",
    "special/beta": "beta betainc betaincinv binom binomial chi_squared fisher gamma_distribution gammainc gammaincinv "
    "jacobi_total negative_binomial noncentral_chi_squared noncentral_fisher noncentral_student poisson student",
    "special/order": "bessel_ie bessel_zeros besselpoly hyp0f1 hyperu mathieu mathieu_modified spherical struve",
    "special/gamma": "digamma gamma jacobi_function laguerre_function loggamma pbdv pbwa poch polygamma rgamma zeta",
    "special/carlson": "carlson carlson_g",
    "special/spheroidal": "spheroidal_angular spheroidal_cv spheroidal_radial spheroidal_radial_derivatives",
    "special/erf": "erf erfc erfcx erfi fresnel ierfcx modfresnel ndtr voigt_profile",
}


class Card(NamedTuple):
    """What the build needs of an ``@elementwise`` function."""

    name: str
    header: str
    signatures: str
    arguments: list[str]
    wide: bool
    pullback: bool = False
    sorted: bool = False

    def kernels(self) -> list[Card]:
        """Return the card, and what stands for the kernel of its backward pass."""
        if not self.pullback:
            return [self]
        count = len(self.arguments)
        back = f"{'r ' * (count + 2)}-> {'r ' * count}"
        arguments = ["grad", *self.arguments, "out"]
        wide = self.wide and not self.tried
        return [self, Card(f"{self.name}_pullback", self.header, back, arguments, wide, sorted=self.sorted)]

    def has(self, form: str) -> bool:
        """Does the header define NAME_form beside the function?"""
        return f" {self.name}_{form}(" in (ROOT / "csrc" / self.header).read_text()

    @property
    def rows(self) -> bool:
        """Has the header a form for rows along which only the last argument varies (csrc/core/rows.h)?"""
        return self.has("rows")

    @property
    def tried(self) -> bool:
        """Has it a formula without branches for most arguments (`Tried` in csrc/core/elementwise.h)?"""
        return self.has("trial")

    @property
    def definition(self) -> str:
        """The C++ type that stands for the function in the inner loops."""
        text = definition(self.name)
        if self.rows:
            text = f"{text[:-2]}template <class... A> static void rows(A... a) {{ {self.name}_rows(a...); }} }};"
        return text

    @property
    def wide_definition(self) -> str:
        """The same for vector loops."""
        text = self.definition
        if self.tried:
            trial = f"template <class... A> static auto trial(A... a) {{ return {self.name}_trial(a...); }} }};"
            text = text.replace(f"call_{self.name} {{", f"call_{self.name} : Tried {{")[:-2] + trial
        return text

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


class CardFile(NamedTuple):
    """A file of cards, the name of its units, and all kernels of its cards."""

    stem: str
    key: str
    cards: list[Card]

    @property
    def wide(self) -> list[Card]:
        """The cards whose inner loops are compiled for newer CPUs too."""
        return [card for card in self.cards if card.wide]


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
                    text = f"{path}: {node.name}: header, signatures and flags must be literals"
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


def unit(files: list[CardFile]) -> str:
    """Return the translation unit of a group of card files."""
    lines = [f"// Generated from the cards in {', '.join(file.stem for file in files)} by tools/generate_operators.py."]
    lines += [*headers([card for file in files for card in file.cards]), '#include "runtime/elementwise.h"', ""]
    keys = [file.key for file in files if file.wide]
    if keys:
        levels = [f'extern "C" const sci::ElementwiseRow sci_rows_{key}_{level}[];' for key in keys for level in LEVELS]
        lines += ["#ifdef SCI_HAS_WIDE", *levels, "#endif", ""]
    lines += ["namespace sci {", "namespace {"]
    for file in files:
        lines += operators(file)
    return "\n".join([*lines, "}  // namespace", "}  // namespace sci", ""])


def operators(file: CardFile) -> list[str]:
    """Return the lines that define the operators of a card file."""
    lines: list[str] = []
    row = 0
    for card in file.cards:
        name, header, signatures, arguments, wide, *_ = card
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
            rows = ", ".join(f"sci_rows_{file.key}_{level} + {row}" for level in LEVELS)
            lines += ["#ifdef SCI_HAS_WIDE", f"    {{{rows}}},", "#endif"]
            row += len(made)
        lines += [
            "};",
            "namespace {",
            f"void boxed_{name}(uint64_t* stack, uint64_t, uint64_t) {{ call_elementwise(operator_{name}, stack); }}",
        ]
    return lines


def wide_unit(file: CardFile) -> str:
    """Return the unit of a card file's inner loops on real arguments, which is compiled once per level of the CPU.

    The level's flags rename the namespace, so that no function made for a newer CPU takes the place of another.
    """
    lines = [f"// Generated from the cards in {file.stem} by tools/generate_operators.py."]
    lines += [*headers(file.wide), '#include "core/elementwise.h"', "", "namespace sci {", "namespace {"]
    lines += [card.wide_definition for card in file.wide]
    lines += ["using Row = void (*)(char* const*, const int64_t*, int64_t);", "}  // namespace"]
    lines += [f'extern "C" const Row SCI_ROWS({file.key})[];', f"const Row SCI_ROWS({file.key})[] = {{"]
    for card in file.wide:
        for ins, outs, width in variants(card.signatures):
            real = "c" not in ins + outs
            lines.append(f"    {card.row(ins, outs, width)}," if real else "    nullptr,")
    return "\n".join([*lines, "};", "}  // namespace sci", ""])


def table(cards: list[Card]) -> str:
    """Return the translation unit that lists all operators, and those whose kernels sort."""
    lines = ["// Generated by tools/generate_operators.py.", '#include "runtime/elementwise.h"', "", "namespace sci {"]
    lines += [f"extern ElementwiseOperator operator_{card.name};" for card in cards]
    for name, listed in {"elementwise": cards, "sorted": [card for card in cards if card.sorted]}.items():
        lines += [f"extern ElementwiseOperator* const {name}_operators[];"]
        lines += [f"ElementwiseOperator* const {name}_operators[] = {{"]
        lines += [f"    &operator_{card.name}," for card in listed] + ["    nullptr};"]
    return "\n".join([*lines, "}  // namespace sci", ""])


def write(path: pathlib.Path, text: str) -> None:
    """Write a file only if that changes it, so that make compiles nothing again."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def card_files() -> Iterator[CardFile]:
    """Yield the files that have elementwise cards."""
    for path in sorted(ROOT.glob("sci/*/_*.py")):
        cards = [kernel for card in elementwise_cards(path) for kernel in card.kernels()]
        if cards:
            yield CardFile(path.relative_to(ROOT).as_posix(), f"{path.parent.name}{path.stem}", cards)


def grouped(files: list[CardFile]) -> dict[str, list[CardFile]]:
    """Return the files of each unit, those of GROUPS first, as they take longest."""
    left = {file.key: file for file in files}
    units = {}
    for name, members in GROUPS.items():
        domain, group = name.split("/")
        present = [key for member in members.split() if (key := f"{domain}_{member}") in left]
        if present:  # a tree may hold some cards alone
            units[f"{domain}_group_{group}"] = [left.pop(key) for key in present]
    return units | {key: [file] for key, file in left.items()}


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    files = list(card_files())
    units = grouped(files)
    texts = {f"{name}.cpp": unit(group) for name, group in units.items()}
    # In the same order: tools.compile_kernels makes programs of neighbours.
    texts["table.cpp"] = table([card for group in units.values() for file in group for card in file.cards])
    wide = {f"{file.key}_wide.cpp": wide_unit(file) for file in files if file.wide}
    for name, text in (texts | wide).items():
        write(out / name, text)
    write(out / "units.mk", f"GENERATED := {' '.join(texts)}\nGENERATED_WIDE := {' '.join(wide)}\n")
    for stale in {path.name for path in out.glob("*.cpp")} - {*texts, *wide}:
        (out / stale).unlink()


if __name__ == "__main__":
    main()
