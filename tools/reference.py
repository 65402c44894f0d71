"""Make the reference tables of elementwise functions: ``python -m tools.reference special [NAME ...] [--jobs N]``.

Every value is computed by mpmath from the card's reference at one precision and confirmed at twice that; where the two
differ the precision is raised. First derivatives are differences of the reference at a precision that makes their error
invisible. Rows of a float32 group hold arguments that are exact in float32.

A table notes hashes of the card's reference and samples and of what these call. Where a change of a helper does not
change what it computes, ``--spot N`` recomputes N rows of each group, and renews the hashes if they are the same.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib
import math
import pathlib
from typing import Any

import mpmath

from sci._core.cards import ElementwiseCard, NoDerivative, elementwise_cards
from sci.testing import Table, card_hash, helpers_hash, points, read_table, table_path, write_table
from sci.testing.tables import Row

ROOT = pathlib.Path(__file__).resolve().parents[1]
FIRST_DIGITS, LAST_DIGITS = 40, 1400
AGREE = 1e-22


def load_domain(domain: str) -> None:
    """Import every card file of a domain, so that `elementwise_cards` holds its cards."""
    for path in sorted((ROOT / "sci" / domain).glob("_*.py")):
        if path.stem != "__init__":
            importlib.import_module(f"sci.{domain}.{path.stem}")


def to_mp(x: Any) -> Any:
    """Turn an argument into mpmath's number, exactly."""
    if isinstance(x, complex):
        return mpmath.mpc(x.real, x.imag)
    return x if isinstance(x, int) else mpmath.mpf(x)


def to_python(x: Any, kind: str) -> Any:
    """Round a reference to double; the output's kind says whether it is complex."""
    z = mpmath.mpmathify(x)
    if kind == "c":
        return complex(_double(mpmath.re(z)), _double(mpmath.im(z)))
    if mpmath.im(z) != 0:
        return math.nan
    return _double(mpmath.re(z))


def _double(x: Any) -> float:
    try:
        return float(x)
    except OverflowError:
        return math.copysign(math.inf, mpmath.sign(x))


def confirmed(compute: Any) -> tuple[Any, ...]:
    """Return ``compute()``, as a tuple, at the first precision that doubling leaves unchanged in a double's eyes."""
    digits = FIRST_DIGITS
    with mpmath.workdps(digits):
        before = compute()
    while digits < LAST_DIGITS:
        digits *= 2
        with mpmath.workdps(digits):
            after = compute()
            pairs = list(zip(_sequence(before), _sequence(after), strict=True))
            if all(_agree(a, b) or _vanishes(b) for a, b in pairs):
                return tuple(mpmath.mpf(0) if _vanishes(b) else b for _, b in pairs)
        before = after
    raise ArithmeticError(f"no agreement up to {LAST_DIGITS} digits")


