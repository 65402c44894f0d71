"""Measure elementwise functions at points that no table holds: ``python -m tools.fresh [NAME ...] [--seed S]``.

Points are drawn from the ranges of the card's groups of samples, as many as mpmath computes in `--seconds` for each
function, signature and precision. Per row: the share of values within 4 eps or what one ulp in each argument would
explain, the largest error over that bound; the same of the first derivatives, with 1e-12 (single precision: 32 eps) as
the bound, by the rules and by the kernel of the backward pass. `--worst N` prints the N worst points of each row.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from sci._core.cards import ElementwiseCard, NoDerivative, elementwise_cards
from sci.testing import Group, designed_points, points_condition, ulp_error
from sci.testing.tables import Row
from tools.accuracy import tensors
from tools.reference import load_domain, make_row

VALUE_EPS = 4.0
PARTIAL_EPS = {"float64": 1e-12 * 2.0**52, "float32": 32.0}
ROW_SECONDS = 4
Vector = npt.NDArray[np.float64]


@dataclasses.dataclass
class Errors:
    """What was compared, at each point: the error over its bound."""

    what: str
    rows: list[Row]
    got: list[Any]
    want: list[Any]
    ratio: Vector


def fresh_points(card: ElementwiseCard, signature: str, precision: str, seed: int) -> list[tuple[str, Any]]:
    """Return points of the card's groups in random order; groups of listed points have none but the table's."""
    draw = random.Random(f"{seed} {card.name} {signature} {precision}")
    wide = [Group(g.name, count=400, dtypes=g.dtypes, **g.axes) for g in card.samples]
    groups = [group for group in wide if any(a.kind not in ("near", "values") for a in group.axes.values())]
    found = designed_points(groups, card.arguments, signature, precision, start=draw.random())
    draw.shuffle(found)
    return found


def fresh_rows(card: ElementwiseCard, signature: str, precision: str, seed: int, seconds: float) -> Iterator[Row]:
    """Yield rows of references until the time is spent, without those that take longer than `ROW_SECONDS`."""
    end = time.monotonic() + seconds
    for group, args in fresh_points(card, signature, precision, seed):
        if time.monotonic() > end:
            return
        signal.alarm(ROW_SECONDS)
        try:
            yield make_row((card.domain, card.name, signature, precision, group, args))
        except (RuntimeError, TimeoutError):
            continue
        finally:
            signal.alarm(0)


def _late(*_: Any) -> None:
    raise TimeoutError


def compare(card: ElementwiseCard, rows: list[Row]) -> list[Errors]:
    """Return the errors of the values and of every derivative over their bounds."""
    args = tensors(rows)
    outputs = _tuple(card.function(*args))
    found = []
    for k, out in enumerate(outputs):
        want = [row.values[k] for row in rows]
        condition = np.array([points_condition(row, k, card.outputs) for row in rows])
        found.append(_errors("value", rows, out, want, np.maximum(VALUE_EPS, condition)))
    pulled = None
    if card.pullback is not None:
        with torch.no_grad():
            pulled = card.pullback(torch.ones_like(outputs[0]), tuple(args), outputs[0], (True,) * len(args))
    for i, rule in enumerate(card.partials):
        if isinstance(rule, NoDerivative):
            continue
        slopes = _tuple(rule(*args, *outputs))
        if pulled:
            slopes += (pulled[i],)
        sensitivity = _condition(card, rule, args)
        for k, slope in enumerate(slopes):
            place = i * card.outputs + (k if k < card.outputs else 0)
            use = [
                j for j, row in enumerate(rows) if row.partials[place] is not None and np.isfinite(row.partials[place])
            ]
            bounds = np.maximum(PARTIAL_EPS[rows[0].precision], 2 * sensitivity[min(k, card.outputs - 1)])[use]
            what = f"d/d{card.arguments[i]}" + (", backward" if k >= card.outputs else "")
            kept, want = [rows[j] for j in use], [rows[j].partials[place] for j in use]
            found.append(_errors(what, kept, slope.expand(len(rows))[use], want, bounds))
    return found


def _tuple(result: Any) -> tuple[torch.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def _errors(what: str, rows: list[Row], got: torch.Tensor, want: list[Any], bounds: Vector) -> Errors:
    dtype = str(got.dtype).removeprefix("torch.")
    # An error in units of the last place over the mantissa is one in eps.
    mantissa = np.array([2 * math.frexp(abs(x))[0] if 0 < abs(x) < math.inf else 1.0 for x in want])
    ratio = ulp_error(got.detach().numpy(), want, dtype) / mantissa / bounds if rows else np.zeros(0)
    return Errors(what, rows, got.tolist(), want, ratio)


def _condition(card: ElementwiseCard, rule: Any, args: list[torch.Tensor]) -> list[Vector]:
    """Return, per output, how many ulp of a derivative one ulp in each argument makes, by a difference of the rule."""
    step = 1e-7
    wide = [x.to(torch.complex128 if x.is_complex() else torch.float64) if x.dtype != torch.int64 else x for x in args]
    before = _tuple(rule(*wide, *_tuple(card.function(*wide))))
    total = [torch.zeros(len(args[0]), dtype=torch.float64) for _ in before]
    for i, x in enumerate(wide):
        if x.dtype == torch.int64:
            continue
        moved = [y * (1 + step) if i == j else y for j, y in enumerate(wide)]
        after = _tuple(rule(*moved, *_tuple(card.function(*moved))))
        for k, (a, b) in enumerate(zip(after, before, strict=True)):
            total[k] += ((a - b).abs() / b.abs() / step).nan_to_num(0, 0, 0)
    return [x.numpy() for x in total]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--precision", choices=("float64", "float32"), action="append")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _late)
    load_domain("special")
    print(f"{'function':<16}{'dtypes':<8}{'precision':<10}{'what':<24}{'points':>7}{'within':>9}{'largest':>10}")
    for name in options.names or sorted(elementwise_cards):
        card = elementwise_cards[name]
        for signature, _ in card.signatures:
            for precision in options.precision or ("float64", "float32"):
                rows = list(fresh_rows(card, signature, precision, options.seed, options.seconds))
                for part in compare(card, rows) if rows else []:
                    within = 100 * np.mean(part.ratio <= 1) if part.rows else np.nan
                    largest = np.max(part.ratio, initial=0.0)
                    print(
                        f"{name:<16}{signature:<8}{precision:<10}{part.what:<24}{len(part.rows):>7}{within:>8.1f}%"
                        f"{largest:>10.3g}",
                        flush=True,
                    )
                    for j in [j for j in np.argsort(-part.ratio)[: options.worst] if part.ratio[j] > 1]:
                        row = part.rows[j]
                        print(f"    {row.group} {row.args}: {part.got[j]} for {part.want[j]}, {part.ratio[j]:.3g}")


if __name__ == "__main__":
    main()
