"""Report how often hyp2f1 is right for random parameters: ``python -m tools.hypergeometric [--count N] [--size S]``.

Parameters are uniform in [-S, S], z has a modulus evenly spread in the logarithm over [0.1, 10] and any phase. The
reference is Arb where python-flint is installed (some 400 points a second), else mpmath at 50 digits, confirmed at 100
and more (some 20 points a second); SciPy's share stands beside. Long sweeps go in parts, by ``--seed``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from typing import Any

import mpmath
import numpy as np
import scipy.special
import torch

import sci

RIGHT = 1e-10


def arb_reference(a: float, b: float, c: float, z: complex) -> complex | None:
    """Return the value to double precision; None where Arb finds none or it is beyond the range of doubles."""
    flint: Any = importlib.import_module("flint")
    for bits in (192, 512, 1536, 6144, 20480):
        flint.ctx.prec = bits
        value = flint.acb(z).hypgeom_2f1(flint.acb(a), flint.acb(b), flint.acb(c))
        if value.rel_accuracy_bits() >= 60:
            found = complex(value)
            return found if 0 < abs(found) < 1e300 else None
    return None


def mpmath_reference(a: float, b: float, c: float, z: complex) -> complex | None:
    """Return the value to double precision; None where mpmath finds none or it is beyond the range of doubles."""
    before = None
    for digits in (50, 100, 200, 400):
        with mpmath.workdps(digits):
            try:
                now = mpmath.hyp2f1(a, b, c, mpmath.mpc(z))
            except (mpmath.libmp.NoConvergence, ValueError, ZeroDivisionError):
                continue
            if before is not None and abs(now - before) <= 1e-20 * abs(now):
                value = complex(now)
                return value if 0 < abs(value) < 1e300 else None
            before = now
    return None


def report(name: str, found: Any, want: Any) -> None:
    """Print the share of values with a relative error below `RIGHT`, and what the others are."""
    with np.errstate(all="ignore"):
        error = np.abs(found - want) / np.abs(want)
    wrong = error[error > RIGHT]
    worst = f", at most {wrong.max():.1g}" if wrong.size else ""
    share = 100 * np.mean(error <= RIGHT)
    print(f"  {name:6} {share:.3f} %; {np.isnan(error).sum()} NaN, {wrong.size} wrong by more{worst}")


def main() -> None:
    """Draw, compute, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--size", type=float, default=100.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    a, b, c = random.uniform(-options.size, options.size, (3, options.count))
    z = 10 ** random.uniform(-1, 1, options.count) * np.exp(1j * np.pi * random.uniform(-1, 1, options.count))
    arb = importlib.util.find_spec("flint") is not None
    reference = arb_reference if arb else mpmath_reference
    values = [reference(*(x.item() for x in point)) for point in zip(a, b, c, z, strict=True)]
    use = [i for i, value in enumerate(values) if value is not None]
    want = np.array([values[i] for i in use])
    a, b, c, z = a[use], b[use], c[use], z[use]
    found = sci.special.hyp2f1(*(torch.from_numpy(x) for x in (a, b, c, z))).numpy()
    print(f"{len(use)} points, reference {'Arb' if arb else 'mpmath'}, relative error below {RIGHT:g}:")
    report("sci", found, want)
    with np.errstate(all="ignore"):
        report("scipy", scipy.special.hyp2f1(a, b, c, z), want)


if __name__ == "__main__":
    main()
