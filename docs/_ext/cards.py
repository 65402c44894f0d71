"""Pages that follow from the cards: one per function, the capability table, the accuracy tables and plots."""

from __future__ import annotations

import importlib
import itertools
import pathlib
import textwrap
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from sci._core.cards import DOMAINS, ElementwiseCard, NoDerivative, elementwise_cards, function_cards
from sci.testing.tables import card_partials
from tools import agreement
from tools.accuracy import Measured, measure

HERE = pathlib.Path(__file__).resolve().parents[1]
OUT = HERE / "generated"


def public_names(domain: str) -> list[str]:
    """Return what a domain exports."""
    return sorted(name for name in importlib.import_module(f"sci.{domain}").__all__ if not name.startswith("_"))


def write(path: pathlib.Path, text: str) -> None:
    """Write a page if it changed: Sphinx rebuilds by time stamps."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def heading(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n\n"


def domain_page(domain: str) -> None:
    """Write a domain's index and the page of each of its names."""
    module = importlib.import_module(f"sci.{domain}")
    lines = [heading(f"sci.{domain}"), (module.__doc__ or "").strip() + "\n\n", ".. toctree::\n   :hidden:\n\n"]
    names = [n for n in public_names(domain) if not isinstance(getattr(module, n), type(module))]
    lines += [f"   {domain}/{name}\n" for name in names]
    lines += ["\n.. list-table::\n   :widths: 30 70\n\n"]
    for name in names:
        thing = getattr(module, name)
        summary = (thing.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").strip()
        lines.append(f"   * - :doc:`{name} <{domain}/{name}>`\n     - {summary}\n")
        function_page(domain, name, thing)
    write(OUT / f"{domain}.rst", "".join(lines))


def function_page(domain: str, name: str, thing: Any) -> None:
    """Write one page: the docstring, and for an elementwise function its measured accuracy."""
    directive = "autoclass" if isinstance(thing, type) else "autofunction"
    if isinstance(thing, type) and issubclass(thing, Warning | Exception):
        directive = "autoexception"
    text = heading(f"sci.{domain}.{name}") + f".. currentmodule:: sci.{domain}\n\n.. {directive}:: {name}\n"
    if directive == "autoclass":
        text += "   :members:\n   :inherited-members:\n"
    own = getattr(thing, "__name__", name)  # psi is digamma, h_roots is roots_hermite
    card, key = elementwise_cards.get(own), f"{domain}.{own}"
    if card is not None and card.domain == domain and card.public:
        text += "\n" + derivative_section(card) + method_section(card) + accuracy_section(card)
    elif f"{domain}.{name}" in function_cards or key in function_cards or key in agreement.WITHOUT:
        text += agreement_section(f"{domain}.{name}" if f"{domain}.{name}" in function_cards else key)
    write(OUT / domain / f"{name}.rst", text)


def code(text: str, language: str) -> str:
    return f".. code-block:: {language}\n\n" + textwrap.indent(text, "   ").rstrip() + "\n\n"


def derivative_section(card: ElementwiseCard) -> str:
    """Return what the card says of each partial derivative: the expression that computes it, or why there is none."""
    lines = [
        heading("Partial derivatives", "-"),
        "As the card writes them: in functions of this library and of torch, so that higher derivatives follow.\n\n",
    ]
    lines += [f"In ``{argument}``:\n\n{code(text, 'python')}" for argument, text in card_partials(card).items()]
    return "".join(lines)


def method_section(card: ElementwiseCard) -> str:
    """Return the head of a card's header: which method computes in which region, with its sources."""
    text = (HERE.parent / "csrc" / card.header).read_text(encoding="utf-8")
    head = itertools.takewhile(lambda line: line.startswith("//"), text.splitlines())
    comment = "\n".join(line.removeprefix("//").removeprefix(" ") for line in head)
    return heading("Method by region", "-") + f"The head of ``csrc/{card.header}``:\n\n" + code(comment, "text")


def accuracy_section(card: ElementwiseCard) -> str:
    """Return the accuracy table of a card, and draw its plot."""
    measured = measure(card)
    plot(card, measured, OUT / card.domain / f"{card.name}_ulp.png")
    lines = [heading("Measured accuracy", "-")]
    lines.append(
        "Errors in ulp against the reference table "
        f"``tests/{card.domain}/tables/{card.name}.csv`` (mpmath), on the CPU: "
        f"``python -m tools.accuracy {card.name}``. "
        "A complex error is relative to the modulus. *Condition*: the largest error, in ulp, that one ulp in the "
        "arguments would explain.\n\n"
    )
    lines.append(".. list-table::\n   :header-rows: 1\n\n   * - samples\n     - dtype\n     - points\n     - mean\n"
                 "     - largest\n     - condition\n")  # fmt: skip
    for row in measured:
        cells = (row.group.replace("|", r"\|"), row.dtype, str(len(row.errors)), f"{np.mean(row.errors):.2f}")
        bounds = (f"{np.max(row.errors):.2f}", f"{np.max(row.conditions):.2g}")
        lines.append("   * - " + "\n     - ".join(cells + bounds) + "\n")
    lines.append(f"\n.. image:: {card.name}_ulp.png\n   :alt: errors of {card.name} in ulp\n")
    return "".join(lines)


def agreement_section(key: str) -> str:
    """Return in what a function differentiates, and its agreement with SciPy, or why that is not measured."""
    card = function_cards.get(key)
    rows, title = agreement.measure(key) if card else [], "\n" + heading("Agreement with SciPy", "-")
    if card and card.differentiable:
        arguments = ", ".join(f"``{name}``" for name in card.differentiable)
        title = f"\n{heading('Derivatives', '-')}In {arguments}: backward and forward, to second order.\n" + title
    if not rows:
        why = agreement.NOT_UNIQUE.get(key) or agreement.WITHOUT.get(key)
        return title + f"Not compared element by element. {why}\n" if why else ""
    lines = [
        title
        + "Largest difference over the largest element of SciPy's result in double precision, over the samples of "
        f"the tests, on the CPU: ``python -m tools.agreement {key}``.\n\n"
        ".. list-table::\n   :header-rows: 1\n\n   * - dtype\n     - results\n     - largest difference\n"
    ]
    lines += [f"   * - {row.dtype}\n     - {row.results}\n     - {row.difference:.1e}\n" for row in rows]
    if key in agreement.LARGER:
        lines.append(f"\n{agreement.LARGER[key][1].replace('`', '``')}\n")
    return "".join(lines)


def plot(card: ElementwiseCard, measured: list[Measured], path: pathlib.Path) -> None:
    """Draw each sample's error over the size of the last argument, with what its condition allows."""
    # Known margins, and no ticks between decades: a computed layout takes four times as long, in hundreds of plots.
    figure = plt.figure("accuracy", figsize=(8, 3), clear=True)
    axes = figure.add_axes((0.09, 0.17, 0.71, 0.73))
    for dtype, marker in (("float64", "."), ("complex128", "+")):
        rows = [row for row in measured if row.dtype == dtype]
        if rows:
            # Decades on a linear axis: the ticks of a logarithmic one may lie beyond the range of float64.
            with np.errstate(divide="ignore"):
                x = np.log10(np.concatenate([row.sizes for row in rows]))
            y = np.concatenate([row.errors for row in rows])
            axes.plot(x, np.clip(y, 1e-2, 1e4), marker, label=dtype, markersize=4)
            allowed = np.concatenate([row.conditions for row in rows])
            axes.plot(x, np.clip(np.maximum(allowed, 1e-2), 1e-2, 1e4), "_", color="0.7", zorder=0, markersize=5)
    axes.set(yscale="log", xlabel=f"log10 |{card.arguments[-1]}|", ylabel="error / ulp")
    axes.minorticks_off()
    axes.set_title(card.name, y=1)
    axes.legend(title="grey: condition", fontsize="small", loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def yes(flag: bool) -> str:
    return "yes" if flag else "–"


def capability_page() -> None:
    """Write the capability table."""
    head = (
        "function",
        "CPU",
        "CUDA",
        "complex",
        "gradient in",
        "no gradient in",
        "second order",
        "batch",
        "compile",
        "waits",
    )
    lines = [heading("What each function can"), "Generated from the declarations that the tests check.\n\n"]
    lines.append("*waits*: a call with CUDA tensors waits for the GPU, also where checks of data are off.\n\n")
    lines.append(".. list-table::\n   :header-rows: 1\n\n")
    lines.append("   * - " + "\n     - ".join(head) + "\n")

    def row(*cells: str) -> None:
        lines.append("   * - " + "\n     - ".join(cells) + "\n")

    for name, card in sorted(elementwise_cards.items()):
        if card.public:
            pairs = list(zip(card.arguments, card.partials, strict=True))
            has = ", ".join(a for a, rule in pairs if not isinstance(rule, NoDerivative))
            lacks = ", ".join(f"{a} ({rule.why})" for a, rule in pairs if isinstance(rule, NoDerivative))
            cells = ("kernel", "kernel", yes(card.takes_complex), has, lacks or "–", "yes", "elementwise", "yes", "–")
            row(f":doc:`special.{name} <special/{name}>`", *cells)
    for key, card in sorted(function_cards.items()):
        partly = bool(card.host_route) and card.host_route.endswith(" only)")
        cuda = "in part" if partly else "host route" if card.host_route else "yes"
        has, lacks = ", ".join(card.differentiable) or "–", ", ".join(card.discrete) or "–"
        cells = ("yes", cuda, yes(card.complex), has, lacks, yes(bool(card.differentiable)), yes(card.batch))
        row(
            f":doc:`{key} <{card.domain}/{card.name}>`",
            *cells,
            yes(card.compiles),
            yes(card.synchronizes or (bool(card.host_route) and not partly)),
        )
    routes = [(key, card.host_route) for key, card in sorted(function_cards.items()) if card.host_route]
    if routes:
        lines.append(
            "\nHost routes\n-----------\n\nThese compute on the CPU where their input is on CUDA, and warn once.\n\n"
        )
        lines += [f"- ``{key}``: {why}\n" for key, why in routes]
    write(OUT / "capabilities.rst", "".join(lines))


def generate(app: Any) -> None:
    for domain in DOMAINS:
        importlib.import_module(f"sci.{domain}")
    for domain in DOMAINS:
        domain_page(domain)
    capability_page()
    toctree = "".join(f"   {domain}\n" for domain in DOMAINS)
    text = heading("Reference") + f".. toctree::\n   :maxdepth: 2\n\n   capabilities\n{toctree}"
    write(OUT / "index.rst", text)


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True}
