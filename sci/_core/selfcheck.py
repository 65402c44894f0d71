"""``python -m sci selfcheck``: values and gradients of every function, as this machine and this torch compute them.

Elementwise functions are held against their reference tables; of the others gradients are held against differences,
and, on a GPU, values against the CPU's. What has neither, such as constants, runs the example of its docstring.
"""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import math
import re
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci.testing import points_condition, read_table, table_path, ulp_error
from sci.testing.tables import Row

from .cards import DOMAINS, ElementwiseCard, FunctionCard, NoDerivative, elementwise_cards, function_cards
from .torch_private import tree_flatten, tree_leaves, tree_map, tree_unflatten

_KINDS = {
    "float32": {"r": torch.float32, "c": torch.complex64, "i": torch.int64},
    "float64": {"r": torch.float64, "c": torch.complex128, "i": torch.int64},
}


@dataclasses.dataclass
class Tally:
    """What was found in one domain."""

    functions: int = 0
    points: int = 0
    gradients: int = 0
    seconds: float = 0.0
    worst: float = 0.0  # the largest error, in units of what is promised
    where: str = "-"
    failures: list[str] = dataclasses.field(default_factory=list)
    left_out: list[str] = dataclasses.field(default_factory=list)  # routes through SciPy, where there is none


def selfcheck(device: str = "cpu", match: str = "") -> int:
    """Check every function whose name matches; print a table, and return 0 if all is well, else 1.

    Raises
    ------
    ValueError
        For a device that is not there, and where no function matches.
    """
    place = torch.device(device)
    if place.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device must be one that torch sees, got {device!r}, and there is no CUDA here")
    for domain in DOMAINS:
        importlib.import_module(f"sci.{domain}")
    todo: list[tuple[str, str, Callable[[Tally], None]]] = []
    for name, card in sorted(elementwise_cards.items()):
        todo.append((card.domain, f"{card.domain}.{name}", lambda tally, card=card: _elementwise(card, place, tally)))  # type: ignore[misc]
    for name, other in sorted(function_cards.items()):
        check = (lambda tally, card=other: _function(card, place, tally)) if other.samples else _example_of(other)
        todo.append((other.domain, name, check))
    todo = [entry for entry in todo if re.search(match, entry[1])]
    if not todo:
        raise ValueError(f"match must match the name of a function, got {match!r}")
    tallies: dict[str, Tally] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done, (domain, name, check) in enumerate(todo):
            _progress(done, len(todo), name)
            tally = tallies.setdefault(domain, Tally())
            started = time.perf_counter()
            try:
                check(tally)
            except Exception as error:  # a crash of one function is a finding, not the end
                tally.failures.append(f"{name}: {type(error).__name__}: {str(error).strip().splitlines()[0]}")
            _leave_out(tally)
            tally.functions += 1
            tally.seconds += time.perf_counter() - started
    _progress(len(todo), len(todo), "")
    _print_table(tallies, place)
    return int(any(tally.failures for tally in tallies.values()))


def _leave_out(tally: Tally) -> None:
    """Take out of the failures those that are a missing SciPy, which is no requirement."""
    missing = [text for text in tally.failures if re.search(r"ModuleNotFoundError: .*\bscipy\b", text)]
    tally.failures = [text for text in tally.failures if text not in missing]
    tally.left_out += [text.partition(":")[0] for text in missing]


def _elementwise(card: ElementwiseCard, device: torch.device, tally: Tally) -> None:
    parts: dict[tuple[str, str], list[Row]] = {}
    for row in read_table(table_path(card)).rows:
        parts.setdefault((row.signature, row.precision), []).append(row)
    for (signature, precision), rows in parts.items():
        dtypes = _KINDS[precision]
        args = [
            torch.tensor([row.args[i] for row in rows], dtype=dtypes[kind], device=device)
            for i, kind in enumerate(signature)
        ]
        result = card.function(*args)
        for k, out in enumerate(result if isinstance(result, tuple) else (result,)):
            dtype = str(out.dtype).removeprefix("torch.")
            wide = {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)
            promised = getattr(card.ulp, dtype) or getattr(card.ulp, wide)
            errors = ulp_error(out.cpu().numpy(), [row.values[k] for row in rows], dtype)
            bounds = np.array([max(promised, points_condition(row, k, card.outputs)) for row in rows])
            with np.errstate(invalid="ignore", divide="ignore"):
                shares = np.where(errors == 0, 0.0, errors / bounds)  # where 0 is promised, 0 / 0 keeps the promise
            at = int(np.argmax(shares))
            if not shares[at] <= tally.worst:
                tally.worst, tally.where = float(shares[at]), f"{card.name} {dtype}"
            if not shares[at] <= 1:
                text = f"{card.domain}.{card.name} {dtype} at {rows[at].args}: {errors[at]:.3g} ulp"
                tally.failures.append(f"{text}, promised {bounds[at]:.3g}")
        tally.points += len(rows)
        if precision == "float64":
            _partials(card, [row for row in rows if _moderate(row)], args[0].device, tally)


def _moderate(row: Row) -> bool:
    sizes = [abs(x) for x in (*row.values, *(d for d in row.partials if d is not None))]
    return all(0.05 < abs(x) < 12 for x in row.args) and all(1e-3 < size < 30 for size in sizes)