def _sequence(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _vanishes(x: Any) -> bool:
    """Is a quantity 0 as a double? What is zero by symmetry shows as rounding noise, and falls with the precision."""
    return bool(abs(x) < mpmath.mpf(10) ** -340)


def _agree(a: Any, b: Any) -> bool:
    if mpmath.isnan(a) or mpmath.isnan(b) or mpmath.isinf(a) or mpmath.isinf(b):
        return bool(mpmath.isnan(a) and mpmath.isnan(b)) or a == b
    return bool(abs(a - b) <= AGREE * abs(b))


def derivative(card: ElementwiseCard, args: tuple[Any, ...], index: int) -> Any:
    """Differentiate the reference in one argument by a central difference of sixth order.

    With step 10^(-d/5) its error is of the order of 10^(-6d/5), and half as many digits again hide the rounding. Where
    the function changes within a step (next to a pole) the doubled digits disagree and make the step smaller.
    """
    digits = mpmath.mp.dps
    x = to_mp(args[index])
    # What a step beside a tiny argument changes in a value of size 1 shows after twice as many digits (f may be even).
    small = 2 * int(max(0, -mpmath.log10(abs(x)))) if x != 0 else 0
    with mpmath.workdps(digits + digits // 2 + small):
        h = mpmath.mpf(10) ** (-digits // 5) * (abs(x) if x != 0 else 1)

        def at(k: int) -> tuple[Any, ...]:
            moved = [to_mp(a) for a in args]
            moved[index] = x + k * h
            return _sequence(card.reference(mpmath.mp, *moved))

        plus, minus = [at(k) for k in (1, 2, 3)], [at(-k) for k in (1, 2, 3)]
        weights = (mpmath.mpf(45), mpmath.mpf(-9), mpmath.mpf(1))
        return tuple(
            sum(w * (p[o] - m[o]) for w, p, m in zip(weights, plus, minus, strict=True)) / (60 * h)
            for o in range(card.outputs)
        )


def make_row(task: tuple[str, str, str, str, str, tuple[Any, ...]]) -> Row:
    """Compute one row; runs in a worker process."""
    domain, name, signature, precision, group, args = task
    if name not in elementwise_cards:
        load_domain(domain)
    card = elementwise_cards[name]
    kinds = dict(card.signatures)[signature]
    try:
        found = confirmed(lambda: _sequence(card.reference(mpmath.mp, *(to_mp(a) for a in args))))
        values = tuple(to_python(v, kind) for v, kind in zip(found, kinds, strict=True))
        partials: list[Any] = []
        for i, rule in enumerate(card.partials):
            if isinstance(rule, NoDerivative):
                partials += [None] * card.outputs
            else:
                d = confirmed(lambda i=i: derivative(card, args, i))
                partials += [to_python(v, kind) for v, kind in zip(d, kinds, strict=True)]
    except Exception as error:
        raise RuntimeError(f"{name}{args}, group {group}: {error!r}") from error
    return Row(signature, precision, group, args, values, tuple(partials))


def tasks_of(card: ElementwiseCard) -> list[tuple[str, str, str, str, str, tuple[Any, ...]]]:
    """Return what to compute for each row of a card's table."""
    return [
        (card.domain, card.name, signature, precision, group, args)
        for signature, _ in card.signatures
        for precision in ("float64", "float32")
        for group, args in points(card, signature, precision)
    ]


def make_table(card: ElementwiseCard, pool: concurrent.futures.Executor) -> Table:
    """Compute the table of a card."""
    rows = list(pool.map(make_row, tasks_of(card), chunksize=8))
    provenance = {
        "function": f"sci.{card.domain}.{card.name}",
        "made by": f"python -m tools.reference {card.domain} {card.name}",
        "reference": f"mpmath {mpmath.__version__}, {FIRST_DIGITS} digits or more, confirmed at twice the precision",
    }
    return Table(provenance | hashes(card), rows)


def hashes(card: ElementwiseCard) -> dict[str, str]:
    """Return the lines of provenance that tell a stale table."""
    found = {"card": card_hash(card), "helpers": helpers_hash(card)}
    return {key: value for key, value in found.items() if value}


def spot_table(card: ElementwiseCard, pool: concurrent.futures.Executor, count: int) -> Table:
    """Return a card's table with new hashes if its arguments and `count` rows of each group are what they were."""
    table, tasks = read_table(table_path(card, ROOT)), tasks_of(card)
    kept = [(card.domain, card.name, row.signature, row.precision, row.group, row.args) for row in table.rows]
    if repr(kept) != repr(tasks):
        raise SystemExit(f"{card.name}: other samples than in the table; make it anew, without --spot")
    places: dict[tuple[str, ...], list[int]] = {}
    for i, task in enumerate(tasks):
        places.setdefault(task[2:5], []).append(i)
    chosen = [i for rows in places.values() for i in rows[:: -(-len(rows) // count)]]
    for i, row in zip(chosen, pool.map(make_row, [tasks[i] for i in chosen]), strict=True):
        if repr(row) != repr(table.rows[i]):
            raise SystemExit(f"{card.name}: {row} is not the table's {table.rows[i]}; make it anew, without --spot")
    return Table({**table.provenance, **hashes(card)}, table.rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domain")
    parser.add_argument("names", nargs="*", help="functions; all whose table is stale by default")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--spot", type=int, metavar="N", help="renew the hashes if N rows of each group are the same")
    options = parser.parse_args()
    load_domain(options.domain)
    cards = [c for c in elementwise_cards.values() if c.domain == options.domain]
    if options.names:
        cards = [elementwise_cards[name] for name in options.names]
    else:
        cards = [c for c in cards if stale(c)]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for card in cards:
            table = spot_table(card, pool, options.spot) if options.spot else make_table(card, pool)
            write_table(table_path(card, ROOT), table)
            print(f"{card.name}: {len(table.rows)} rows")


def stale(card: ElementwiseCard) -> bool:
    """Is a card's table missing, or made from another reference, other samples or other helpers?"""
    path = table_path(card, ROOT)
    return not path.is_file() or not hashes(card).items() <= read_table(path).provenance.items()


if __name__ == "__main__":
    main()
