"""Write the two files of a new function: ``python -m tools.new special NAME [--arguments x] [--complex]``.

The header and the card come with their headings and a function that runs (``exp`` of its first argument), so that
everything derived from them can be seen at once; then only their contents have to be replaced. The next steps are
printed.
"""

from __future__ import annotations

import argparse
import keyword
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]

HEADER = """\
// {name}({listed})                                                                     card: sci/{domain}/_{name}.py
//
// Method     region          formula                                           [source] equation
//            all x           exp({first}): replace this
// Constants  tools/coefficients/{name}.py (mpmath), if there are any
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy {name}
// Weak spot  none known
// Sources    [1] author, title, year   [2] DLMF
#pragma once
#include "core/complex.h"

namespace sci {{

template <class T>
SCI_HD T {name}({typed}) {{
  return exp({first}){rest};
}}

}}  // namespace sci
"""

CARD = '''\
"""`{name}`: replace this by what it is. The mathematics is in csrc/{domain}/{name}.h."""

from __future__ import annotations

from typing import Any

from sci._core.cards import Group, Ulp, linear, nan
from sci._core.dispatch import elementwise


# d/d{first}: the formula, where it is used as written, where it cancels and what replaces it, the source.
@elementwise(
    "{domain}/{name}.h",
    "{signatures}",
    partials=({partials},),
    reference=lambda mp, {listed}: mp.exp({first}){rest},
    samples=({groups}),
    special=({special},),
    ulp=Ulp(float64=4, float32=4),
)
def {name}({listed}, /, *, out: Any = None) -> Any:
    r"""One line that says what it computes.

    Equivalent to ``scipy.special.{name}``.

    Parameters
    ----------
{parameters}
    out : tensor, optional
        Where to write the result; not where a gradient is recorded.

    Returns
    -------
    tensor
        The values, in the promoted floating dtype and the broadcast shape of the arguments.

    Raises
    ------
    TypeError
        For an argument that holds no numbers, or complex ones where only real ones are defined.

    Notes
    -----
    Definition, regions and methods, derivative formula with its source, accuracy.

    Examples
    --------
    >>> import torch
    >>> from sci import special
    >>> special.{name}({zeros})
    tensor(1.)
    """
'''


def texts(domain: str, name: str, arguments: list[str], complex_too: bool) -> tuple[str, str]:
    """Return the header and the card of a new function."""
    first, others = arguments[0], arguments[1:]
    rest = "".join(f" + {a}" for a in others)
    axes = ", ".join(f"{a}=linear(-2, 2)" for a in arguments)
    groups = f'Group("core", {axes}),'
    kinds = " ".join("r" * len(arguments))
    signatures = f"{kinds} -> r"
    if complex_too:
        signatures += f", {kinds.replace('r', 'c')} -> c"
        square = ", ".join(f"{a}=rectangle((-2, 2), (-2, 2))" for a in arguments)
        groups += f' Group("plane", {square}),'
    listed = ", ".join(arguments)
    partials = [f"lambda {listed}, out: out" + (f" - ({' + '.join(others)})" if others else "")]
    partials += [f"lambda {listed}, out: out * 0 + 1" for _ in others]
    fields = {
        "name": name,
        "domain": domain,
        "first": first,
        "rest": rest,
        "listed": listed,
        "typed": ", ".join(f"T {a}" for a in arguments),
        "signatures": signatures,
        "partials": ", ".join(partials),
        "groups": groups,
        "special": "(" + ", ".join(["nan"] * (len(arguments) + 1)) + ")",
        "parameters": "\n".join(f"    {a} : array_like\n        Its meaning and domain." for a in arguments),
        "zeros": ", ".join(["0.0"] * len(arguments)),
    }
    card = CARD.format(**fields)
    if complex_too:
        card = card.replace("linear, nan", "linear, nan, rectangle")
    return HEADER.format(**fields), card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domain", choices=["special"])
    parser.add_argument("name")
    parser.add_argument("--arguments", default="x", help="comma-separated names, such as v,z")
    parser.add_argument("--complex", action="store_true", help="complex arguments as well")
    options = parser.parse_args()
    if not options.name.isidentifier() or keyword.iskeyword(options.name):
        raise SystemExit(f"{options.name!r} is no name for a function")
    header = ROOT / "csrc" / options.domain / f"{options.name}.h"
    card = ROOT / "sci" / options.domain / f"_{options.name}.py"
    for path in (header, card):
        if path.exists():
            raise SystemExit(f"{path.relative_to(ROOT)} is there already")
    made = texts(options.domain, options.name, options.arguments.split(","), options.complex)
    for path, text in zip((header, card), made, strict=True):
        path.write_text(text)
        print(f"wrote {path.relative_to(ROOT)}")
    print(
        f"""next:
  make build                                            compile it
  python -m tools.sync                                  export it
  python -m tools.reference {options.domain} {options.name:<24} make its reference table
  pytest tests/test_elementwise_cards.py -k {options.name:<12} check everything the card claims
  python -m tools.accuracy {options.name:<28} see its errors"""
    )


if __name__ == "__main__":
    main()