def _partials(card: ElementwiseCard, rows: list[Row], device: torch.device, tally: Tally) -> None:
    """Hold gradients of the first result, through autograd, against the table's partial derivatives."""
    if not rows or all(isinstance(rule, NoDerivative) for rule in card.partials):
        return
    signature = rows[0].signature
    args = [
        torch.tensor([row.args[i] for row in rows], dtype=_KINDS["float64"][kind], device=device)
        for i, kind in enumerate(signature)
    ]
    places = [i for i, rule in enumerate(card.partials) if not isinstance(rule, NoDerivative)]
    for i in places:
        args[i].requires_grad_()
    result = card.function(*args)
    out = result[0] if isinstance(result, tuple) else result
    found = torch.autograd.grad(out.sum() if not out.is_complex() else out.real.sum(), [args[i] for i in places])
    for i, g in zip(places, found, strict=True):
        want = np.array([row.partials[i * card.outputs] for row in rows], dtype=complex)
        have = g.conj().resolve_conj().cpu().numpy()  # of a holomorphic function the gradient is the conjugate
        bad = np.abs(have - (want if g.is_complex() else want.real)) > 1e-6 * (1 + np.abs(want))
        if bad.any():
            row = rows[int(np.argmax(bad))]
            tally.failures.append(f"{card.domain}.{card.name}: gradient in {card.arguments[i]} at {row.args}")
    tally.gradients += len(rows)


def _function(card: FunctionCard, device: torch.device, tally: Tally) -> None:
    assert card.samples is not None
    here = [*card.samples(torch.Generator().manual_seed(0), torch.float64, device)][:2]
    home = [*card.samples(torch.Generator().manual_seed(0), torch.float64, torch.device("cpu"))][:2]
    for sample, same in zip(here, home, strict=True):
        flat, spec = tree_flatten((sample.args, sample.kwargs))
        places = [i for i, x in enumerate(flat) if isinstance(x, Tensor) and x.is_floating_point()]

        def run(*xs: Tensor, flat: list[Any] = flat, spec: Any = spec, places: list[int] = places) -> tuple[Any, ...]:
            full = list(flat)
            for i, x in zip(places, xs, strict=True):
                full[i] = x
            args, kwargs = tree_unflatten(full, spec)
            found = tree_leaves(card.call(card.object, *args, **kwargs))
            return tuple(y for y in found if isinstance(y, Tensor) and (y.is_floating_point() or y.is_complex()))

        out = run(*(flat[i] for i in places))
        if device.type != "cpu":
            args, kwargs = same.args, same.kwargs
            want = [y for y in tree_leaves(card.call(card.object, *args, **kwargs)) if isinstance(y, Tensor)]
            want = [y for y in want if y.is_floating_point() or y.is_complex()]
            torch.testing.assert_close(tree_map(Tensor.cpu, out), tuple(want), rtol=1e-8, atol=1e-10, equal_nan=True)
        tally.points += sum(y.numel() for y in out)
        if card.differentiable and places:
            leaves = [flat[i].detach().clone().requires_grad_() for i in places]
            torch.autograd.gradcheck(run, leaves, fast_mode=True, check_forward_ad=True)
            tally.gradients += sum(x.numel() for x in leaves)


def _example_of(card: FunctionCard) -> Callable[[Tally], None]:
    """Return a check that the example of a docstring, on the CPU, gives what stands there."""

    def check(tally: Tally) -> None:
        names = {"torch": torch, "sci": importlib.import_module("sci")}
        test = doctest.DocTestParser().get_doctest(inspect.getdoc(card.object) or "", names, card.name, None, 0)
        flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        lines: list[str] = []
        doctest.DocTestRunner(verbose=False, optionflags=flags).run(test, out=lines.append)
        tally.points += len(test.examples)
        if lines:
            said = lines[0].strip().splitlines()
            tally.failures.append(f"{card.domain}.{card.name}: example: {' '.join(said[-3:])}")

    return check


def _progress(done: int, total: int, name: str) -> None:
    if sys.stderr.isatty():
        width = 40
        bar = "#" * (done * width // total)
        end = "\n" if done == total else ""
        print(f"\r[{bar:<{width}}] {done}/{total} {name:<40}", end=end, file=sys.stderr, flush=True)


def _print_table(tallies: dict[str, Tally], device: torch.device) -> None:
    head = ("domain", "functions", "values", "gradients", "largest error / promised", "failures", "seconds")
    rows = [head]
    for domain, tally in tallies.items():
        share = f"{tally.worst:.2f} ({tally.where})" if tally.where != "-" and not math.isnan(tally.worst) else "-"
        numbers = (str(tally.functions), str(tally.points), str(tally.gradients), share)
        rows.append((domain, *numbers, str(len(tally.failures)), f"{tally.seconds:.1f}"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    if left_out := [name for tally in tallies.values() for name in tally.left_out]:
        print(f"left out, as they need SciPy (pip install scipy): {', '.join(left_out)}")
    failures = [text for tally in tallies.values() for text in tally.failures]
    for text in failures:
        print(f"FAILED {text}")
    count = sum(tally.functions for tally in tallies.values())
    print(f"{count} functions on {device}: " + (f"{len(failures)} failures" if failures else "all as promised"))
